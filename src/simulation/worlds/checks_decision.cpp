#include "simulation/worlds/checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale::worlds::checks {
namespace {

constexpr double rounding_noise = 1e-9;

struct Bounds {
    int min = 0;
    int max = 0;
};
Bounds bounds_of(const ServiceTurn& turn) {
    return {turn.service.policy.replicas_min.value(), turn.service.policy.replicas_max.value()};
}

bool is_within(const HoursPlan& hours, Timestamp local) {
    const Duration of_day = local - floor_to(local, day);
    if (hours.from < hours.to) return of_day >= hours.from && of_day < hours.to;
    return of_day >= hours.from || of_day < hours.to;
}

/// The bounds of that time of the day; of all times where none has bounds of its own.
Bounds hours_at(const ServiceTurn& turn, Timestamp at) {
    for (const HoursPlan& hours : turn.world.plan.service(turn.service.id.str()).hours)
        if (is_within(hours, turn.service.zone.to_local(at)))
            return {static_cast<int>(hours.replicas_min), static_cast<int>(hours.replicas_max)};
    return bounds_of(turn);
}

/// What the calendar asks for now: the maximum of now, and the minimum of now or of when what is
/// asked for will be ready.
Bounds hours_of(const ServiceTurn& turn) {
    const Bounds now = hours_at(turn, turn.made.at);
    const Bounds soon = hours_at(turn, turn.made.at + turn.decision.inputs.lead_time);
    return {std::min(std::max(now.min, soon.min), now.max), now.max};
}

/// Is this the time of a freeze of a direction? of_floor: of one that holds even the measured load.
bool is_frozen(const ServiceTurn& turn, bool up, bool of_floor) {
    const WorldPlan& plan = turn.world.plan;
    const auto holds = [&](const FreezePlan& freeze) {
        const Duration since = turn.made.at - plan.begin() - freeze.at;
        const bool of_direction = freeze.direction == "both" || (freeze.direction == "up") == up;
        return of_direction && since >= Duration(0) && since < freeze.lasts &&
               !(of_floor && freeze.floor_passes);
    };
    return std::ranges::any_of(plan.service(turn.service.id.str()).freezes, holds);
}

/// Whether a pause of the direction is in force: the newest word on it counts, until it is over.
bool is_paused(const ServiceTurn& turn, bool up) {
    bool paused = false;
    for (const Asked& asked : turn.record.asked) {
        if (!covers(asked.control.direction, up)) continue;
        if (asked.control.kind == ControlKind::resume) paused = false;
        // Of two pauses of a direction the newer one counts, whichever lasts longer.
        if (asked.control.kind == ControlKind::pause) paused = turn.made.at < *asked.control.until;
    }
    return paused;
}

/// Whether any pause of growing may still be in force, whatever was said later.
bool may_be_paused(const ServiceTurn& turn) {
    return std::ranges::any_of(turn.record.asked, [&](const Asked& asked) {
        return asked.control.kind == ControlKind::pause && covers(asked.control.direction, true) &&
               turn.made.at < *asked.control.until;
    });
}

/// Somebody's word may be forgotten where its answer was an error: nothing is held against it then.
bool is_asked_for_certain(const ServiceTurn& turn) {
    return std::ranges::all_of(turn.record.asked, &Asked::is_certain);
}

std::string mode_in_force(const ServiceTurn& turn) {
    std::string mode = turn.world.plan.service(turn.service.id.str()).mode;
    for (const Asked& asked : turn.record.asked)
        if (asked.control.kind == ControlKind::mode) {
            mode = turn.world.plan.service(turn.service.id.str()).mode;
            if (turn.made.at < *asked.control.until) mode = to_string(*asked.control.mode);
        }
    return mode;
}

/// Age of the newest sample of a series that can have been taken in; nothing: there was none.
std::optional<Duration> age_of(const ServiceTurn& turn, const Given& given) {
    if (!given.newest) return std::nullopt;
    return turn.made.at - *given.newest - turn.service.sample_step;
}

const Given& given_of(const ServiceTurn& turn, const std::string& signal) {
    static const Given nothing;
    const auto found = turn.record.signals.find(signal);
    return found == turn.record.signals.end() ? nothing : found->second;
}

/// Of all demands of the service the one that is known worst, and the one that is known best.
struct Ages {
    std::optional<Duration> oldest;  ///< nothing: of one there was no sample at all
    std::optional<Duration> youngest;
};
Ages ages_of(const ServiceTurn& turn) {
    Ages ages;
    ages.oldest = ages.youngest = age_of(turn, turn.record.demand);
    for (const Signal& signal : turn.service.signals) {
        const auto age = age_of(turn, given_of(turn, signal.name));
        if (age) ages.youngest = std::min(ages.youngest.value_or(*age), *age);
        ages.oldest =
            age && ages.oldest ? std::optional(std::max(*ages.oldest, *age)) : std::nullopt;
    }
    return ages;
}

/// Only the bounds stand above what a rule says: a size outside of them is brought back at once.
bool is_forced_by_bounds(const ServiceTurn& turn) {
    const auto [min, max] = bounds_of(turn);
    return (turn.made.current > max && turn.made.desired == max) ||
           (turn.made.current < min && turn.made.desired == min);
}

/// The calendar stands above what keeps sizes calm, and a freeze, a pause and the bounds above it.
bool is_forced(const ServiceTurn& turn) {
    const auto [min, max] = hours_of(turn);
    return is_forced_by_bounds(turn) || (turn.made.current > max && turn.made.desired >= max) ||
           (turn.made.current < min && turn.made.desired <= min);
}

/// The size at the start of the period that ends now. Nothing when somebody else than decisions
/// changed it meanwhile: what the decisions changed is then not to be seen in sizes.
std::optional<int> size_at_start(const ServiceTurn& turn, Duration period) {
    const auto& sizes = turn.record.sizes;
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
        if (size->at <= turn.made.at - period) return size->total;
        if (size->foreign) return std::nullopt;
    }
    return sizes.front().total;
}

/// One more or fewer where a percentage is a whole number: the HPA rounds products that are not
/// exact.
constexpr std::int64_t percent_slack = 1;

std::int64_t reach_of(const RatePolicy& policy, std::int64_t start, bool up) {
    if (policy.type == PolicyType::pods) return up ? start + policy.value : start - policy.value;
    const std::int64_t percent = up ? 100 + policy.value : std::max(100 - policy.value, 0);
    if (up) return (start * percent + 99) / 100 + percent_slack;
    return start * percent / 100 - percent_slack;
}

/// How far the policies of one direction let the size go from where it was; nothing where that is
/// not known.
std::optional<std::int64_t> reach(const ServiceTurn& turn, const ScalingRules& rules, bool up) {
    if (rules.select_policy == SelectPolicy::disabled) return turn.made.current;
    std::optional<std::int64_t> furthest;
    for (const RatePolicy& policy : rules.policies) {
        const auto start = size_at_start(turn, policy.period);
        if (!start) return std::nullopt;
        const std::int64_t one = reach_of(policy, *start, up);
        const bool takes_higher = (rules.select_policy == SelectPolicy::max) == up;
        if (!furthest) furthest = one;
        furthest = takes_higher ? std::max(*furthest, one) : std::min(*furthest, one);
    }
    return furthest;
}

/// The plan of the next hours may add to what has been wanted for the whole window: one change
/// instead of two. The record says so.
bool is_planned_ahead(const ServiceTurn& turn) {
    return std::ranges::any_of(turn.decision.steps, [](const RuleStep& step) {
        return step.rule == "plan" && step.after > step.before;
    });
}

bool is_quantiles(const Quantiles& quantiles) {
    return std::ranges::all_of(quantiles, [](double v) { return std::isfinite(v) && v >= 0.0; }) &&
           std::ranges::is_sorted(quantiles);
}

/// A sample beyond all that was confirmed does not count until it has lasted (Forecaster::doubts).
/// What is believed is at most ten times what was confirmed, so what is not believed is larger.
bool are_doubtful(const Given& series, const Point& believed, Timestamp newest) {
    const auto from = series.values.upper_bound(believed.at);
    const auto to = series.values.upper_bound(newest);
    return std::all_of(from, to,
                       [&](const auto& given) {
                           return std::ranges::all_of(
                               given.second, [&](double value) { return value > believed.value; });
                       }) &&
           newest - series.values.begin()->first >= day;
}

/// What is wrong with the newest sample of one demand that was decided on.
Finding of_newest(const Point& newest, const Given& series, bool counts) {
    const auto given = series.values.find(newest.at);
    if (newest.state == SampleState::present && !counts) {
        if (given == series.values.end())
            return fmt::format("decided on a sample of {} that no source gave",
                               format_timestamp(newest.at));
        const bool same = std::ranges::any_of(given->second, [&](double value) {
            return std::abs(value - newest.value) <= rounding_noise * value;
        });
        if (!same)
            return fmt::format("decided on {} at {}, which is not what the source gave",
                               newest.value, format_timestamp(newest.at));
    }
    const auto& sure = series.newest_sure;
    if (counts || !sure || newest.at >= *sure) return std::nullopt;
    if (are_doubtful(series, newest, *sure)) return std::nullopt;
    return fmt::format("decided on a sample of {}, and one of {} had come in time",
                       format_timestamp(newest.at), format_timestamp(*sure));
}

/// Replicas that serve a measured demand, within the bounds; nothing where it is not known.
std::optional<int> need_of(const ServiceTurn& turn, const Point& newest, Duration age, double one) {
    if (newest.state != SampleState::present || age > fresh_for(turn.service)) return std::nullopt;
    const int min = bounds_of(turn).min;
    const int max = hours_of(turn).max;
    const double need = std::ceil(newest.value / one - rounding_noise);
    return static_cast<int>(std::clamp<double>(need, min, max));
}

}  // namespace

Duration fresh_for(const Service& service) {
    return std::max(service.policy.stale_after, 2 * service.sample_step);
}

std::optional<int> needed_now(const ServiceTurn& turn) {
    const auto& inputs = turn.decision.inputs;
    auto most =
        need_of(turn, inputs.newest, inputs.newest_age, turn.service.capacity_per_replica.value());
    for (const SignalDemand& signal : inputs.signals) {
        const auto need =
            need_of(turn, signal.newest, signal.newest_age, signal.capacity_per_replica.value());
        if (need) most = std::max(most.value_or(*need), *need);
    }
    return most;
}

int least_now(const ServiceTurn& turn) {
    return hours_of(turn).min;
}

Finding bounds(const ServiceTurn& turn) {
    const auto [min, max] = bounds_of(turn);
    if (turn.made.desired >= min && turn.made.desired <= max) return std::nullopt;
    return fmt::format("{} replicas are asked for, the bounds are {} to {}", turn.made.desired, min,
                       max);
}

/// The calendar holds: nothing grows beyond its maximum or shrinks below its minimum, and a size
/// outside of it comes within, as far as a freeze, a pause, or what the fleet may lose lets it.
Finding calendar(const ServiceTurn& turn) {
    const auto [min, max] = hours_of(turn);
    const auto [current, desired] = std::pair(turn.made.current, turn.made.desired);
    if (desired >= min && desired <= max) return std::nullopt;
    const auto finding = fmt::format(
        "{} replicas are asked for where there are {}, the calendar has "
        "{} to {}",
        desired, current, min, max);
    if ((desired > max && desired > current) || (desired < min && desired < current))
        return mode_in_force(turn) == "approve" ? std::nullopt : Finding(finding);
    const bool up = desired < min;
    const bool may_be_held = is_frozen(turn, up, false) || !turn.record.asked.empty() ||
                             (!up && turn.world.plan.removal_max < 1.0) ||
                             mode_in_force(turn) == "approve";
    return may_be_held ? std::nullopt : Finding(finding);
}

Finding decides_on_what_is_there(const ServiceTurn& turn) {
    const bool seen = std::ranges::any_of(turn.record.looks, [&](const auto& look) {
        return look && look->total().value() == turn.made.current;
    });
    if (seen) return std::nullopt;
    return fmt::format("decided on {} replicas, which the target did not show in this turn",
                       turn.made.current);
}

Finding newest_sample_is_true(const ServiceTurn& turn) {
    const auto& inputs = turn.decision.inputs;
    const bool counts = turn.service.metric_kind == MetricKind::counter;
    if (auto finding = of_newest(inputs.newest, turn.record.demand, counts)) return finding;
    for (const SignalDemand& signal : inputs.signals)
        if (auto finding = of_newest(signal.newest, given_of(turn, signal.name), false))
            return signal.name + ": " + *finding;
    return std::nullopt;
}

/// Every signal is asked, in its order, and what is said of it are numbers.
Finding signals_are_asked(const ServiceTurn& turn) {
    const auto& inputs = turn.decision.inputs;
    if (!std::ranges::equal(inputs.signals, turn.service.signals, {}, &SignalDemand::name,
                            &Signal::name))
        return fmt::format("{} of {} signals are asked", inputs.signals.size(),
                           turn.service.signals.size());
    for (const SignalDemand& signal : inputs.signals) {
        if (!(signal.confidence >= 0.0 && signal.confidence <= 1.0))
            return fmt::format("{}: the confidence is {}", signal.name, signal.confidence);
        if (signal.lead_demand && !is_quantiles(signal.lead_demand->quantiles))
            return fmt::format("{}: the lead demand is {} ... {}", signal.name,
                               signal.lead_demand->quantiles.front(),
                               signal.lead_demand->quantiles.back());
        if (!std::isfinite(signal.newest.value) || signal.newest.value < 0.0)
            return fmt::format("{}: the newest sample is {}", signal.name, signal.newest.value);
    }
    const bool is_one = std::ranges::any_of(inputs.signals, [&](const SignalDemand& signal) {
        return signal.name == turn.decision.signal;
    });
    if (!turn.decision.signal.empty() && !is_one)
        return fmt::format("the size is said to be of '{}', which is no signal",
                           turn.decision.signal);
    return std::nullopt;
}

Finding numbers_of_decision(const ServiceTurn& turn) {
    const auto& inputs = turn.decision.inputs;
    if (!(inputs.confidence >= 0.0 && inputs.confidence <= 1.0))
        return fmt::format("the confidence is {}", inputs.confidence);
    if (!std::isfinite(turn.decision.demand_planned) || turn.decision.demand_planned < 0.0)
        return fmt::format("demand is planned at {}", turn.decision.demand_planned);
    if (inputs.lead_demand && !is_quantiles(inputs.lead_demand->quantiles))
        return fmt::format(
            "the lead demand is {}, {} ... {}", inputs.lead_demand->quantiles.front(),
            inputs.lead_demand->quantiles.at(1), inputs.lead_demand->quantiles.back());
    if (!std::isfinite(inputs.newest.value) || inputs.newest.value < 0.0)
        return fmt::format("the newest sample is {}", inputs.newest.value);
    if (turn.decision.sentence.empty() || turn.decision.why_not_fewer.empty())
        return "the decision does not say why";
    return std::nullopt;
}

Finding no_scale_down_without_data(const ServiceTurn& turn) {
    if (turn.made.desired >= turn.made.current || is_forced(turn)) return std::nullopt;
    const auto age = ages_of(turn).oldest;
    if (age && *age <= fresh_for(turn.service)) return std::nullopt;
    return fmt::format("scaled down from {} to {} with {}", turn.made.current, turn.made.desired,
                       age ? "a newest sample that is " + format_duration(*age) + " old"
                           : std::string("no sample at all"));
}

Finding fallback_ends(const ServiceTurn& turn) {
    const auto age = ages_of(turn).youngest;
    const Duration longest =
        std::max(turn.service.policy.forecast_fallback_max, fresh_for(turn.service));
    if (turn.made.desired <= turn.made.current || (age && *age <= longest)) return std::nullopt;
    if (is_forced(turn)) return std::nullopt;
    return fmt::format("scaled up from {} to {} without a sample younger than {}",
                       turn.made.current, turn.made.desired, format_duration(longest));
}

/// While data are good the size serves what is measured, as far as the operator lets it grow: only
/// the rate policies, a freeze that says so, a pause and the maximum stand above it.
Finding floor_is_kept(const ServiceTurn& turn) {
    const auto need = needed_now(turn);
    if (!need || turn.made.desired >= *need) return std::nullopt;
    const ScalingRules& up = turn.service.policy.scale_up;
    const auto most = reach(turn, up, true);
    const bool holds_back = turn.made.desired >= turn.made.current &&
                            (!most || turn.made.desired + percent_slack >= *most);
    if ((holds_back && !up.policies.empty()) || is_frozen(turn, true, true) || may_be_paused(turn))
        return std::nullopt;
    return fmt::format("{} replicas are asked for, what is measured needs {} now",
                       turn.made.desired, *need);
}

Finding rate_limit_up(const ServiceTurn& turn) {
    if (turn.made.desired <= turn.made.current || is_forced(turn)) return std::nullopt;
    const auto most = reach(turn, turn.service.policy.scale_up, true);
    if (!most || turn.made.desired <= std::max<std::int64_t>(*most, turn.made.current))
        return std::nullopt;
    return fmt::format("scaled up from {} to {}, the policies allow {}", turn.made.current,
                       turn.made.desired, *most);
}

Finding rate_limit_down(const ServiceTurn& turn) {
    if (turn.made.desired >= turn.made.current || is_forced(turn)) return std::nullopt;
    const auto fewest = reach(turn, turn.service.policy.scale_down, false);
    if (!fewest || turn.made.desired >= std::min<std::int64_t>(*fewest, turn.made.current))
        return std::nullopt;
    return fmt::format("scaled down from {} to {}, the policies allow {}", turn.made.current,
                       turn.made.desired, *fewest);
}

Finding stabilization_down(const ServiceTurn& turn) {
    if (turn.made.desired >= turn.made.current) return std::nullopt;
    const Duration window = turn.service.policy.scale_down.stabilization_window;
    const int most = std::min(turn.made.current, hours_of(turn).max);
    for (const Made& made : turn.record.made) {
        if (made.at <= turn.made.at - window) continue;
        const int held = std::min(made.wanted, most);
        if (turn.made.desired < held)
            return fmt::format("scaled down from {} to {}, and {} were wanted {} before",
                               turn.made.current, turn.made.desired, made.wanted,
                               format_duration(turn.made.at - made.at));
    }
    return std::nullopt;
}

Finding stabilization_up(const ServiceTurn& turn) {
    if (turn.made.desired <= turn.made.current || is_planned_ahead(turn)) return std::nullopt;
    const Duration window = turn.service.policy.scale_up.stabilization_window;
    const int least =
        std::max({turn.made.current, hours_of(turn).min, needed_now(turn).value_or(0)});
    for (const Made& made : turn.record.made) {
        if (made.at <= turn.made.at - window) continue;
        const int held = std::max(made.wanted, least);
        if (turn.made.desired > held)
            return fmt::format("scaled up from {} to {}, and only {} were wanted {} before",
                               turn.made.current, turn.made.desired, made.wanted,
                               format_duration(turn.made.at - made.at));
    }
    return std::nullopt;
}

Finding tolerance(const ServiceTurn& turn) {
    const int drop = turn.made.current - turn.made.desired;
    if (drop <= 0 || is_forced(turn)) return std::nullopt;
    const double worth = turn.service.policy.tolerance * turn.made.current;
    if (drop >= worth - 1e-6) return std::nullopt;
    // A larger drop may be cut by the policies, by what the fleet may lose, or by the minimum.
    if (turn.world.plan.removal_max < 1.0) return std::nullopt;
    const auto fewest = reach(turn, turn.service.policy.scale_down, false);
    if (!fewest || turn.made.desired <= *fewest + 2 * percent_slack) return std::nullopt;
    if (turn.made.desired == hours_of(turn).min) return std::nullopt;
    return fmt::format("gave back {} of {}, it is worth it from {:.3g}", drop, turn.made.current,
                       worth);
}

Finding change_freeze(const ServiceTurn& turn) {
    const bool up = turn.made.desired > turn.made.current;
    const bool holds = turn.made.desired != turn.made.current && is_frozen(turn, up, false);
    if (!holds || is_forced_by_bounds(turn)) return std::nullopt;
    const bool is_floor = up && turn.made.desired <= needed_now(turn).value_or(0);
    if (is_floor && !is_frozen(turn, up, true)) return std::nullopt;
    return fmt::format("scaled from {} to {} in a freeze", turn.made.current, turn.made.desired);
}

Finding pause_is_kept(const ServiceTurn& turn) {
    const bool up = turn.made.desired > turn.made.current;
    if (turn.made.desired == turn.made.current || !is_asked_for_certain(turn)) return std::nullopt;
    if (!is_paused(turn, up) || is_forced_by_bounds(turn)) return std::nullopt;
    return fmt::format("scaled from {} to {} while that direction is paused", turn.made.current,
                       turn.made.desired);
}

/// Only in mode automatic a decision is applied by itself; in mode approve when somebody approved a
/// change of that direction, and of no more replicas than are given back.
Finding mode_is_kept(const ServiceTurn& turn) {
    const std::string mode = mode_in_force(turn);
    if (mode == "automatic" || !is_asked_for_certain(turn)) return std::nullopt;
    for (const Call& call : turn.record.calls) {
        if (call.is_rollback() || call.operation.id != turn.decision.id) continue;
        const bool approved = std::ranges::any_of(turn.record.asked, [&](const Asked& asked) {
            const int to = call.operation.to.value();
            const bool up = to > turn.made.current;
            return asked.control.kind == ControlKind::approve && asked.approves_up == up &&
                   (up || to >= asked.approved);
        });
        if (mode == "approve" && approved) continue;
        return fmt::format("the target was asked for {} replicas in mode {}",
                           call.operation.to.value(), mode);
    }
    return std::nullopt;
}

Finding flap_budget(const ServiceTurn& turn) {
    const int budget = turn.service.policy.flap_budget.changes_per_day;
    if (budget == 0 || turn.made.desired == turn.made.current || is_forced(turn))
        return std::nullopt;
    const auto changes = std::ranges::count_if(turn.record.acted, [&](const Made& made) {
        return made.at > turn.made.at - day && made.at < turn.made.at;
    });
    if (changes < budget) return std::nullopt;
    // Demand that is measured or planned is served all the same; what is planned of signals is not
    // in the record.
    const double planned = std::ceil(
        turn.decision.demand_planned / turn.service.capacity_per_replica.value() - rounding_noise);
    const bool is_needed = turn.made.desired > turn.made.current &&
                           (turn.made.desired <= needed_now(turn).value_or(0) ||
                            turn.made.desired <= planned || !turn.service.signals.empty());
    if (is_needed) return std::nullopt;
    return fmt::format("scaled from {} to {} after {} changes within a day, the budget is {}",
                       turn.made.current, turn.made.desired, changes, budget);
}

Finding cooldown(const ServiceTurn& turn) {
    if (turn.made.desired >= turn.made.current || is_forced(turn)) return std::nullopt;
    for (const Made& made : turn.record.made) {
        const Duration since = turn.made.at - made.at;
        if (made.desired == made.current || !made.acts || since >= turn.service.policy.cooldown)
            continue;
        if (made.at < turn.made.at)
            return fmt::format("scaled down from {} to {}, {} after the change before",
                               turn.made.current, turn.made.desired, format_duration(since));
    }
    return std::nullopt;
}

}  // namespace forescale::worlds::checks
