#include "decision/capacity_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace forescale {
namespace {

constexpr double half_life_hours = 48.0;
constexpr double bins_per_octave = 4.0;
constexpr double octaves_below = 6.0;  // of what is stated; 5 above

constexpr double heard = 6.0;    // pairs from which on a bin knows what is usual
constexpr double usable = 3.0;   // pairs from which on it counts for the line
constexpr double enough = 36.0;  // pairs of 5 min: 3 h
constexpr double deviations_max = 3.0;
constexpr double load_ratio_min = 1.2;
constexpr double slope_errors_min = 4.0;
constexpr double error_max = 0.25;
constexpr double beyond_max = 1.25;                // of the loads that were seen
constexpr double pairs_per_independent_one = 2.0;  // noise of one step outlasts it

constexpr double drift_rate = 1.0 / 20.0;
constexpr double drift_max = 1.2;
constexpr double kept_weight_max = 2.0;  // of a bin, when the service is found to have changed

constexpr double saturated = 0.93;
constexpr double utilization_max = 1.05;

constexpr double up_per_hour = 1.05;
constexpr double down_per_hour = 1.2;
constexpr double worth_moving = 1.02;
constexpr Duration step_max = std::chrono::minutes(30);  // a gap teaches nothing

bool is_latency(const CapacityRule& rule) {
    return rule.from == CapacitySource::latency;
}

/// y of a sample; nothing where it cannot be one.
std::optional<double> value_of(const CapacityRule& rule, double measured) {
    if (!std::isfinite(measured) || measured < 0.0) return std::nullopt;
    if (!is_latency(rule))
        return measured <= utilization_max ? std::optional(std::min(measured, 1.0)) : std::nullopt;
    return measured > 0.0 ? std::optional(1.0 / measured) : std::nullopt;
}

/// y at which a replica serves what it should.
double level_of(const CapacityRule& rule) {
    return is_latency(rule) ? 1.0 / rule.latency_slo : rule.target_utilization;
}

/// What a single y is uncertain by at least, squared.
double least_spread(const CapacityRule& rule, double value) {
    const double least = is_latency(rule) ? 0.02 * value : 0.01;
    return least * least;
}

/// Near the level counts more: whatever the curve is, it is a line there.
double nearness(double value, double level) {
    const double off = (value - level) / (0.4 * level);
    return 1.0 / (1.0 + off * off);
}

/// Sums of a weighted least-squares line; weights are inverse variances.
struct Sums {
    double w = 0.0;
    double x = 0.0;
    double y = 0.0;
    void add(double weight, double load, double value) {
        w += weight;
        x += weight * (load - x) / w;
        y += weight * (value - y) / w;
    }
};

}  // namespace

void CapacityModel::observe(const CapacityRule& rule, Timestamp at, double load, double measured) {
    const Duration since = at_ ? std::min(at - *at_, step_max) : Duration(0);
    forget(at);
    const auto value = value_of(rule, measured);
    if (!value || !std::isfinite(load) || load <= 0.0) {
        refused_ += value ? 0.0 : 1.0;
        return;
    }
    const double octave = std::log2(load / rule.stated.value()) + octaves_below;
    const double bin = std::floor(octave * bins_per_octave);
    if (bin < 0.0 || bin >= static_cast<double>(bins_count)) return;
    fill_ = std::max(fill_, std::min(load / in_force(rule).value(), 1.0));
    put(static_cast<std::size_t>(bin), load, *value, least_spread(rule, *value));
    fit(rule);
    move(rule, since);
}

void CapacityModel::forget(Timestamp now) {
    if (at_) {
        const double hours = in_seconds(now - *at_) / 3600.0;
        const double kept = std::exp2(-std::max(hours, 0.0) / half_life_hours);
        for (Bin& bin : bins_) bin.weight *= kept;
        refused_ *= kept;
        fill_ *= kept;
    }
    at_ = now;
}

void CapacityModel::put(std::size_t number, double load, double value, double least) {
    Bin& bin = bins_.at(number);
    double off = value - bin.value;
    if (bin.weight >= heard) {
        const double usual = std::sqrt(bin.spread);
        const double bounded = std::clamp(off, -deviations_max * usual, deviations_max * usual);
        watch_drift(bounded / usual);
        off = bounded;
    }
    bin.weight += 1.0;
    bin.load += (load - bin.load) / bin.weight;
    bin.value += off / bin.weight;
    const double squared = bin.weight > 1.5 ? off * off : 25.0 * least;  // of the first: not known
    bin.spread = std::max(bin.spread + (squared - bin.spread) / bin.weight, least);
}

/// Outliers come on either side, or seldom; a service that has changed is off on one side for long.
void CapacityModel::watch_drift(double deviations) {
    drift_ += drift_rate * (deviations - drift_);
    if (std::abs(drift_) <= drift_max) return;
    for (Bin& bin : bins_) bin.weight = std::min(bin.weight, kept_weight_max);
    drift_ = 0.0;
}

double CapacityModel::pairs() const {
    double sum = 0.0;
    for (const Bin& bin : bins_) sum += bin.weight;
    return sum;
}

bool CapacityModel::counts(const CapacityRule& rule, const Bin& bin) const {
    return bin.weight >= usable && (is_latency(rule) || bin.value < saturated);
}

CapacityModel::Loads CapacityModel::loads(const CapacityRule& rule) const {
    Loads out;
    for (const Bin& bin : bins_) {
        if (!counts(rule, bin)) continue;
        out.least = out.bins == 0 ? bin.load : std::min(out.least, bin.load);
        out.most = std::max(out.most, bin.load);
        ++out.bins;
    }
    return out;
}

/// Most of what was seen is at its end: nothing says by how much the load is too large.
bool CapacityModel::is_saturated(const CapacityRule& rule) const {
    if (is_latency(rule)) return false;
    double weight = 0.0;
    for (const Bin& bin : bins_)
        if (bin.value >= saturated) weight += bin.weight;
    return weight > std::max(0.5 * pairs(), usable);
}

void CapacityModel::fit(const CapacityRule& rule) {
    estimate_ = {};
    lack_ = lack_of(rule);
    if (lack_ == Lack::nothing) {
        const Line line = line_of(rule);
        estimate_ = crossing(line, level_of(rule));
        if (!follows(rule, line))
            lack_ = Lack::no_effect;
        else if (!(estimate_.value > 0.0))
            lack_ = Lack::uncertain;
    }
    if (lack_ == Lack::nothing) return;
    estimate_ = {};
    if (lack_ != Lack::few && is_saturated(rule)) lack_ = Lack::saturated;
}

CapacityModel::Lack CapacityModel::lack_of(const CapacityRule& rule) const {
    if (pairs() < enough) return Lack::few;
    const Loads seen = loads(rule);
    const bool varied = seen.bins >= 3 && seen.most >= load_ratio_min * seen.least;
    return varied ? Lack::nothing : Lack::constant;
}

bool CapacityModel::follows(const CapacityRule& rule, const Line& line) {
    const double direction = is_latency(rule) ? -1.0 : 1.0;
    return direction * line.slope >= slope_errors_min * line.slope_error;
}

CapacityModel::Estimate CapacityModel::crossing(const Line& line, double level) {
    const double value = line.load + (level - line.value) / line.slope;
    const double off = std::hypot(line.value_error, (value - line.load) * line.slope_error);
    return {.value = value, .error = off / std::abs(line.slope)};
}

/// Through the weighted means of load and value. Bins that lie off the line by more than they
/// should make its errors larger.
CapacityModel::Line CapacityModel::line_of(const CapacityRule& rule) const {
    const double level = level_of(rule);
    double nearest = 0.0;
    for (const Bin& bin : bins_)
        if (counts(rule, bin)) nearest = std::max(nearest, nearness(bin.value, level));
    const auto weight = [&](const Bin& bin) {
        return bin.weight / (pairs_per_independent_one * bin.spread) * nearness(bin.value, level) /
               nearest;
    };
    Sums mean;
    int bins = 0;
    for (const Bin& bin : bins_)
        if (counts(rule, bin)) {
            mean.add(weight(bin), bin.load, bin.value);
            ++bins;
        }
    double squares = 0.0;
    double products = 0.0;
    for (const Bin& bin : bins_) {
        if (!counts(rule, bin)) continue;
        squares += weight(bin) * (bin.load - mean.x) * (bin.load - mean.x);
        products += weight(bin) * (bin.load - mean.x) * (bin.value - mean.y);
    }
    Line line{.load = mean.x, .value = mean.y, .slope = products / squares};
    double misfit = 0.0;
    for (const Bin& bin : bins_) {
        if (!counts(rule, bin)) continue;
        const double off = bin.value - line.value - line.slope * (bin.load - line.load);
        misfit += weight(bin) * off * off;
    }
    const double inflated = std::max(1.0, misfit / std::max(bins - 2, 1));
    line.value_error = std::sqrt(inflated / mean.w);
    line.slope_error = std::sqrt(inflated / squares);
    return line;
}

void CapacityModel::move(const CapacityRule& rule, Duration since) {
    const double hours = in_seconds(since) / 3600.0;
    const double now = in_force(rule).value();
    const double lower = now * std::pow(down_per_hour, -hours);
    if (lack_ == Lack::saturated && now > rule.stated.value())
        in_force_ = std::max(rule.stated.value(), lower);
    if (lack_ != Lack::nothing) return;
    const Loads seen = loads(rule);
    // Replicas are filled to a share of their capacity only: so much more may be in force.
    const double trusted = beyond_max * seen.most / fill_;
    const double up = within(rule, std::min(estimate_.value - estimate_.error, trusted));
    const double down = within(rule, std::max(estimate_.value, seen.least / beyond_max));
    if (now < up / worth_moving)
        in_force_ = std::min(up, now * std::pow(up_per_hour, hours));
    else if (now > down * worth_moving && estimate_.error <= error_max * estimate_.value)
        in_force_ = std::max(down, lower);
}

double CapacityModel::within(const CapacityRule& rule, double value) {
    const double stated = rule.stated.value();
    return std::clamp(value, stated / rule.factor_max, stated * rule.factor_max);
}

Demand CapacityModel::in_force(const CapacityRule& rule) const {
    const bool is_learned = rule.learns() && in_force_ > 0.0;
    return is_learned ? Demand(within(rule, in_force_)) : rule.stated;
}

std::string CapacityModel::why_not(const CapacityRule& rule) const {
    const std::string_view what = to_string(rule.from);
    if (refused_ > pairs())
        return fmt::format("most samples of {} cannot be one{}", what,
                           is_latency(rule) ? "" : ", which is 0..1");
    switch (lack_) {
        case Lack::nothing:
            return {};
        case Lack::few:
            return fmt::format("too few samples of {} beside a steady size", what);
        case Lack::saturated:
            return "utilization is at its end: nothing says how much one replica serves";
        case Lack::constant:
            return "the load per replica has hardly varied";
        case Lack::no_effect:
            return fmt::format("{} does not follow the load per replica", what);
        case Lack::uncertain:
            return fmt::format("what {} says of it is uncertain", what);
    }
    return {};
}

CapacityEvidence CapacityModel::evidence(const CapacityRule& rule) const {
    CapacityEvidence out{.from = rule.from,
                         .learned = in_force_ > 0.0,
                         .stated = rule.stated.value(),
                         .estimate = estimate_.value,
                         .error = estimate_.error,
                         .detail = {}};
    const std::string origin = out.learned ? "learned" : "as stated";
    if (const std::string why = why_not(rule); !why.empty()) {
        out.detail = fmt::format("{}: {}", origin, why);
        return out;
    }
    const std::string level =
        is_latency(rule) ? fmt::format("a latency of {:.4g}", rule.latency_slo)
                         : fmt::format("{:.4g} % utilization", rule.target_utilization * 100.0);
    const Loads seen = loads(rule);
    out.detail = fmt::format(
        "{}: {:.4g} +- {:.2g} at {}, from {:.0f} steps at loads of {:.4g} to "
        "{:.4g} per replica",
        origin, estimate_.value, estimate_.error, level, pairs(), seen.least, seen.most);
    return out;
}

}  // namespace forescale
