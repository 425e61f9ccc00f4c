#pragma once
#include "base/quantity.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/mix.h"
#include "domain/mode.h"
#include "domain/pause.h"
#include "domain/prices.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

enum class PolicyType : std::uint8_t { pods, percent };
enum class SelectPolicy : std::uint8_t { max, min, disabled };

/// At most `value` pods (or percent of the current size) more or fewer within `period`.
struct RatePolicy {
    PolicyType type = PolicyType::percent;
    int value = 100;
    Duration period = std::chrono::seconds(15);
};

/// One direction of the `behavior` of a Kubernetes HorizontalPodAutoscaler: same field names, and
/// the same defaults but for the window before a scale-down.
struct ScalingRules {
    Duration stabilization_window{0};  ///< stabilizationWindowSeconds
    SelectPolicy select_policy = SelectPolicy::max;
    std::vector<RatePolicy> policies;
};

[[nodiscard]] inline ScalingRules scale_up_default() {
    return {.stabilization_window = Duration(0),
            .select_policy = SelectPolicy::max,
            .policies = {{PolicyType::pods, 4, std::chrono::seconds(15)},
                         {PolicyType::percent, 100, std::chrono::seconds(15)}}};
}
/// 30 min where the HPA has 5: what demand needed a moment ago it often needs again, and at the
/// same unserved demand a longer window costs nothing, with a fifth of the reversals.
[[nodiscard]] inline ScalingRules scale_down_default() {
    return {.stabilization_window = std::chrono::minutes(30),
            .select_policy = SelectPolicy::max,
            .policies = {{PolicyType::percent, 100, std::chrono::seconds(15)}}};
}

/// Bounds of their own at some times of the week, within replicas_min and replicas_max. Spans of
/// one service do not overlap.
struct ScheduledBounds {
    std::vector<WeekSpan> when;  ///< on the service's wall clock
    Replicas replicas_min{0};
    Replicas replicas_max{0};
    std::string text;  ///< as the operator wrote it: "Mon, Tue 08:00-20:00"
};

/// A minimum for one dated span, reached in small steps over the ramp before it and left in the
/// same way after it.
struct ScheduledMinimum {
    std::string name;
    DatedSpan when;
    Duration ramp{0};
    Replicas replicas{0};
};

/// Times at which sizes do not move in a direction.
struct Freeze {
    std::string name;
    std::vector<WeekSpan> weekly;    ///< on the service's wall clock; empty: it is dated
    std::optional<DatedSpan> dated;  ///< nothing: it is weekly
    Direction direction = Direction::both;
    bool floor_passes = true;  ///< what the measured load needs is added all the same
};

/// How often a size may change in any 24 h; 0: as often as it likes.
struct FlapBudget {
    int changes_per_day = 0;
    int reversals_per_day = 0;  ///< changes against the one before it within 30 min
    [[nodiscard]] bool is_set() const { return changes_per_day > 0 || reversals_per_day > 0; }
};

/// What becomes of sizes once the money of a day or a month is spent.
enum class WhenReached : std::uint8_t {
    warn,       ///< nothing: people are told
    no_growth,  ///< forecasts add nothing; what the measured load needs is added
    least,      ///< what the measured load needs, and replicas_min, is what is left
};
[[nodiscard]] constexpr std::string_view to_string(WhenReached when) {
    switch (when) {
        case WhenReached::warn:
            return "warn";
        case WhenReached::no_growth:
            return "no_growth";
        case WhenReached::least:
            return "least";
    }
    return "unknown";
}

/// errors  invalid_argument
[[nodiscard]] inline Result<WhenReached> parse_when_reached(std::string_view text) {
    for (const WhenReached when : {WhenReached::warn, WhenReached::no_growth, WhenReached::least})
        if (to_string(when) == text) return when;
    return fail(Errc::invalid_argument, "'{}' is neither warn nor no_growth nor least", text);
}

/// What the replicas of a service may cost, in the currency of its prices; 0: as much as they like.
struct Budget {
    double per_day = 0.0;    ///< of a day on the service's wall clock
    double per_month = 0.0;  ///< of a calendar month there
    double warn_at = 0.8;    ///< share of either that is news when it is spent
    WhenReached when_reached = WhenReached::warn;
    [[nodiscard]] bool is_set() const { return per_day > 0.0 || per_month > 0.0; }
};

/// What happens when more than replicas_max is needed.
enum class AtMax : std::uint8_t {
    honor,     ///< replicas_max holds
    increase,  ///< it gives way to what is needed and max_buffer, up to replicas_hard_max
};

/// What the operator allows and asks for.
struct ScalingPolicy {
    /// How far decisions go by themselves, unless somebody sets another mode at run time.
    Mode mode = Mode::automatic;
    /// In mode approve: a proposal that nobody has approved for this long is withdrawn.
    Duration approval_expires_after = std::chrono::minutes(15);
    Replicas replicas_min{2};
    Replicas replicas_max{100};
    Prices prices;
    /// Risk, where the prices do not say what unserved demand costs: the share of lead times in
    /// which the planned capacity shall cover the largest demand. 0.05 .. 0.999999.
    double quantile = 0.999;
    /// Share added to the planned demand when the size changes.
    double headroom = 0.0;
    /// Utilization that the reactive rule aims at when no forecast is trusted (HPA's target).
    double target_utilization = 0.7;
    /// A scale-down smaller than this share of the current size is not worth the change.
    double tolerance = 0.1;
    ScalingRules scale_up = scale_up_default();
    ScalingRules scale_down = scale_down_default();
    /// After a change, no scale-down for this long.
    Duration cooldown{0};
    /// Below this confidence the forecast is not used: reactive scaling.
    double confidence_min = 0.2;
    /// Forecasts that have cost more than reacting would have are left out, until they cost less.
    bool accuracy_gate = true;
    /// A newest sample older than this is stale: no scale-down on it.
    Duration stale_after = std::chrono::minutes(5);
    /// With no fresh sample, the forecast stands in for this long; then the last size holds.
    Duration forecast_fallback_max = std::chrono::minutes(30);
    /// Time from asking for a replica to its being ready, until it has been learned.
    Duration lead_time = std::chrono::minutes(5);
    AtMax at_max = AtMax::honor;
    double max_buffer = 0.0;  ///< share of what is needed, added to it where replicas_max yields
    Replicas replicas_hard_max{0};  ///< where it yields: never more than this
    Replicas quota{0};              ///< what the provider grants; 0: not known
    std::vector<ScheduledBounds> schedule;
    std::vector<ScheduledMinimum> minimums;
    std::vector<Freeze> freezes;
    FlapBudget flap_budget;
    Budget budget;
    /// A size that somebody else set is not undone for this long.
    Duration external_change_hold = std::chrono::minutes(10);
    /// What replicas run on; none: one kind, of which prices.replica_hour is the price. Otherwise
    /// that is the price of a replica on the cheapest of them; see decision/mix.h.
    std::vector<InstanceType> instance_types;
    /// Of the capacity, at most so much on spot instances. 0..1.
    double spot_share_max = 0.5;
};

}  // namespace forescale
