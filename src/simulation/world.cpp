#include "simulation/world.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {
namespace {

constexpr double rounding_noise = 1e-9;
constexpr Duration warm_up_max = std::chrono::days(14);
constexpr Duration reversal_window = std::chrono::minutes(30);

/// Samples that all have the same phase keep it; others fall into steps counted from 1970.
Duration phase_of(const Trace& trace) {
    const auto phase = [&](const Point& point) {
        return point.at - floor_to(point.at, trace.step);
    };
    const Duration first = phase(trace.points.front());
    const bool same = std::ranges::all_of(
        trace.points, [&](const Point& point) { return phase(point) == first; });
    return same ? first : Duration(0);
}

std::vector<double> means_per_step(const Trace& trace, Timestamp start, Duration phase) {
    const auto index = [&](const Point& point) {
        return static_cast<std::size_t>((floor_to(point.at - phase, trace.step) + phase - start) /
                                        trace.step);
    };
    std::vector<double> sum(index(trace.points.back()) + 1, 0.0);
    std::vector<int> count(sum.size(), 0);
    for (const Point& point : trace.points) {
        sum[index(point)] += point.value;
        ++count[index(point)];
    }
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = count[i] > 0 ? sum[i] / count[i] : std::numeric_limits<double>::quiet_NaN();
    return sum;
}

}  // namespace

int World::need(double demand_of_step) const {
    if (std::isnan(demand_of_step)) return replicas_min;
    const double instances = std::ceil(demand_of_step / capacity_per_replica - rounding_noise);
    return static_cast<int>(std::clamp(instances, static_cast<double>(replicas_min),
                                       static_cast<double>(replicas_max)));
}

PolicyWorld World::view() const {
    return {.start = start,
            .step = step,
            .lead_time = lead_time,
            .capacity_per_replica = capacity_per_replica,
            .replicas_min = Replicas(replicas_min),
            .replicas_max = Replicas(replicas_max),
            .warm_up_steps = first_scored,
            .future = &demand};
}

Result<World> make_world(const Trace& trace, Duration lead_time) {
    if (trace.points.size() < 2 || trace.step <= Duration(0))
        return fail(Errc::invalid_argument,
                    "{}: a simulation needs at least two samples, {} were read", trace.name,
                    trace.points.size());
    std::vector<double> values;
    values.reserve(trace.points.size());
    for (const Point& point : trace.points) values.push_back(point.value);
    World world;
    world.step = trace.step;
    world.lead_time = lead_time;
    world.lead_steps = (lead_time + trace.step - Duration(1)) / trace.step;
    world.capacity_per_replica = percentile(std::move(values), 99.5) / 50.0;
    if (!(world.capacity_per_replica > 0.0))
        return fail(Errc::invalid_argument,
                    "{}: its 99.5th percentile is 0: there is no demand to size instances for",
                    trace.name);
    const Duration phase = phase_of(trace);
    world.start = floor_to(trace.points.front().at - phase, trace.step) + phase;
    world.demand = means_per_step(trace, world.start, phase);
    const Duration span = trace.step * static_cast<Duration::rep>(world.demand.size());
    const Duration warm_up = std::min(warm_up_max, span / 2);
    world.first_scored =
        static_cast<std::size_t>((warm_up + trace.step - Duration(1)) / trace.step);
    return world;
}

void SimulatedFleet::promote(std::int64_t t) {
    while (!batches_.empty() && batches_.front().ready_at <= t) {
        ready_ += batches_.front().count;
        pending_ -= batches_.front().count;
        batches_.pop_front();
    }
}

void SimulatedFleet::set(std::int64_t t, int desired) {
    promote(t);
    int change = desired - ready_ - pending_;
    if (change > 0 && lead_steps_ == 0) {
        ready_ += change;
    } else if (change > 0) {
        batches_.push_back({t + lead_steps_, change});
        pending_ += change;
    }
    while (change < 0 && !batches_.empty()) {
        Batch& newest = batches_.back();
        const int cancelled = std::min(-change, newest.count);
        newest.count -= cancelled;
        pending_ -= cancelled;
        change += cancelled;
        if (newest.count == 0) batches_.pop_back();
    }
    if (change < 0) ready_ += change;
}

Player::Player(const World& world) : world_(&world), fleet_(world.lead_steps, world.replicas_min) {
    played_.reserve(world.steps());
}

void Player::end(std::size_t t, Replicas wanted, std::string_view reason) {
    const int desired = std::clamp(wanted.value(), world_->replicas_min, world_->replicas_max);
    fleet_.set(static_cast<std::int64_t>(t), desired);
    played_.push_back({fleet_.ready(), fleet_.pending(), desired, reason});
}

void Player::step(std::size_t t, Policy& policy) {
    begin(t);
    const double before = t > 0 ? world_->demand[t - 1] : std::numeric_limits<double>::quiet_NaN();
    const Replicas wanted = policy.desired(t, before, ready(), pending());
    end(t, wanted, policy.reason());
}

std::vector<PlayedStep> play(const World& world, Policy& policy) {
    Player player(world);
    for (std::size_t t = 0; t < world.steps(); ++t) player.step(t, policy);
    return std::move(player).take();
}

namespace {

void score_serving(const World& world, const std::vector<PlayedStep>& played, PlayedScore& out) {
    double lost = 0.0;
    double asked = 0.0;
    std::int64_t short_steps = 0;
    std::int64_t billed = 0;
    for (std::size_t t = world.first_scored; t < played.size(); ++t) {
        const double demand = world.demand[t];
        if (std::isnan(demand)) continue;
        const double serves = played[t].ready * world.capacity_per_replica;
        asked += demand;
        billed += played[t].ready + played[t].pending;
        if (demand <= serves * (1.0 + rounding_noise)) continue;
        lost += demand - serves;
        ++short_steps;
    }
    const double step_s = in_seconds(world.step);
    out.under_provisioned_min = static_cast<double>(short_steps) * step_s / 60.0;
    out.unserved_share = asked > 0.0 ? lost / asked : 0.0;
    out.instance_hours = static_cast<double>(billed) * step_s / 3600.0;
}

void score_actions(const World& world, const std::vector<PlayedStep>& played, PlayedScore& out) {
    std::int64_t actions = 0;
    std::size_t last_at = 0;
    bool last_up = false;
    for (std::size_t t = world.first_scored + 1; t < played.size(); ++t) {
        if (played[t].desired == played[t - 1].desired) continue;
        const bool up = played[t].desired > played[t - 1].desired;
        const auto since = world.step * static_cast<Duration::rep>(t - last_at);
        if (actions > 0 && up != last_up && since <= reversal_window) ++out.reversals;
        ++actions;
        last_at = t;
        last_up = up;
    }
    const auto scored = static_cast<double>(played.size() - world.first_scored);
    out.actions_per_day =
        static_cast<double>(actions) / (scored * in_seconds(world.step) / in_seconds(day));
}

}  // namespace

PlayedScore score(const World& world, const std::vector<PlayedStep>& played) {
    PlayedScore out;
    if (played.size() <= world.first_scored) return out;
    score_serving(world, played, out);
    score_actions(world, played, out);
    return out;
}

}  // namespace forescale
