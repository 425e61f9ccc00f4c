#include "simulation/world.h"

#include "base/rng.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

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
            .future = &demand,
            .leads = leads.empty() ? nullptr : &leads,
            .target_down = target_down.empty() ? nullptr : &target_down};
}

double World::measured(std::size_t t) const {
    const bool down = !metrics_down.empty() && metrics_down[t];
    return down ? std::numeric_limits<double>::quiet_NaN() : demand[t];
}

Result<void> WorldSettings::check() const {
    if (lead_time < Duration(0) || lead_time > day)
        return fail(Errc::invalid_argument, "lead time {} is not between 0 s and a day",
                    format_duration(lead_time));
    if (lead_time_p95 > Duration(0) && (lead_time_p95 < lead_time || lead_time <= Duration(0)))
        return fail(Errc::invalid_argument,
                    "the 95th percentile of the lead time, {}, is below its median, {}",
                    format_duration(lead_time_p95), format_duration(lead_time));
    if (replicas_min < 0 || replicas_max < 1 || replicas_min > replicas_max)
        return fail(
            Errc::invalid_argument,
            "at least {} and at most {} instances: the least is above the most, or negative",
            replicas_min, replicas_max);
    if (!(capacity_per_replica >= 0.0) || !std::isfinite(capacity_per_replica))
        return fail(Errc::invalid_argument, "capacity per instance {} is not a positive number",
                    capacity_per_replica);
    return {};
}

namespace {

/// Log-normal lead times of the steps at which instances are asked for, rounded up to steps.
std::vector<std::int64_t> drawn_leads(const World& world, const WorldSettings& settings) {
    constexpr double z_95 = 1.6448536269514722;
    const double sigma =
        std::log(in_seconds(settings.lead_time_p95) / in_seconds(settings.lead_time)) / z_95;
    Rng rng(settings.seed);
    std::vector<std::int64_t> leads;
    for (std::size_t t = 0; t < world.steps(); ++t) {
        // Box and Muller 1958, doi:10.1214/aoms/1177706645.
        const double radius = std::sqrt(-2.0 * std::log1p(-rng.uniform()));
        const double z = radius * std::cos(2.0 * std::numbers::pi * rng.uniform());
        const double lead_s = in_seconds(settings.lead_time) * std::exp(sigma * z);
        leads.push_back(static_cast<std::int64_t>(std::ceil(lead_s / in_seconds(world.step))));
    }
    return leads;
}

void add_chance(World& world, const WorldSettings& settings) {
    if (settings.lead_time_p95 > Duration(0)) world.leads = drawn_leads(world, settings);
    const FailureGrid grid{world.start, world.step, world.steps(), settings.seed};
    world.metrics_down = steps_down(settings.failures, FailingPart::metrics, grid);
    world.target_down = steps_down(settings.failures, FailingPart::target, grid);
    world.forecaster_down = steps_down(settings.failures, FailingPart::forecaster, grid);
}

}  // namespace

Result<World> make_world(const Trace& trace, const WorldSettings& settings) {
    TRY_VOID(settings.check());
    if (trace.points.size() < 2 || trace.step <= Duration(0))
        return fail(Errc::invalid_argument,
                    "{}: a simulation needs at least two samples, {} were read", trace.name,
                    trace.points.size());
    std::vector<double> values;
    values.reserve(trace.points.size());
    for (const Point& point : trace.points) values.push_back(point.value);
    World world;
    world.step = trace.step;
    world.lead_time = settings.lead_time;
    world.lead_steps = (settings.lead_time + trace.step - Duration(1)) / trace.step;
    world.replicas_min = settings.replicas_min;
    world.replicas_max = settings.replicas_max;
    world.capacity_per_replica = settings.capacity_per_replica > 0.0
                                     ? settings.capacity_per_replica
                                     : percentile(std::move(values), 99.5) / 50.0;
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
    add_chance(world, settings);
    return world;
}

void SimulatedFleet::promote(std::int64_t t) {
    while (const auto arrived = pending_.arrive(t)) ready_ += arrived->replicas.value();
}

void SimulatedFleet::set(std::int64_t t, int desired, std::int64_t lead) {
    promote(t);
    const int change = desired - ready_ - pending();
    if (change > 0 && lead > 0) return pending_.ask(Replicas(change), t + lead);
    const Replicas cancelled = change < 0 ? pending_.cancel(Replicas(-change)) : Replicas(0);
    ready_ += change + cancelled.value();
}

Player::Player(const World& world) : world_(&world), fleet_(world.replicas_min) {
    played_.reserve(world.steps());
}

void Player::end(std::size_t t, Replicas wanted, std::string_view reason) {
    int desired = std::clamp(wanted.value(), world_->replicas_min, world_->replicas_max);
    if (!world_->target_down.empty() && world_->target_down[t])
        desired = fleet_.ready() + fleet_.pending();
    fleet_.set(static_cast<std::int64_t>(t), desired, world_->lead_at(t));
    played_.push_back({fleet_.ready(), fleet_.pending(), desired, reason});
}

void Player::step(std::size_t t, Policy& policy) {
    begin(t);
    const double before =
        t > 0 ? world_->measured(t - 1) : std::numeric_limits<double>::quiet_NaN();
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
    out.unserved = lost * step_s;
    out.days = static_cast<double>(played.size() - world.first_scored) * step_s / in_seconds(day);
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
