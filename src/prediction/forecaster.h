#pragma once
#include "domain/event.h"
#include "domain/forecast.h"
#include "domain/sample.h"
#include "domain/series.h"
#include "domain/service.h"
#include "prediction/event_effects.h"
#include "prediction/members.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

struct PairedLoss;
struct TrainedModels;

/// How well one member, or the ensemble, did on a target that has just matured.
struct MaturedScore {
    std::string member;
    Duration horizon{0};
    Timestamp origin;
    double forecast = 0.0;  ///< its median
    double actual = 0.0;
    bool inside_90 = false;  ///< ensemble only
};

/// Everything that is learned of one service's demand on the forecast grid: members, their weights,
/// the intervals. Pure state: the same windows in the same order give the same bits. One instance
/// per service, one thread at a time.
class Forecaster {
public:
    explicit Forecaster(const Service& service);
    ~Forecaster();
    Forecaster(Forecaster&&) noexcept;
    Forecaster& operator=(Forecaster&&) noexcept;

    /// The next closed grid step (window.width == grid_step; a gap is a window that is not
    /// present). Learns from every target that has matured, then makes the new path. Cost:
    /// O(columns^2) per anchor, plus a refit once a day; p99 under 1 ms without the refit.
    ///
    /// served_max: the most that the service could serve during the step, where that is known.
    /// Demand of 98 % of it or more is a lower bound of what was wanted: the forecast stands in for
    /// it where that is larger. A service whose measured demand was ever 5 % beyond it measures
    /// what is wanted, and is believed from then on.
    void observe(const Window& window, std::optional<double> served_max = std::nullopt);

    /// The next window finer than the grid, before the grid step that ends with it or later: what
    /// is newest within a step tells where the next is going. Nothing where nothing is finer.
    /// Returns whether its demand is believed (PlausibleDemand); false: too large yet, or missing.
    bool observe_fine(const Window& window);

    /// The events of this service that are known from the next observe() on, cancelled ones too.
    /// The path, the members' medians and the scores are those of demand with events; everything
    /// else is learned from demand without them (EventEffects). Not part of save(); load() keeps
    /// what is known.
    void know(std::vector<BusinessEvent> events);
    /// What events do to demand at a time after the newest observed step.
    [[nodiscard]] EventEffect event_effect(Timestamp time) const;

    /// What was trained over many services, from the next observe() on; null: nothing.
    /// Not part of save(); load() keeps what was adopted.
    void adopt(std::shared_ptr<const TrainedModels> trained);

    /// Runs these models in the shadow of the adopted ones (prediction/shadow.h), from the next
    /// observe() on; null: ends it. As adopt(), not part of save(), though what the shadow knows
    /// is.
    void shadow(std::shared_ptr<const TrainedModels> other);
    /// How both did on the targets that matured with the newest observe().
    [[nodiscard]] const std::vector<PairedLoss>& paired() const;

    /// The path from the newest observed step, made by observe(). Empty before the first present
    /// step.
    [[nodiscard]] const ForecastPath& forecast() const;

    /// Every member's median at a headline horizon from the newest step, in the order of
    /// ForecastPath::members; NaN for one that sleeps or that the guard keeps out there. The
    /// baselines (is_baseline()) are shown as they are, heard or not.
    [[nodiscard]] std::vector<double> member_medians(Duration horizon) const;

    /// Every member's share of the combination at a headline horizon, in the same order; 0 while
    /// asleep.
    [[nodiscard]] std::vector<double> member_weights(Duration horizon) const;

    /// From the next observe() on, members are timed; empty: they are not. Not part of save();
    /// load() keeps it.
    void time_members(Stopwatch watch);
    /// What each member took per grid step of the newest observe(), in the order of
    /// ForecastPath::members.
    [[nodiscard]] std::vector<std::chrono::nanoseconds> member_costs() const;
    /// The member rests for a day from the next observe() on (Members::rest). What a clock said is
    /// not the same in every life: who calls this keeps it, and repeats it after the same window.
    /// A name that no member has is ignored.
    void rest(std::string_view member, const std::string& why);

    /// Beyond this, nothing needs to be reckoned with at any horizon, but for events
    /// (PlausibleDemand::ceiling); 0: nothing but zero was seen.
    [[nodiscard]] double plausible_max() const;
    /// Whether a sample is far beyond all that was confirmed, events taken into account: it counts
    /// when it has lasted. Nothing is doubted in the first day: a service that is being launched
    /// grows manyfold within minutes.
    [[nodiscard]] bool doubts(const Point& sample) const;

    /// What was noticed of demand since the service began; counts.
    struct Noticed {
        std::int64_t level_shifts = 0;
        std::int64_t incidents = 0;      ///< taken out of the history
        std::int64_t clipped_steps = 0;  ///< at which demand was limited by what could be served
        std::int64_t disbelieved_steps = 0;  ///< too large to be learned from (PlausibleDemand)
        bool in_doubt = false;               ///< demand is off its habit now
    };
    [[nodiscard]] Noticed noticed() const;

    /// Scores of the targets that matured with the newest observe().
    [[nodiscard]] const std::vector<MaturedScore>& matured() const;

    [[nodiscard]] std::string save() const;
    /// errors  corrupt
    [[nodiscard]] Result<void> load(std::string_view state);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forescale
