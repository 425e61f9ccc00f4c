#include "monitoring/metrics.h"

#include "monitoring/children.h"

#include <limits>
#include <mutex>
#include <unordered_map>

#include <prometheus/text_serializer.h>

namespace forescale {
namespace {

using metrics::Child;
using metrics::Children;
using metrics::Families;
using metrics::Labels;
using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr auto values_max = ScalingMetrics::label_values_max;

/// A turn is bounded by its interval of 30 s; embedded it takes milliseconds.
const Histogram::BucketBoundaries& call_seconds() {
    static const Histogram::BucketBoundaries bounds{
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};
    return bounds;
}
/// Operations take lead times: seconds for a pod, a quarter of an hour for a large machine.
const Histogram::BucketBoundaries& operation_seconds() {
    static const Histogram::BucketBoundaries bounds{5.0,   15.0,  30.0,   60.0,   120.0,
                                                    300.0, 600.0, 1200.0, 2400.0, 4800.0};
    return bounds;
}

/// Trainings are bounded by training.time_max, an hour unless stated.
const Histogram::BucketBoundaries& training_seconds() {
    static const Histogram::BucketBoundaries bounds{1.0,   5.0,    15.0,   60.0,  180.0,
                                                    600.0, 1800.0, 3600.0, 7200.0};
    return bounds;
}

std::string_view result_of(bool ok) {
    return ok ? "ok" : "error";
}

/// The state that an operation was last counted in.
struct Counted {
    std::string operation;
    OperationState state = OperationState::intended;
};

/// A counter that is told totals instead of increases.
struct Total {
    Counter* child = nullptr;
    double last = 0.0;

    /// A smaller one than before is a new start from zero.
    void set(double total) {
        const double increase = total >= last ? total - last : total;
        last = total;
        if (increase > 0.0) child->Increment(increase);
    }
};

struct Noticing {
    Child<Counter> child;
    Total total;
};

/// Money of a day or a month.
struct SpanMetrics {
    explicit SpanMetrics(std::string_view period) : name(period) {}
    std::string_view name;
    Labels labels;  ///< put together once
    Child<Gauge> spent, expected, budget;

    void set(Families& all, const Labels& of_service, const std::string& currency,
             const SpendingSpan& span) {
        if (labels.empty()) {
            labels = of_service;
            labels["currency"] = currency.empty() ? "replica_hours" : currency;
            labels["period"] = name;
        }
        spent.get(all.spent_cost, labels).Set(span.spent);
        if (!(span.limit > 0.0)) return;
        expected.get(all.expected_cost, labels).Set(span.expected);
        budget.get(all.budget_cost, labels).Set(span.limit);
    }
};

/// All children of one service.
struct ServiceMetrics {
    explicit ServiceMetrics(const ServiceId& service) : labels{{"service", service.str()}} {}

    Labels labels;
    Child<Gauge> replicas_ready, replicas_pending, replicas_desired;
    Child<Gauge> demand_measured, demand_planned, demand_capacity, quantile, sample_age;
    std::array<Child<Counter>, static_cast<std::size_t>(Reason::steady) + 1> decisions;
    std::array<Child<Counter>, 2> scale_decisions;
    std::array<Child<Counter>, static_cast<std::size_t>(OperationState::withdrawn) + 1> operations;
    Child<Counter> operation_retries;
    Child<Gauge> operations_open, lead_time, lead_time_learned, forecast_confidence, forecast_age;
    Children<Counter> forecast_targets{"horizon", values_max},
        forecast_covered{"horizon", values_max};
    Children<Counter> forecast_error{"horizon", values_max}, forecast_actual{"horizon", values_max};
    Children<Counter> stream_points{"outcome", values_max};
    std::map<std::string, Total, std::less<>> stream_totals;
    Noticing level_shifts, incidents, clipped_steps, disbelieved_steps;
    Child<Gauge> in_doubt;
    SpanMetrics day{"day"}, month{"month"};
    Counted counted;
};

}  // namespace

struct ScalingMetrics::Impl {
    std::mutex mutex;  // guards the caches below; the values themselves are atomic
    prometheus::Registry registry;
    Families families{registry};
    std::unordered_map<std::string, ServiceMetrics> services;
    Children<Counter> collected_points{"collector", values_max};
    Children<Counter> collections_ok{"collector", values_max},
        collections_failed{"collector", values_max};
    Children<Counter> member_cpu{"member", values_max};
    Children<Histogram> collection_duration{"collector", values_max};
    Children<Counter> store_writes{"result", values_max};
    Children<Histogram> operation_duration{"state", values_max};
    Children<Gauge> components{"component", components_max};
    Child<Histogram> store_write_duration, turn_duration;
    Child<Counter> turn_cpu;
    Child<Gauge> owned;
    std::vector<Gauge*> model_versions;  ///< at most one per role
    Children<Counter> model_changes{"what", values_max};
    Children<Counter> trainings{"result", values_max};
    Child<Histogram> training_duration;

    ServiceMetrics& of(const ServiceId& service) {
        const auto found = services.find(service.str());
        if (found != services.end()) return found->second;
        return services.emplace(service.str(), ServiceMetrics(service)).first->second;
    }
    void count_operation(ServiceMetrics& mine, const Operation& operation);
};

ScalingMetrics::ScalingMetrics(std::string_view version) : impl_(std::make_unique<Impl>()) {
    impl_->families.build.Add({{"version", std::string(version)}}).Set(1.0);
}
ScalingMetrics::~ScalingMetrics() = default;

void ScalingMetrics::decided(const Decision& decision) {
    const std::scoped_lock lock(impl_->mutex);
    auto& all = impl_->families;
    auto& mine = impl_->of(decision.service);
    const auto& in = decision.inputs;
    const bool measured = in.newest.state == SampleState::present;
    const bool planned = decision.quantile > 0.0 || decision.demand_planned > 0.0;
    mine.replicas_ready.get(all.replicas_ready, mine.labels).Set(in.capacity.ready.value());
    mine.replicas_pending.get(all.replicas_pending, mine.labels).Set(in.capacity.pending.value());
    mine.replicas_desired.get(all.replicas_desired, mine.labels).Set(decision.desired.value());
    mine.demand_measured.get(all.demand_measured, mine.labels)
        .Set(measured ? in.newest.value : unknown);
    mine.demand_planned.get(all.demand_planned, mine.labels)
        .Set(planned ? decision.demand_planned : unknown);
    mine.demand_capacity.get(all.demand_capacity, mine.labels)
        .Set(in.capacity.ready.value() * in.capacity_per_replica.value());
    mine.quantile.get(all.quantile, mine.labels).Set(decision.quantile);
    mine.sample_age.get(all.sample_age, mine.labels).Set(in_seconds(in.newest_age));
    auto& reason = mine.decisions.at(static_cast<std::size_t>(decision.reason));
    reason.get_with(all.decisions, mine.labels, "reason", to_string(decision.reason)).Increment();
    if (!decision.changes()) return;
    const bool up = decision.desired > in.capacity.total();
    mine.scale_decisions.at(up ? 1 : 0)
        .get_with(all.scale_decisions, mine.labels, "direction", up ? "up" : "down")
        .Increment();
}

void ScalingMetrics::operated(const Operation& operation) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->count_operation(impl_->of(operation.service), operation);
}

void ScalingMetrics::Impl::count_operation(ServiceMetrics& mine, const Operation& operation) {
    const bool same =
        mine.counted.operation == operation.id && mine.counted.state == operation.state;
    mine.counted = {.operation = operation.id, .state = operation.state};
    mine.operations_open.get(families.operations_open, mine.labels)
        .Set(is_open(operation.state) ? 1.0 : 0.0);
    if (same) {
        mine.operation_retries.get(families.operation_retries, mine.labels).Increment();
        return;
    }
    const auto state = to_string(operation.state);
    mine.operations.at(static_cast<std::size_t>(operation.state))
        .get_with(families.operations, mine.labels, "state", state)
        .Increment();
    if (is_open(operation.state)) return;
    operation_duration.get(families.operation_duration, {}, state, operation_seconds())
        .Observe(in_seconds(operation.changed_at - operation.intended_at));
}

void ScalingMetrics::forecast_scored(const ServiceId& service, Duration horizon,
                                     double absolute_error, double actual, bool inside_90) {
    if (!std::isfinite(absolute_error) || !std::isfinite(actual)) return;
    const auto label = format_duration(horizon);
    const std::scoped_lock lock(impl_->mutex);
    auto& all = impl_->families;
    auto& mine = impl_->of(service);
    mine.forecast_targets.get(all.forecast_targets, mine.labels, label).Increment();
    mine.forecast_covered.get(all.forecast_covered, mine.labels, label)
        .Increment(inside_90 ? 1.0 : 0.0);
    mine.forecast_error.get(all.forecast_error, mine.labels, label)
        .Increment(std::abs(absolute_error));
    mine.forecast_actual.get(all.forecast_actual, mine.labels, label).Increment(std::abs(actual));
}

void ScalingMetrics::forecast_made(const ServiceId& service, double confidence, Duration age) {
    const std::scoped_lock lock(impl_->mutex);
    auto& mine = impl_->of(service);
    mine.forecast_confidence.get(impl_->families.forecast_confidence, mine.labels).Set(confidence);
    mine.forecast_age.get(impl_->families.forecast_age, mine.labels).Set(in_seconds(age));
}

void ScalingMetrics::stream_points(const ServiceId& service, std::string_view outcome,
                                   double total) {
    const std::scoped_lock lock(impl_->mutex);
    auto& mine = impl_->of(service);
    auto found = mine.stream_totals.find(outcome);
    if (found == mine.stream_totals.end()) {
        if (mine.stream_totals.size() >= values_max) return;
        auto& child = mine.stream_points.get(impl_->families.stream_points, mine.labels, outcome);
        found = mine.stream_totals.emplace(outcome, Total{.child = &child}).first;
    }
    found->second.set(total);
}

void ScalingMetrics::noticed(const ServiceId& service, const Noticed& what) {
    const std::scoped_lock lock(impl_->mutex);
    auto& all = impl_->families;
    auto& mine = impl_->of(service);
    const auto count = [&](Noticing& of, metrics::CounterFamily& family, std::int64_t total) {
        of.total.child = &of.child.get(family, mine.labels);
        of.total.set(static_cast<double>(total));
    };
    count(mine.level_shifts, all.level_shifts, what.level_shifts);
    count(mine.incidents, all.incidents, what.incidents);
    count(mine.clipped_steps, all.clipped_steps, what.clipped_steps);
    count(mine.disbelieved_steps, all.disbelieved_steps, what.disbelieved_steps);
    mine.in_doubt.get(all.in_doubt, mine.labels).Set(what.in_doubt ? 1.0 : 0.0);
}

void ScalingMetrics::member_took(std::string_view member, std::chrono::nanoseconds took) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->member_cpu.get(impl_->families.member_cpu, {}, member)
        .Increment(std::chrono::duration<double>(took).count());
}

void ScalingMetrics::spent(const ServiceId& service, const Spending& spending) {
    const std::scoped_lock lock(impl_->mutex);
    auto& mine = impl_->of(service);
    mine.day.set(impl_->families, mine.labels, spending.currency, spending.day);
    mine.month.set(impl_->families, mine.labels, spending.currency, spending.month);
}

void ScalingMetrics::turn_took(Duration wall, double cpu_seconds, std::size_t services) {
    const std::scoped_lock lock(impl_->mutex);
    auto& all = impl_->families;
    impl_->turn_duration.get(all.turn_duration, {}, call_seconds()).Observe(in_seconds(wall));
    impl_->turn_cpu.get(all.turn_cpu, {}).Increment(std::max(cpu_seconds, 0.0));
    impl_->owned.get(all.services, {}).Set(static_cast<double>(services));
}

void ScalingMetrics::collected(std::string_view collector, bool ok, std::size_t points,
                               Duration took) {
    const std::scoped_lock lock(impl_->mutex);
    auto& all = impl_->families;
    auto& counts = ok ? impl_->collections_ok : impl_->collections_failed;
    counts.get(all.collections, {{"result", std::string(result_of(ok))}}, collector).Increment();
    impl_->collected_points.get(all.collected_points, {}, collector)
        .Increment(static_cast<double>(points));
    impl_->collection_duration.get(all.collection_duration, {}, collector, call_seconds())
        .Observe(in_seconds(took));
}

void ScalingMetrics::store_wrote(bool ok, Duration took) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->store_writes.get(impl_->families.store_writes, {}, result_of(ok)).Increment();
    impl_->store_write_duration.get(impl_->families.store_write_duration, {}, call_seconds())
        .Observe(in_seconds(took));
}

void ScalingMetrics::lead_time(const ServiceId& service, Duration lead_time, bool learned) {
    const std::scoped_lock lock(impl_->mutex);
    auto& mine = impl_->of(service);
    mine.lead_time.get(impl_->families.lead_time, mine.labels).Set(in_seconds(lead_time));
    mine.lead_time_learned.get(impl_->families.lead_time_learned, mine.labels)
        .Set(learned ? 1.0 : 0.0);
}

void ScalingMetrics::models(std::string_view champion, std::string_view contender,
                            std::string_view previous) {
    const std::scoped_lock lock(impl_->mutex);
    auto& family = impl_->families.model_version;
    for (auto* child : impl_->model_versions) family.Remove(child);
    impl_->model_versions.clear();
    const auto show = [&](std::string_view version, std::string_view role) {
        if (version.empty()) return;
        auto& child = family.Add({{"version", std::string(version)}, {"role", std::string(role)}});
        child.Set(1.0);
        impl_->model_versions.push_back(&child);
    };
    show(champion, "champion");
    show(contender, "contender");
    show(previous, "previous");
}

void ScalingMetrics::model_changed(std::string_view what) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->model_changes.get(impl_->families.model_changes, {}, what).Increment();
}

void ScalingMetrics::training_ended(bool ok, Duration took) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->trainings.get(impl_->families.trainings, {}, result_of(ok)).Increment();
    impl_->training_duration.get(impl_->families.training_duration, {}, training_seconds())
        .Observe(in_seconds(took));
}

void ScalingMetrics::up(std::string_view component, bool ok) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->components.get(impl_->families.components_up, {}, component).Set(ok ? 1.0 : 0.0);
}

std::string ScalingMetrics::text() const {
    auto families = impl_->registry.Collect();
    for (auto& family : families)
        std::ranges::sort(family.metric,
                          [](const auto& a, const auto& b) { return a.label < b.label; });
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace forescale
