#pragma once
#include "domain/capacity.h"
#include "domain/capacity_rule.h"
#include "domain/forecast.h"
#include "domain/mix.h"
#include "domain/mode.h"
#include "domain/pause.h"
#include "domain/prices.h"
#include "domain/sample.h"
#include "domain/spending.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// Why a decision came out as it did: the last rule that had a say in the number. Stable names;
/// users filter and alert on them.
enum class Reason : std::uint8_t {
    forecast,           ///< the demand quantile over the lead time asks for it
    reactive_floor,     ///< the measured load needs it now
    callers,            ///< its callers will send more, or less
    signal,             ///< another of its demand signals needs more
    reactive,           ///< no trusted forecast: the HPA ratio rule
    confidence_gate,    ///< confidence too low: reactive rule instead of the forecast
    accuracy_gate,      ///< forecasts cost more than they save: reactive rule instead
    forecast_fallback,  ///< no fresh sample: the forecast stands in
    hold_missing_data,  ///< no fresh sample, and no forecast young enough: the size holds
    plan,               ///< the plan of the next hours: fewer or larger changes cost less
    tolerance,          ///< too small a change to be worth it
    stabilization,      ///< a recent recommendation was higher (down) or lower (up)
    rate_limit,         ///< scale-up or scale-down policy
    cooldown,           ///< too soon after the last change
    flap_budget,        ///< the changes of a day are used up
    budget,             ///< the money of the day or the month is spent
    external_change,    ///< somebody else set the size; it is not undone at once
    schedule,           ///< the bounds of this time of the week
    scheduled_minimum,  ///< the minimum of a dated span
    change_freeze,      ///< changes are frozen by the calendar
    pause,              ///< changes are paused by a person
    blast_radius,       ///< the fleet has given back as much as it may for now
    at_max,             ///< replicas_max gave way, up to its hard maximum
    bounds,             ///< replicas_min or replicas_max
    steady,             ///< what is there is right
};
[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] Result<Reason> parse_reason(std::string_view text);

/// What a decision stands on; the rules after it only shape the number.
enum class Ground : std::uint8_t { forecast, reactive, forecast_fallback, hold };
[[nodiscard]] Ground ground_of(Reason reason);

/// One rule of the chain, in the order in which it was asked.
struct RuleStep {
    std::string rule;  ///< the rule's name, the same as its file in decision/rules/
    Replicas before{0};
    Replicas after{0};
    std::string detail;  ///< one clause: "largest recommendation of the last 5m is 7"

    template <class Archive>
    void fields(Archive& archive) {
        archive(rule, before, after, detail);
    }
};

/// What the callers of a service will send to it.
struct CallersDemand {
    double demand = 0.0;    ///< of all callers whose demand is planned, on the called service
    bool is_whole = false;  ///< every caller is among them
    std::string detail;     ///< "web 1200 x 0.4, app 300 x 2"
};

/// How much of the fleet may still go in this window, as one service sees it.
struct FleetAllowance {
    Replicas removable{0};  ///< by this service, now
    Replicas removed{0};    ///< by all services within the window
    Replicas fleet{0};      ///< of all services at its begin
    double share = 1.0;     ///< of the fleet that may go within a window
    Duration window{0};
};

/// A size that the target was asked for, and when.
struct AskedSize {
    Timestamp at;
    Replicas replicas{0};
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, replicas);
    }
};

/// Median demand of the forecast at an instant.
struct PathMedian {
    Timestamp target;
    double demand = 0.0;
};

/// Ways in which demand may go, each as a whole: what errors of earlier paths make of this one.
/// Whole percents, so that a record says exactly what was decided on.
struct PathScenarios {
    std::size_t count = 0;
    /// Of the path's medians: those of the first scenario, point by point, then the next one's.
    std::vector<std::uint16_t> percent;
};

/// A demand signal of a service beside its own demand, with its own forecast.
struct SignalDemand {
    std::string name;
    Point newest;
    Duration newest_age{0};
    Duration stale_after{0};  ///< an older newest sample is no ground to shrink
    std::optional<LeadDemand> lead_demand;
    std::vector<PathMedian> path;
    PathScenarios scenarios;
    double confidence = 0.0;
    bool forecasts_harm = false;  ///< its own accuracy gate has found that they cost more
    Demand capacity_per_replica{1.0};
};

/// Everything that the decision was made from.
struct DecisionInputs {
    Capacity capacity;
    Point newest;            ///< newest sample of the demand, with its state
    Duration newest_age{0};  ///< now minus the end of what it describes
    std::optional<LeadDemand> lead_demand;
    Duration lead_demand_age{0};  ///< 0: of this turn; otherwise an earlier one stands in
    Duration lead_time{0};
    std::vector<PathMedian> path;  ///< of the next hours, ascending; empty: no forecast
    PathScenarios scenarios;       ///< of the same points; none before errors have been seen
    double confidence = 0.0;
    std::vector<MemberView> members;
    Demand capacity_per_replica{1.0};
    std::vector<Pause> pauses;         ///< those that were in force at the turn
    Mode mode = Mode::automatic;       ///< how far the decision may go by itself
    std::optional<Approval> approval;  ///< in mode approve: somebody's word, if there is one
    bool forecasts_harm = false;       ///< the accuracy gate has found that they cost more
    std::optional<CallersDemand> callers;
    std::optional<FleetAllowance> fleet;  ///< nothing: no limit
    std::optional<Spending> spending;     ///< nothing: there is no budget
    /// What this program asked the target for last; nothing while that is not certain.
    std::optional<AskedSize> asked;
    std::vector<SignalDemand> signals;                  ///< beside the service's own demand
    std::optional<CapacityEvidence> capacity_evidence;  ///< nothing: the capacity is stated
};

/// One size, priced over the span that a decision covers.
struct SizeCost {
    Replicas replicas{0};
    double capacity = 0.0;  ///< price of the replicas
    double change = 0.0;    ///< price of changing to it; 0 for the size that is there
    /// Expected price of the demand beyond what it serves, and the probability that there is any;
    /// nothing while no lead demand is known.
    std::optional<double> unserved = {};
    std::optional<double> shortfall = {};

    /// Nothing where a part of it is not known.
    [[nodiscard]] std::optional<double> total() const {
        if (!unserved) return std::nullopt;
        return capacity + change + *unserved;
    }
};

/// The size that was decided on and what could have been decided instead, in money. The span is
/// that of the lead demand, from now until what is asked for at the next chance can be ready. The
/// largest demand of the span counts as if it lasted for all of it, which is what the level of risk
/// follows from.
struct DecisionCosts {
    Prices prices;  ///< that amounts are counted in: of counted_prices()
    /// Of one unit of demand that is not served for one second: the stated price, or the one that
    /// the stated quantile amounts to.
    double unserved_unit = 0.0;
    bool is_unserved_implied = false;
    Duration span{0};
    SizeCost chosen = {};
    std::optional<SizeCost> one_fewer = {};  ///< nothing: there is none to take away
    SizeCost one_more = {};
    std::optional<SizeCost> reactive_alone =
        {};  ///< without any forecast; nothing: no fresh sample
};

/// A recorded decision: enough to say why, and why not one replica fewer, without anything else.
struct Decision {
    std::string id;  ///< "shop-20260301T120030Z": service and turn; one per service and turn
    ServiceId service;
    Timestamp at;
    DecisionInputs inputs;
    double quantile = 0.0;        ///< level read from the lead demand
    double demand_planned = 0.0;  ///< the demand at that level
    std::string signal;  ///< the demand signal that needs most; empty: the service's own demand
    std::vector<RuleStep> steps;
    Replicas desired{0};
    Reason reason = Reason::steady;
    std::string sentence;            ///< for a person: what and why, in one sentence
    std::string why_not_fewer;       ///< the counterfactual: what one replica fewer would risk
    std::optional<InstanceMix> mix;  ///< what the replicas should run on, where there is a choice
    std::optional<DecisionCosts> costs = {};  ///< nothing: recorded before decisions were priced

    /// Whether the change that it asks for, if any, is made: not in a mode in which nobody has
    /// approved it.
    bool acts = true;

    [[nodiscard]] bool changes() const { return desired != inputs.capacity.total(); }
};

}  // namespace forescale
