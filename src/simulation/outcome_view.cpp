#include "simulation/outcome_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {
namespace {

constexpr std::int64_t bins_max = 360;
constexpr std::int64_t day_bins_max = 288;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Steps first .. first + count, in bins of `per_bin`.
struct Bins {
    std::size_t first;
    std::size_t count;
    std::size_t per_bin;

    [[nodiscard]] std::size_t size() const { return (count + per_bin - 1) / per_bin; }
    /// Calls each(bin, step) for all of them.
    template <class Each>
    void walk(Each each) const {
        for (std::size_t i = 0; i < count; ++i) each(i / per_bin, first + i);
    }
};

std::size_t per_bin(std::size_t count, std::int64_t most) {
    const auto bins = static_cast<std::size_t>(most);
    return std::max<std::size_t>(1, (count + bins - 1) / bins);
}

Bins scored_bins(const World& world) {
    const std::size_t count = world.steps() - std::min(world.first_scored, world.steps());
    return {world.first_scored, count, per_bin(count, bins_max)};
}

/// From where a day of the scored part has the most demand.
std::size_t busiest_day(const World& world, std::size_t steps) {
    double sum = 0.0;
    double most = -1.0;
    std::size_t best = world.first_scored;
    for (std::size_t t = world.first_scored; t < world.steps(); ++t) {
        sum += std::isnan(world.demand[t]) ? 0.0 : world.demand[t];
        if (t + 1 < world.first_scored + steps) continue;
        const std::size_t first = t + 1 - steps;
        if (sum > most) {
            most = sum;
            best = first;
        }
        sum -= std::isnan(world.demand[first]) ? 0.0 : world.demand[first];
    }
    return best;
}

Bins day_bins(const World& world) {
    const auto of_day =
        std::max<std::size_t>(1, static_cast<std::size_t>(Duration(day) / world.step));
    const std::size_t count = std::min(of_day, scored_bins(world).count);
    return {busiest_day(world, count), count, per_bin(count, day_bins_max)};
}

/// Mean per bin of what `value` says of a step; NaN is left out.
template <class Value>
std::vector<double> means(const Bins& bins, Value value) {
    std::vector<double> sum(bins.size(), 0.0);
    std::vector<double> count(bins.size(), 0.0);
    bins.walk([&](std::size_t bin, std::size_t t) {
        const double of_step = value(t);
        if (std::isnan(of_step)) return;
        sum[bin] += of_step;
        count[bin] += 1.0;
    });
    for (std::size_t b = 0; b < sum.size(); ++b) sum[b] = count[b] > 0.0 ? sum[b] / count[b] : none;
    return sum;
}

/// What is needed, with the part of an instance: the bounds are the policies' own.
double need_at(const World& world, std::size_t t) {
    return world.demand[t] / world.capacity_per_replica;
}

}  // namespace

OutcomeView view_of(const std::string& series, const World& world) {
    const Bins scored = scored_bins(world);
    const Bins busiest = day_bins(world);
    const auto width = [&](const Bins& bins) {
        return world.step * static_cast<Duration::rep>(bins.per_bin);
    };
    OutcomeView view{.series = series,
                     .from = world.at(scored.first),
                     .day_from = world.at(busiest.first),
                     .bin = width(scored),
                     .day_bin = width(busiest)};
    view.need = means(scored, [&](std::size_t t) { return need_at(world, t); });
    view.day_need.assign(busiest.size(), none);
    busiest.walk([&](std::size_t bin, std::size_t t) {
        view.day_need[bin] = std::fmax(view.day_need[bin], need_at(world, t));
    });
    return view;
}

void add_to(OutcomeView& view, const World& world, const std::string& policy,
            const std::vector<PlayedStep>& played) {
    PolicyView of_policy{.policy = policy};
    const auto ready = [&](std::size_t t) { return static_cast<double>(played[t].ready); };
    const Bins scored = scored_bins(world);
    of_policy.ready = means(scored, ready);
    of_policy.day_ready = means(day_bins(world), ready);
    of_policy.short_min.assign(scored.size(), 0.0);
    scored.walk([&](std::size_t bin, std::size_t t) {
        if (need_at(world, t) > ready(t) * (1.0 + 1e-9))
            of_policy.short_min[bin] += in_seconds(world.step) / 60.0;
        if (t > world.first_scored && played[t].desired != played[t - 1].desired)
            ++of_policy.changes[std::string(played[t].reason)];
    });
    view.policies.push_back(std::move(of_policy));
}

}  // namespace forescale
