#include "decision/accuracy_gate.h"

#include "decision/price.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr Duration hour = std::chrono::hours(1);
constexpr double kept_per_hour = 0.97153;  // half of it after 24 h
constexpr std::array bets{0.1, 0.4, 0.9};  // of the stake: for small, usual and large excess
constexpr double excess_max = 10.0;        // one hour says no more than ten usual ones

Duration block_of(const Service& service) {
    return std::max(hour, service.fine_step);
}

/// What is left when nothing is forecast.
DecisionInputs without_forecast(const DecisionInputs& inputs) {
    DecisionInputs out;
    out.capacity = inputs.capacity;
    out.newest = inputs.newest;
    out.newest_age = inputs.newest_age;
    out.lead_time = inputs.lead_time;
    out.capacity_per_replica = inputs.capacity_per_replica;
    return out;
}

/// What people asked for, and what the real fleet's size is owed to, says nothing about forecasts.
DecisionInputs with_forecast(const DecisionInputs& inputs) {
    DecisionInputs out = without_forecast(inputs);
    out.lead_demand = inputs.lead_demand;
    out.path = inputs.path;
    out.scenarios = inputs.scenarios;
    out.confidence = inputs.confidence;
    return out;
}

/// The service as its forecasts are judged: at its own level of risk, or at the rarest that days
/// of data say something of.
class Judged {
public:
    explicit Judged(const Service& service) : service_(service) {
        if (planned_level(service.policy, service.capacity_per_replica) <= AccuracyGate::level_most)
            return;
        at_most_ = service;
        at_most_->policy.quantile = AccuracyGate::level_most;
        at_most_->policy.prices.unserved_unit = 0.0;
    }
    [[nodiscard]] const Service& service() const { return at_most_ ? *at_most_ : service_; }

private:
    const Service& service_;
    std::optional<Service> at_most_;
};

}  // namespace

void ExcessBet::hour(double excess) {
    const double bounded = std::clamp(excess, -1.0, excess_max);
    for (std::size_t i = 0; i < bets.size(); ++i)
        stakes_.at(i) = std::max(stakes_.at(i), 1.0) * (1.0 + bets.at(i) * bounded);
}

double ExcessBet::stake() const {
    double sum = 0.0;
    for (const double stake : stakes_) sum += stake;
    return sum / static_cast<double>(stakes_.size());
}

void AccuracyGate::decide(const Service& service, const DecisionInputs& inputs, Timestamp now) {
    if (decided_at_ && now - *decided_at_ < service.fine_step) return;
    decided_at_ = now;
    const Judged judged(service);
    forecasting_.decide(judged.service(), with_forecast(inputs), now);
    reacting_.decide(judged.service(), without_forecast(inputs), now);
}

void AccuracyGate::observe(const Service& service, const Measured& measured) {
    const Window& window = measured.window;
    const Timestamp block = floor_to(window.start, block_of(service));
    if (block != hour_) {
        if (2 * hour_covered_ >= block_of(service)) close_hour();
        hour_ = block;
        hour_forecasting_ = hour_reacting_ = 0.0;
        hour_covered_ = Duration(0);
    }
    if (!believes(measured)) return;
    // More than replicas_max nobody could have served.
    const Demand one = service.capacity_per_replica;
    const double demand =
        std::clamp(window.mean(), 0.0, service.policy.replicas_max.value() * one.value());
    const CapacityPrices prices = capacity_prices(Judged(service).service().policy, one);
    const auto forecasting = forecasting_.cost(window, demand, one, prices);
    const auto reacting = reacting_.cost(window, demand, one, prices);
    if (!forecasting || !reacting) return;
    hour_forecasting_ += *forecasting;
    hour_reacting_ += *reacting;
    hour_covered_ += window.width;
}

bool AccuracyGate::believes(const Measured& measured) {
    const Window& window = measured.window;
    if (!measured.is_confirmed || !window.present() || !std::isfinite(window.mean())) return false;
    if (!measured.served_max || !(*measured.served_max > 0.0)) return true;
    return !served_bound_.clips(window.mean(), *measured.served_max);
}

double AccuracyGate::cost_ratio() const {
    return sum_reacting_ > 0.0 ? sum_forecasting_ / sum_reacting_ : 1.0;
}

/// Bets in units of what an hour cost before this one, so that the unit is not the hour's own.
void AccuracyGate::close_hour() {
    if (2 * hours_ >= hours_least) {
        const double usual = 0.5 * (sum_forecasting_ + sum_reacting_) / weight_;
        const double excess = usual > 0.0 ? (hour_forecasting_ - hour_reacting_) / usual : 0.0;
        worse_.hour(excess - margin);
        better_.hour(-excess - margin);
    }
    sum_forecasting_ = kept_per_hour * sum_forecasting_ + hour_forecasting_;
    sum_reacting_ = kept_per_hour * sum_reacting_ + hour_reacting_;
    weight_ = kept_per_hour * weight_ + 1.0;
    if (++hours_ < hours_least) return;
    const bool costs_more = cost_ratio() > 1.0 + margin;
    const bool costs_less = cost_ratio() < 1.0 - margin;
    if (!harm_ && costs_more && worse_.stake() >= false_alarm_hours) change_mind(hour_ + hour);
    if (harm_ && costs_less && better_.stake() >= return_hours) change_mind(hour_ + hour);
}

/// What was counted led to it; from here on is counted anew.
void AccuracyGate::change_mind(Timestamp now) {
    harm_ = !harm_;
    since_ = now;
    ratio_then_ = cost_ratio();
    sum_forecasting_ = sum_reacting_ = weight_ = 0.0;
    hours_ = 0;
    worse_ = {};
    better_ = {};
}

}  // namespace forescale
