#include "models/recurrent/own_head.h"

#include "models/recurrent/inputs.h"

#include <algorithm>
#include <cmath>

namespace forescale::recurrent {

namespace {
constexpr double error_floor = 1e-9;
constexpr double keep_error = 0.998;  ///< about two days of 5 min steps between half and whole
constexpr double penalty = 0.02;
constexpr double correction_max = 6.0;  ///< units
constexpr double half_life_days = 4.0;
constexpr Duration adapted_from = std::chrono::minutes(15);
constexpr Duration solved_every = std::chrono::hours(2);

/// Columns for one horizon: the state, what is seen of now, what is known of the target, and one.
std::vector<float> columns_of(const Network& network, std::size_t h, std::span<const float> state,
                              std::span<const float> inputs) {
    std::vector<float> columns(state.begin(), state.end());
    const auto of_now = inputs.first(columns_of_now());
    columns.insert(columns.end(), of_now.begin(), of_now.end());
    const auto look = std::ranges::lower_bound(network.looks, network.horizons[h]);
    if (look != network.looks.end()) {
        const auto at = static_cast<std::size_t>(look - network.looks.begin());
        const auto of_target =
            inputs.subspan(columns_of_now() + at * columns_of_target(), columns_of_target());
        columns.insert(columns.end(), of_target.begin(), of_target.end());
    }
    columns.push_back(1.0F);
    return columns;
}
std::size_t width_of(const Network& network, std::size_t h) {
    const bool has_look = network.looks.back() >= network.horizons[h];
    return network.hidden + columns_of_now() + (has_look ? columns_of_target() : 0) + 1;
}
}  // namespace

double OwnHead::say(std::span<const float> columns) const {
    return std::clamp(ridge::dot(columns, coefficients_, ridge::best_path()), -correction_max,
                      correction_max);
}

double OwnHead::correction(std::span<const float> columns) const {
    if (coefficients_.size() != columns.size() || !(with_head_.error_mean < error_alone_))
        return 0.0;
    return say(columns);
}

void OwnHead::learn(std::span<const float> columns, double missed, double cost) {
    double weight = cost;
    if (is_solved()) {
        const double error = cost * std::abs(missed - say(columns));
        weight *= with_head_.weight_of(error, keep_error, error_floor);
        error_alone_ += (cost * std::abs(missed) - error_alone_) / with_head_.errors;
    }
    equations_.add(columns, missed, weight, keep_);
    rows_ += 1.0;
}

void OwnHead::solve() {
    std::vector<double> solution(columns_);
    if (equations_.solve(penalty, solution)) coefficients_ = std::move(solution);
}

void OwnHeads::restart(const Network& network, std::uint64_t phase) {
    lineage_ = network.lineage;
    phase_ = phase;
    steps_ = 0;
    heads_.clear();
    const double keep = std::exp2(-static_cast<double>(network.step.count()) /
                                  (half_life_days * static_cast<double>(day.count())));
    for (std::size_t h = 0; h < network.horizons.size(); ++h) {
        const bool is_adapted = network.step * network.horizons[h] >= adapted_from;
        heads_.push_back(is_adapted ? OwnHead(width_of(network, h), keep) : OwnHead());
    }
    seen_.assign(static_cast<std::size_t>(network.horizons.back()) + 1, Seen{});
}

bool OwnHeads::belong_to(const Network& network) const {
    return lineage_ == network.lineage && heads_.size() == network.horizons.size() &&
           seen_.size() == static_cast<std::size_t>(network.horizons.back()) + 1;
}

void OwnHeads::observe(const Network& network, double level) {
    ++steps_;
    for (std::size_t h = 0; h < heads_.size(); ++h) {
        if (heads_[h].columns() == 0) continue;
        const Seen& then = ago(static_cast<std::size_t>(network.horizons[h]));
        if (!std::isnan(level) && !std::isnan(then.level)) {
            const double change = (level - then.level) / then.unit;
            heads_[h].learn(columns_of(network, h, then.state, then.inputs),
                            change - static_cast<double>(then.medians[h]),
                            then.unit * std::exp(then.level));
        }
        solve_when_due(network, h);
    }
}

// A first solution after a day; then now and then, one horizon at a time.
void OwnHeads::solve_when_due(const Network& network, std::size_t h) {
    const auto every =
        static_cast<std::uint64_t>(std::max<Duration::rep>(1, solved_every / network.step));
    const auto day_steps = static_cast<double>(day / network.step);
    const bool is_due = (steps_ + phase_ + h * 5) % every == 0;
    if (is_due && heads_[h].rows() >= day_steps) heads_[h].solve();
}

void OwnHeads::see(const Sight& sight) {
    Seen& now = seen_[steps_ % seen_.size()];
    now.level = sight.level;
    now.unit = sight.unit;
    now.state.assign(sight.state.begin(), sight.state.end());
    now.inputs.assign(sight.inputs.begin(), sight.inputs.end());
    now.medians.assign(sight.medians.begin(), sight.medians.end());
}

void OwnHeads::see_nothing() {
    seen_[steps_ % seen_.size()].level = std::numeric_limits<double>::quiet_NaN();
}

double OwnHeads::correction(const Network& network, std::size_t h) const {
    if (!heads_[h].is_solved()) return 0.0;
    const Seen& now = ago(0);
    return heads_[h].correction(columns_of(network, h, now.state, now.inputs));
}

}  // namespace forescale::recurrent
