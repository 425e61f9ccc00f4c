#include "decision/mix.h"

#include "decision/price.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

namespace forescale {
namespace {

constexpr double seconds_per_hour = 3600.0;
constexpr double thousandths = 1000.0;
constexpr double rounding_noise = 1e-9;
constexpr double kept_hours = 6.0;  // as far as the plan of the next hours looks
constexpr std::int64_t units_max = 20'000;
constexpr std::size_t types_max = 32;

double in_hours(Duration span) {
    return in_seconds(span) / seconds_per_hour;
}

std::int64_t in_thousandths(const InstanceType& type) {
    return std::llround(type.weight * thousandths);
}

/// The common measure of the weights, in thousandths of a replica.
std::int64_t unit_of(std::span<const InstanceType> types) {
    std::int64_t unit = 0;
    for (const InstanceType& type : types) unit = std::gcd(unit, in_thousandths(type));
    return unit;
}

/// The least cost of exactly so many units of capacity, from the types that were added. Units that
/// no type fills cost more than all instances together.
class CostTable {
public:
    CostTable(std::int64_t units_most, double missing_unit)
        : best_(static_cast<std::size_t>(units_most) + 1) {
        for (std::size_t c = 0; c < best_.size(); ++c)
            best_[c] = missing_unit * static_cast<double>(c);
    }

    /// costs: of 0, 1, 2 ... instances of a type, convex.
    void add(std::int64_t weight, const std::vector<double>& costs) {
        Step step{.weight = static_cast<std::size_t>(weight),
                  .costs = costs,
                  .best = std::vector<double>(best_.size()),
                  .counts = std::vector<int>(best_.size())};
        for (std::size_t rest = 0; rest < std::min(step.weight, best_.size()); ++rest) {
            const std::size_t rows = (best_.size() - 1 - rest) / step.weight + 1;
            step.rest = rest;
            fill(step, {0, rows}, {0, rows - 1});
        }
        best_ = std::move(step.best);
        counts_.push_back(std::move(step.counts));
        weights_.push_back(step.weight);
    }

    [[nodiscard]] std::size_t size() const { return best_.size(); }
    [[nodiscard]] double cost(std::size_t units) const { return best_[units]; }

    /// How many instances of each type that cost is for, in the order in which they were added.
    [[nodiscard]] std::vector<int> counts(std::size_t units) const {
        std::vector<int> out(counts_.size());
        for (std::size_t type = counts_.size(); type-- > 0;) {
            out[type] = counts_[type][units];
            units -= static_cast<std::size_t>(out[type]) * weights_[type];
        }
        return out;
    }

private:
    struct Span {
        std::size_t from;
        std::size_t to;
    };
    struct Step {
        std::size_t weight;
        const std::vector<double>& costs;
        std::vector<double> best;
        std::vector<int> counts;
        std::size_t rest = 0;
    };

    /// Rows [from, to) of one residue: row j is rest + j * weight units, of which `rest + k *
    /// weight` are from the types before. The best k grows with j, as the costs are convex.
    void fill(Step& step, Span rows, Span from_before) const {
        if (rows.from >= rows.to) return;
        const std::size_t row = std::midpoint(rows.from, rows.to - 1);
        const std::size_t most = step.costs.size() - 1;
        const std::size_t first = std::max(from_before.from, row > most ? row - most : 0);
        std::size_t best_at = first;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t k = first; k <= std::min(from_before.to, row); ++k) {
            const double cost = best_[step.rest + k * step.weight] + step.costs[row - k];
            if (cost > least) continue;
            least = cost;
            best_at = k;
        }
        const std::size_t at = step.rest + row * step.weight;
        step.best[at] = least;
        step.counts[at] = static_cast<int>(row - best_at);
        fill(step, {rows.from, row}, {from_before.from, best_at});
        fill(step, {row + 1, rows.to}, {best_at, from_before.to});
    }

    std::vector<double> best_;
    std::vector<std::vector<int>> counts_;  ///< per type: of it in the best of so many units
    std::vector<std::size_t> weights_;
};

/// Prices what pools of spot replicas leave unserved while they are gone.
class PoolRisk {
public:
    explicit PoolRisk(const MixNeed& need)
        : need_(need), unserved_anyway_(unserved_with(need.replicas.value())) {}

    /// Expected price, an hour, of a pool of `spot` replicas.
    [[nodiscard]] double hour(const InstanceType& type, double spot) const {
        if (!(type.interruptions_per_hour > 0.0)) return 0.0;
        const double needed = need_.replicas.value();
        const double left = std::max(needed - spot, 0.0);
        const double lost = need_.demand == nullptr
                                ? needed - left
                                : std::max(unserved_with(left) - unserved_anyway_, 0.0);
        return type.interruptions_per_hour * in_hours(need_.lead) * need_.unserved_hour * lost;
    }

private:
    [[nodiscard]] double unserved_with(double replicas) const {
        if (need_.demand == nullptr) return 0.0;
        const double one = need_.per_replica.value();
        return expected_above(*need_.demand, replicas * one) / one;
    }

    const MixNeed& need_;
    double unserved_anyway_;
};

/// Of 0, 1, 2 ... instances, up to what fits into `units`.
std::vector<double> costs_of(const InstanceType& type, const MixNeed& need, const PoolRisk& risk,
                             std::int64_t most) {
    const auto running = std::ranges::find(need.running, type.name, &InstanceCount::type);
    const std::int64_t runs = running == need.running.end() ? 0 : running->count;
    const double start =
        (need.start * type.weight + type.price_hour * in_hours(need.lead)) / kept_hours;
    std::vector<double> costs;
    for (std::int64_t count = 0; count <= most; ++count) {
        const auto instances = static_cast<double>(count);
        const auto started = static_cast<double>(std::max<std::int64_t>(count - runs, 0));
        costs.push_back(instances * type.price_hour + started * start +
                        risk.hour(type, instances * type.weight));
    }
    return costs;
}

/// The problem in units of capacity: what is needed, and how much of it may be spot.
class Mixing {
public:
    Mixing(const ScalingPolicy& policy, const MixNeed& need)
        : types_(policy.instance_types), need_(need), unit_(unit_of(types_)) {
        const double in_units = need.replicas.value() * thousandths / static_cast<double>(unit_);
        needed_ = static_cast<std::int64_t>(std::ceil(in_units - rounding_noise));
        std::int64_t heaviest = 0;
        for (const InstanceType& type : types_) heaviest = std::max(heaviest, weight(type));
        units_most_ = needed_ + heaviest - 1;
        spot_most_ =
            policy.spot_share_max < 1.0
                ? static_cast<std::int64_t>(in_units * policy.spot_share_max + rounding_noise)
                : units_most_;
        const PoolRisk risk(need);
        for (const InstanceType& type : types_)
            costs_.push_back(costs_of(type, need, risk, most_of(type)));
    }

    [[nodiscard]] std::vector<int> counts() const {
        const CostTable spot = table(true, spot_most_);
        const CostTable others = table(false, units_most_);
        const std::vector<std::size_t> cheapest = cheapest_from(others);
        std::size_t of_spot = 0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < spot.size(); ++s) {
            const double cost = spot.cost(s) + others.cost(cheapest[left_of(s)]);
            if (cost >= least) continue;
            least = cost;
            of_spot = s;
        }
        return merged(spot.counts(of_spot), others.counts(cheapest[left_of(of_spot)]));
    }

private:
    [[nodiscard]] std::int64_t weight(const InstanceType& type) const {
        return in_thousandths(type) / unit_;
    }
    [[nodiscard]] std::int64_t most_of(const InstanceType& type) const {
        const std::int64_t fit = (type.spot ? spot_most_ : units_most_) / weight(type);
        return type.max > 0 ? std::min<std::int64_t>(fit, type.max) : fit;
    }
    [[nodiscard]] std::size_t left_of(std::size_t spot) const {
        return static_cast<std::size_t>(
            std::max<std::int64_t>(needed_ - static_cast<std::int64_t>(spot), 0));
    }
    [[nodiscard]] CostTable table(bool spot, std::int64_t units_most) const {
        double all = 1.0;
        for (const auto& costs : costs_) all += costs.back();
        CostTable table(units_most, all);
        for (std::size_t i = 0; i < types_.size(); ++i)
            if (types_[i].spot == spot) table.add(weight(types_[i]), costs_[i]);
        return table;
    }
    /// Per number of units: which number of no fewer costs least.
    [[nodiscard]] static std::vector<std::size_t> cheapest_from(const CostTable& table) {
        std::vector<std::size_t> out(table.size());
        std::size_t best = table.size() - 1;
        for (std::size_t c = table.size(); c-- > 0;) {
            if (table.cost(c) < table.cost(best)) best = c;
            out[c] = best;
        }
        return out;
    }
    [[nodiscard]] std::vector<int> merged(const std::vector<int>& spot,
                                          const std::vector<int>& others) const {
        std::vector<int> out;
        std::size_t of_spot = 0;
        std::size_t of_others = 0;
        for (const InstanceType& type : types_)
            out.push_back(type.spot ? spot[of_spot++] : others[of_others++]);
        return out;
    }

    std::span<const InstanceType> types_;
    const MixNeed& need_;
    std::int64_t unit_;
    std::int64_t needed_ = 0;
    std::int64_t units_most_ = 0;
    std::int64_t spot_most_ = 0;
    std::vector<std::vector<double>> costs_;
};

template <class... Args>
std::unexpected<Error> wrong(fmt::format_string<Args...> text, Args&&... args) {
    return std::unexpected(
        Error{Errc::invalid_argument, fmt::format(text, std::forward<Args>(args)...)});
}

Result<void> check_type(const InstanceType& type) {
    const double in_whole = type.weight * thousandths;
    if (!(type.weight > 0.0) || std::abs(in_whole - std::round(in_whole)) > 1e-6)
        return wrong("'{}': its weight {} is no positive number of at most three decimals",
                     type.name, type.weight);
    if (!(type.price_hour > 0.0) || !std::isfinite(type.price_hour))
        return wrong("'{}': its price_hour {} is not positive", type.name, type.price_hour);
    if (!(type.interruptions_per_hour >= 0.0) || !std::isfinite(type.interruptions_per_hour))
        return wrong("'{}': its interruptions_per_hour {} is negative", type.name,
                     type.interruptions_per_hour);
    if (type.interruptions_per_hour > 0.0 && !type.spot)
        return wrong(
            "'{}': it has interruptions_per_hour and is not spot; say `spot: true`, or "
            "leave them out",
            type.name);
    if (type.max < 0) return wrong("'{}': its max {} is negative", type.name, type.max);
    return {};
}

Replicas largest_size(const ScalingPolicy& policy) {
    return policy.at_max == AtMax::increase
               ? std::max(policy.replicas_max, policy.replicas_hard_max)
               : policy.replicas_max;
}

/// Replicas that all instances of one side have the capacity of.
double capacity_of(std::span<const InstanceType> types, bool spot) {
    double sum = 0.0;
    for (const InstanceType& type : types)
        if (type.spot == spot)
            sum += type.max > 0 ? type.max * type.weight : std::numeric_limits<double>::infinity();
    return sum;
}

Result<void> check_capacity(const ScalingPolicy& policy) {
    const auto& types = policy.instance_types;
    const double most = largest_size(policy).value();
    const double covered = capacity_of(types, false) +
                           std::min(capacity_of(types, true), policy.spot_share_max * most);
    if (covered < most)
        return wrong(
            "together they have the capacity of {:.6g} replicas, and up to {:.6g} may be "
            "asked for; raise a max, or lower replicas_max",
            covered, most);
    double heaviest = 0.0;
    for (const InstanceType& type : types) heaviest = std::max(heaviest, type.weight);
    const double units = (most + heaviest) * thousandths / static_cast<double>(unit_of(types));
    if (units > static_cast<double>(units_max))
        return wrong(
            "their weights have {} as their common measure, and {:.6g} replicas are more "
            "than {} of that; round the weights, or lower replicas_max",
            static_cast<double>(unit_of(types)) / thousandths, most, units_max);
    return {};
}

}  // namespace

InstanceMix cheapest_mix(const ScalingPolicy& policy, const MixNeed& need) {
    InstanceMix mix;
    if (need.replicas <= Replicas(0)) return mix;
    const std::vector<int> counts = Mixing(policy, need).counts();
    const PoolRisk risk(need);
    double spot = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const InstanceType& type = policy.instance_types[i];
        if (counts[i] == 0) continue;
        const double replicas = counts[i] * type.weight;
        mix.parts.push_back({type.name, counts[i], type.weight, type.price_hour, type.spot});
        mix.replicas += replicas;
        mix.price_hour += counts[i] * type.price_hour;
        if (!type.spot) continue;
        spot += replicas;
        mix.risk_hour += risk.hour(type, replicas);
    }
    mix.spot_share = mix.replicas > 0.0 ? spot / mix.replicas : 0.0;
    return mix;
}

namespace {

/// The demand that needs most, which is what a lost pool would leave unserved.
struct Worst {
    const Quantiles* demand = nullptr;  ///< null: no forecast of it is trusted
    Demand one{1.0};
};
Worst worst_demand(const Turn& turn) {
    const Demand own = turn.inputs.capacity_per_replica;
    Worst worst{.demand = nullptr, .one = own};
    Replicas most(0);
    if (turn.trusted && turn.inputs.lead_demand) {
        worst.demand = &turn.inputs.lead_demand->quantiles;
        most = replicas_for(Demand(std::min(turn.planned, turn.least_planned)), own);
    }
    for (const SignalNeed& need : turn.signals) {
        const Replicas needs = need.trusted ? need.planned_need() : need.needed;
        if (needs <= most) continue;
        most = needs;
        worst = {.demand = nullptr, .one = need.signal->capacity_per_replica};
        if (need.trusted && need.signal->lead_demand)
            worst.demand = &need.signal->lead_demand->quantiles;
    }
    return worst;
}

}  // namespace

std::optional<InstanceMix> mix_of(const Turn& turn, Replicas replicas) {
    const ScalingPolicy& policy = turn.policy();
    if (policy.instance_types.empty()) return std::nullopt;
    const Demand one = turn.inputs.capacity_per_replica;
    const Worst worst = worst_demand(turn);
    const Prices& prices = policy.prices;
    return cheapest_mix(policy, {.replicas = replicas,
                                 .running = turn.state.mix,
                                 .lead = turn.inputs.lead_time,
                                 .demand = worst.demand,
                                 .per_replica = worst.one,
                                 .unserved_hour = unserved_price(prices, turn.level, one) *
                                                  one.value() * seconds_per_hour,
                                 .start = prices.change_replica_hours * prices.replica_hour});
}

double replica_hour_of(std::span<const InstanceType> types) {
    double least = std::numeric_limits<double>::infinity();
    const bool all_spot = std::ranges::all_of(types, &InstanceType::spot);
    for (const InstanceType& type : types)
        if (all_spot || !type.spot) least = std::min(least, type.price_hour / type.weight);
    return least;
}

Result<void> check_instance_types(const ScalingPolicy& policy) {
    const auto& types = policy.instance_types;
    const bool is_share = policy.spot_share_max >= 0.0 && policy.spot_share_max <= 1.0;
    if (!is_share)
        return wrong("policy.spot_share_max {} is no share, 0 to 1", policy.spot_share_max);
    if (types.empty()) return {};
    if (types.size() > types_max)
        return wrong("policy.instance_types: {} are named, {} are the most", types.size(),
                     types_max);
    std::set<std::string_view> names;
    for (const InstanceType& type : types) {
        if (auto done = check_type(type); !done)
            return wrong("policy.instance_types: {}", done.error().message);
        if (!names.insert(type.name).second)
            return wrong("policy.instance_types: '{}' is named twice; names tell them apart",
                         type.name);
    }
    if (std::ranges::all_of(types, &InstanceType::spot) && policy.spot_share_max < 1.0)
        return wrong(
            "policy.instance_types: all are spot, and spot_share_max is {}; add one that "
            "is not, or set it to 1",
            policy.spot_share_max);
    if (auto done = check_capacity(policy); !done)
        return wrong("policy.instance_types: {}", done.error().message);
    return {};
}

std::string mix_text(const InstanceMix& mix, const Prices& prices) {
    std::string text;
    for (std::size_t i = 0; i < mix.parts.size(); ++i) {
        if (i > 0) text += i + 1 < mix.parts.size() ? ", " : " and ";
        text += fmt::format("{} {}", mix.parts[i].count, mix.parts[i].type);
    }
    return fmt::format("{}, {:.4g}{}{} an hour", text.empty() ? "nothing" : text, mix.price_hour,
                       prices.currency.empty() ? "" : " ", prices.currency);
}

}  // namespace forescale
