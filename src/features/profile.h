#pragma once
#include "features/feature.h"
#include "features/past.h"

#include <array>
#include <vector>

namespace forescale {

constexpr std::size_t profile_days = 7;
constexpr std::size_t profile_weeks = 4;

/// Steps from the origin back to the same wall-clock time `days` before `target`; across a change
/// of the clock a day has 23 or 25 hours. Negative: it lies after the origin.
[[nodiscard]] Past::Steps same_slot(const FeatureContext& context, Timestamp target, int days);

/// What is usual at one wall-clock time, from the days before.
struct SlotProfile {
    double trimmed =
        Series::missing;  ///< trimmed mean over the last 7 days: one incident does not move it
    double mean = Series::missing;  ///< plain mean over the same days
};
[[nodiscard]] SlotProfile slot_profile(const FeatureContext& context, Timestamp target);
/// The same weekday: mean over the last 4 weeks; NaN in the first week.
[[nodiscard]] double week_profile(const FeatureContext& context, Timestamp target);

/// Mean of the middle half of the present values (of one or two: their mean); NaN when none is
/// present. Reorders `values`.
[[nodiscard]] double trimmed_mean(std::span<double> values);

/// Profiles of the slots of the next 24 h, each computed once, when all that it stands on is known:
/// a step asks some sixty times for them. slot_profile() and week_profile() give the same bits with
/// it and without.
class SlotProfiles {
public:
    SlotProfiles() = default;
    explicit SlotProfiles(Duration step);

    /// Once per step, with the step as context's newest.
    void look(const FeatureContext& context);
    /// Everything anew: the past was changed.
    void rebuild(const FeatureContext& context);

    struct Kept {
        Timestamp target = Timestamp::min();
        SlotProfile days;
        double weeks = Series::missing;
        template <class Archive>
        void fields(Archive& archive) {
            archive(target, days.trimmed, days.mean, weeks);
        }
    };
    /// Null: not kept.
    [[nodiscard]] const Kept* find(Timestamp target) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(kept_);
    }

private:
    void keep(const FeatureContext& context, Timestamp target);
    [[nodiscard]] std::size_t slot(Timestamp target) const;

    Duration step_{0};
    std::vector<Kept> kept_;
};

}  // namespace forescale
