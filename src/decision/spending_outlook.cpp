#include "decision/spending_outlook.h"

#include "decision/bounds_at.h"
#include "decision/decide.h"
#include "decision/price.h"

#include <algorithm>

namespace forescale {
namespace {

/// A path that is a little old still stands for a whole day.
constexpr Duration whole_day = std::chrono::hours(20);

/// What is planned for over the median of the same time: the margin of the risk that is taken, or
/// of the reactive rule while no forecast is trusted.
double margin_of(const Service& service, const DecisionInputs& inputs, const ForecastPath& path,
                 Timestamp now) {
    const ScalingPolicy& policy = service.policy;
    const bool trusted =
        inputs.lead_demand && !inputs.forecasts_harm && inputs.confidence >= policy.confidence_min;
    const double reactive = 1.0 / policy.target_utilization;
    if (!trusted) return reactive;
    const Duration horizon =
        std::min(now + inputs.lead_time - path.origin, path.points.back().horizon);
    const double median = path.at(horizon)[median_index];
    if (!(median > 0.0)) return reactive;
    const double level = planned_level(policy, inputs.capacity_per_replica);
    return demand_at(inputs.lead_demand->quantiles, level) * (1.0 + policy.headroom) / median;
}

/// The sizes from now on, each until the next one.
class ExpectedSizes {
public:
    ExpectedSizes(const Service& service, const DecisionInputs& inputs, const ForecastPath* path,
                  Timestamp now)
        : beyond_(inputs.capacity.total().value()) {
        sizes_.push_back({now, beyond_});
        if (path == nullptr || path->empty()) return;
        const double margin = margin_of(service, inputs, *path, now);
        for (const ForecastPoint& point : path->points) {
            const Timestamp at = path->origin + point.horizon;
            if (at <= now) continue;
            const BoundsAt bounds = bounds_at(service, at);
            const Replicas needed = replicas_for(Demand(point.quantiles[median_index] * margin),
                                                 inputs.capacity_per_replica);
            const Replicas size =
                std::clamp(needed, std::min(bounds.least, bounds.most), bounds.most);
            sizes_.push_back({at, static_cast<double>(size.value())});
        }
        end_path(*path, now);
    }

    /// Spends from now on; returns what is spent by `until`, and when it comes to `limit`.
    double spend(SpendingSpan& span, double price) const {
        double sum = span.spent;
        for (std::size_t i = 0; i < sizes_.size() && sizes_[i].from < span.ends; ++i) {
            const Timestamp next = i + 1 < sizes_.size() ? sizes_[i + 1].from : span.ends;
            const Timestamp to = std::min(next, span.ends);
            const double rate = sizes_[i].replicas * price / in_seconds(std::chrono::hours(1));
            const double cost = rate * in_seconds(to - sizes_[i].from);
            if (span.limit > 0.0 && sum < span.limit && sum + cost >= span.limit)
                span.exhausted_at =
                    sizes_[i].from + std::chrono::floor<Duration>(
                                         std::chrono::duration<double>((span.limit - sum) / rate));
            sum += cost;
        }
        return sum;
    }

private:
    struct Size {
        Timestamp from;
        double replicas = 0.0;
    };

    /// The last point of the path holds for a step, then comes what is beyond it.
    void end_path(const ForecastPath& path, Timestamp now) {
        const Timestamp end = sizes_.back().from + path.step;
        if (sizes_.size() < 2 || end - now < whole_day) {
            if (sizes_.size() > 1) sizes_.push_back({end, beyond_});
            return;
        }
        double sum = 0.0;
        for (std::size_t i = 0; i < sizes_.size(); ++i) {
            const Timestamp to = i + 1 < sizes_.size() ? sizes_[i + 1].from : end;
            sum += sizes_[i].replicas * in_seconds(to - sizes_[i].from);
        }
        sizes_.push_back({end, sum / in_seconds(end - now)});
    }

    double beyond_;
    std::vector<Size> sizes_;
};

}  // namespace

Spending with_outlook(Spending spending, const Service& service, const DecisionInputs& inputs,
                      const ForecastPath* path, Timestamp now) {
    const ExpectedSizes sizes(service, inputs, path, now);
    const double price = counted_prices(service.policy.prices).replica_hour;
    spending.day.limit = service.policy.budget.per_day;
    spending.month.limit = service.policy.budget.per_month;
    for (SpendingSpan* span : {&spending.day, &spending.month})
        span->expected = sizes.spend(*span, price);
    return spending;
}

}  // namespace forescale
