#include "prediction/demand_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {

namespace {
constexpr double largest_half_life_days = 30.0;
constexpr std::int64_t never = std::numeric_limits<std::int32_t>::max();  ///< steps

std::size_t history_steps(Duration step) {
    return static_cast<std::size_t>(feature_history / step) + 1;
}
}  // namespace

DemandHistory::DemandHistory(const Service& service, const Anchors& anchors)
    : zone_(service.zone),
      holidays_(service.holidays),
      demand_(service.grid_step, history_steps(service.grid_step)),
      fine_(service.fine_step, service.grid_step),
      profiles_(service.grid_step),
      rollup_(service.grid_step),
      memory_(anchors),
      plausible_(service.grid_step),
      plausible_fine_(service.fine_step),
      changes_(service.grid_step),
      steps_since_level_(never) {}

FeatureContext DemandHistory::context() const {
    return {.demand = demand_,
            .zone = zone_,
            .holidays = holidays_,
            .scale = scale_.value(),
            .fine = fine_.up_to(demand_.newest()),
            .fine_step = fine_.step(),
            .profiles = &profiles_};
}

double DemandHistory::append(Timestamp at, double measured) {
    const double value = plausible_.believe(measured);
    demand_.append(at, value);
    rollup_.add(at, value);
    largest_ *= keep_per_step(demand_.step(), largest_half_life_days);
    age_ = std::isnan(value) ? age_ + 1 : 0;
    missing_.add(std::isnan(value) ? 1.0 : 0.0, keep_per_step(demand_.step(), 1.0));
    if (std::isnan(value)) return value;
    largest_ = std::max(largest_, value);
    zero_steps_ = value > 0.0 ? 0 : zero_steps_ + 1;
    return value;
}

double DemandHistory::append_fine(Timestamp at, double measured) {
    const double value = plausible_fine_.believe(measured);
    fine_.add(at, value);
    return value;
}

void DemandHistory::corrected(Timestamp from) {
    rollup_.correct(demand_, from);
    profiles_.rebuild(context());
}

bool DemandHistory::review(bool looks_for_seasons) {
    if (looks_for_seasons) seasons_ = find_seasons(demand_);
    const bool is_rescaled = scale_.review(demand_);
    if (is_rescaled) memory_.forget();
    take_out_unconfirmed();
    return is_rescaled;
}

std::optional<Change> DemandHistory::watch() {
    steps_since_level_ = std::min(steps_since_level_ + 1, never);
    const FeatureContext seen = context();
    const Timestamp now = demand_.newest();
    auto change = changes_.see({.at = now,
                                .demand = demand_.values().back(),
                                .by_days = slot_profile(seen, now).trimmed,
                                .by_weeks = week_profile(seen, now),
                                .scale = scale_.value()});
    if (!change) return change;
    if (change->is_incident)
        take_out(*change);
    else
        relevel(*change);
    profiles_.rebuild(context());
    return change;
}

void DemandHistory::look(const Anchors& anchors) {
    profiles_.look(context());
    memory_.look(context(), anchors);
}

void DemandHistory::take_out(const Change& incident) {
    Timestamp at = incident.from;
    for (const double expected : incident.expected) {
        if (at >= incident.until) break;
        if (!std::isnan(demand_.at(at)) && !std::isnan(expected)) demand_.replace(at, expected);
        at += demand_.step();
    }
    rollup_.correct(demand_, incident.from);
    const auto ago = [&](Timestamp time) {
        return static_cast<std::size_t>((demand_.newest() - time) / demand_.step());
    };
    // The newest step is not in the memory yet.
    memory_.forget(ago(incident.from) - 1, ago(incident.until));
}

/// The first two samples are believed, whatever they are. Once, after an hour and as soon as any
/// demand was confirmed, it is known what they were.
void DemandHistory::take_out_unconfirmed() {
    const Duration step = demand_.step();
    const auto samples = std::max<Duration::rep>(3, std::chrono::hours(1) / step);
    if (is_confirmed_ || std::ssize(demand_.values()) < samples || !plausible_.is_known()) return;
    is_confirmed_ = true;
    const std::vector<double> seen(demand_.values().begin(), demand_.values().end());
    largest_ = 0.0;
    for (const double value : seen)
        if (!plausible_.is_suspect(value)) largest_ = std::max(largest_, value);
    for (std::size_t i = 0; i + 1 < seen.size(); ++i) {
        if (!plausible_.is_suspect(seen[i])) continue;
        const Timestamp at = demand_.oldest() + step * static_cast<Duration::rep>(i);
        take_out({.from = at,
                  .until = at + step,
                  .factor = 1.0,
                  .is_incident = true,
                  .expected = {largest_}});
        profiles_.rebuild(context());
    }
}

/// The shape of the past at the level of now.
void DemandHistory::relevel(const Change& change) {
    for (Timestamp at = demand_.oldest(); at < change.from; at += demand_.step())
        demand_.replace(at, change.factor * demand_.at(at));
    rollup_.relevel(change.from, change.factor);
    memory_.relevel(static_cast<std::size_t>((demand_.newest() - change.from) / demand_.step()) - 1,
                    change.factor, scale_.value());
    steps_since_level_ = 0;
}

}  // namespace forescale
