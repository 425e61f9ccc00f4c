#pragma once
#include "domain/service.h"
#include "features/fading.h"
#include "features/fine_ring.h"
#include "features/profile.h"
#include "features/rollup.h"
#include "models/feature_memory.h"
#include "prediction/change.h"
#include "prediction/demand_scale.h"
#include "prediction/plausible.h"

namespace forescale {

/// What is held to be the past of one service's demand, and what is computed from it step by step:
/// the history without implausible samples and incidents, at the level of now, its hours, usual
/// days and seasons, and the feature rows of the last 24 h. Pure state.
///
/// A step is append(), review(), watch(), look(), in this order.
class DemandHistory {
public:
    DemandHistory(const Service& service, const Anchors& anchors);

    /// The next step, without what events did to it; NaN: missing. Returns what is believed of it.
    double append(Timestamp at, double value);
    /// The next step of what is finer than the grid; the same.
    double append_fine(Timestamp at, double measured);
    /// For who takes out of the history what an event did, once that is known: history() may be
    /// rewritten from a time on, which corrected() is to be told.
    [[nodiscard]] Series& history() { return demand_; }
    void corrected(Timestamp from);

    /// True: log levels have another scale from now on, and rows of before teach nothing.
    [[nodiscard]] bool review(bool looks_for_seasons);
    /// What became clear with the newest step. A new level is that of all the past from now on; an
    /// incident is replaced by what was to be expected, and teaches nothing.
    [[nodiscard]] std::optional<Change> watch();
    /// Rows of the newest step and of its targets.
    void look(const Anchors& anchors);

    [[nodiscard]] FeatureContext context() const;
    [[nodiscard]] const Series& demand() const { return demand_; }
    [[nodiscard]] bool empty() const { return demand_.empty(); }
    [[nodiscard]] Timestamp newest() const { return demand_.newest(); }
    [[nodiscard]] double scale() const { return scale_.value(); }
    [[nodiscard]] const Series& hours() const { return rollup_.series(); }
    [[nodiscard]] std::span<const Season> seasons() const { return seasons_; }
    [[nodiscard]] const FeatureMemory& memory() const { return memory_; }
    [[nodiscard]] const PlausibleDemand& plausible() const { return plausible_; }
    [[nodiscard]] const PlausibleDemand& plausible_fine() const { return plausible_fine_; }
    [[nodiscard]] const ChangeWatch& changes() const { return changes_; }
    [[nodiscard]] double largest() const { return largest_; }  ///< demand, fading
    /// Steps since the newest sample.
    [[nodiscard]] std::int64_t age() const { return age_; }
    [[nodiscard]] Duration since_new_level() const { return steps_since_level_ * demand_.step(); }
    /// Of the last day's steps, those without a sample.
    [[nodiscard]] double missing_share() const { return missing_.towards(0.0, 1.0); }
    /// How long demand has been zero without a break, as far as is known.
    [[nodiscard]] Duration zero_for() const { return zero_steps_ * demand_.step(); }

    template <class Archive>
    void fields(Archive& archive) {
        archive(demand_, fine_, profiles_, rollup_, seasons_, scale_, memory_, plausible_,
                plausible_fine_, is_confirmed_, changes_, steps_since_level_, age_, missing_,
                largest_, zero_steps_);
    }

private:
    void take_out(const Change& incident);
    void take_out_unconfirmed();
    void relevel(const Change& change);

    Zone zone_;
    std::vector<Timestamp> holidays_;
    Series demand_;
    FineRing fine_;
    SlotProfiles profiles_;
    Rollup rollup_;
    std::vector<Season> seasons_;
    DemandScale scale_;
    FeatureMemory memory_;
    PlausibleDemand plausible_;
    PlausibleDemand plausible_fine_;  ///< of the steps of fine_
    bool is_confirmed_ = false;       ///< what came first was looked at again
    ChangeWatch changes_;
    std::int64_t steps_since_level_;  ///< since a level began
    std::int64_t age_ = 0;
    FadingMean missing_;
    double largest_ = 0.0;
    std::int64_t zero_steps_ = 0;
};

}  // namespace forescale
