#pragma once
#include "base/assert.h"
#include "pipeline/view.h"
#include "storage/store.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <string>
#include <vector>

namespace forescale {

/// A store in memory for tests of what reads it: the same order, bounds and errors as declared, and
/// an error on demand.
class FakeStore final : public Store {
public:
    std::optional<Error> failure;  ///< every call fails with it
    Batch rows;

    Result<void> write(const Batch& batch) override {
        if (failure) return std::unexpected(*failure);
        append(rows.raw, batch.raw);
        append(rows.hourly, batch.hourly);
        append(rows.predictions, batch.predictions);
        append(rows.decisions, batch.decisions);
        append(rows.operations, batch.operations);
        for (const auto& event : batch.events) put(event);
        return {};
    }
    Result<std::int64_t> expire(const Retention& /*retention*/, Timestamp /*now*/) override {
        return 0;
    }

    Result<std::vector<RawRow>> raw(const Span& span) override {
        return select(rows.raw, [&](const RawRow& r) {
            return r.service == span.service && r.turn >= span.from && r.turn < span.to;
        });
    }
    Result<std::vector<HourlyRow>> hourly(const Span& span) override {
        return select(rows.hourly, [&](const HourlyRow& r) {
            return r.service == span.service && r.window.start >= span.from &&
                   r.window.start < span.to;
        });
    }
    Result<std::vector<PredictionRow>> predictions(const Page& page) override {
        return newest(rows.predictions, page, [](const PredictionRow& r) { return r.origin; });
    }
    Result<std::vector<Decision>> decisions(const Page& page) override {
        return newest(rows.decisions, page, [](const Decision& r) { return r.at; });
    }
    Result<Decision> decision(const std::string& id) override {
        if (failure) return std::unexpected(*failure);
        const auto found = std::ranges::find(rows.decisions, id, &Decision::id);
        if (found == rows.decisions.end()) return fail(Errc::not_found, "no decision {}", id);
        return *found;
    }
    Result<std::vector<Operation>> operations(const Page& page) override {
        return newest(rows.operations, page, [](const Operation& r) { return r.intended_at; });
    }
    Result<std::vector<Operation>> open_operations() override { return std::vector<Operation>{}; }
    Result<std::vector<Control>> controls(std::int64_t after) override {
        return select(rows.controls, [&](const Control& c) { return c.sequence > after; });
    }
    Result<std::vector<BusinessEvent>> events(Timestamp since) override {
        return select(rows.events, [&](const BusinessEvent& e) { return e.end > since; });
    }
    Result<std::vector<PerformanceRow>> performance(const Page& /*page*/) override {
        return std::vector<PerformanceRow>{};
    }
    Result<std::vector<AuditEntry>> audit(std::int64_t /*first*/,
                                          std::size_t /*rows_max*/) override {
        return std::vector<AuditEntry>{};
    }
    Result<std::optional<AuditEntry>> audit_head() override { return std::optional<AuditEntry>{}; }
    Result<std::optional<CheckpointRow>> checkpoint(const ServiceId& /*service*/) override {
        return std::optional<CheckpointRow>{};
    }
    Result<std::optional<TurnRow>> turn(const ServiceId& /*service*/) override {
        return std::optional<TurnRow>{};
    }

    void put(const BusinessEvent& event) {
        const auto old = std::ranges::find(rows.events, event.id, &BusinessEvent::id);
        if (old != rows.events.end())
            *old = event;
        else
            rows.events.push_back(event);
    }

private:
    template <class T>
    static void append(std::vector<T>& to, const std::vector<T>& from) {
        to.insert(to.end(), from.begin(), from.end());
    }
    template <class T, class Keep>
    Result<std::vector<T>> select(const std::vector<T>& from, Keep keep) const {
        if (failure) return std::unexpected(*failure);
        std::vector<T> out;
        std::ranges::copy_if(from, std::back_inserter(out), keep);
        return out;
    }
    template <class T, class Time>
    Result<std::vector<T>> newest(const std::vector<T>& from, const Page& page, Time time) const {
        auto out = select(from, [&](const T& row) {
            return (!page.service || row.service == *page.service) &&
                   (!page.since || time(row) >= *page.since) &&
                   (!page.before || time(row) < *page.before);
        });
        if (!out) return out;
        std::ranges::stable_sort(*out, std::ranges::greater{}, time);
        out->erase(out->begin(),
                   out->begin() + static_cast<std::ptrdiff_t>(std::min(page.skip, out->size())));
        if (out->size() > page.rows_max)
            out->erase(out->begin() + static_cast<std::ptrdiff_t>(page.rows_max), out->end());
        return out;
    }
};

/// 2026-03-01T12:00:00Z.
inline const Timestamp fleet_now{Duration(1'772'366'400'000)};

/// Load of a made-up service with a daily rhythm.
inline double made_up_load(Timestamp at, double size) {
    const double hours = in_seconds(at.time_since_epoch()) / 3600.0;
    const double daily = 1.0 + 0.6 * std::sin(2 * std::numbers::pi * (hours - 9.0) / 24.0);
    const double noise = 0.03 * std::sin(hours * 37.0) + 0.02 * std::sin(hours * 211.0);
    return size * (daily + noise);
}

inline Quantiles made_up_quantiles(double median, double spread) {
    Quantiles out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out.at(i) = std::max(0.0, median * (1.0 + spread * 2.0 * (quantile_levels.at(i) - 0.5)));
    return out;
}

inline std::vector<MemberView> made_up_members() {
    return {{.name = "profile_level", .weight = 0.55, .asleep = false, .asleep_because = {}},
            {.name = "ridge", .weight = 0.33, .asleep = false, .asleep_because = {}},
            {.name = "seasonal_naive_day", .weight = 0.12, .asleep = false, .asleep_because = {}},
            {.name = "seasonal_naive_week",
             .weight = 0.0,
             .asleep = true,
             .asleep_because = "needs 7 days of history"}};
}

inline std::shared_ptr<const ForecastPath> made_up_path(Timestamp origin, double size) {
    auto path = std::make_shared<ForecastPath>();
    path->origin = origin;
    path->step = std::chrono::minutes(5);
    path->confidence = 0.81;
    path->members = made_up_members();
    for (int minutes = 5; minutes <= 24 * 60; minutes += minutes < 120 ? 5 : 60) {
        const Duration horizon = std::chrono::minutes(minutes);
        path->points.push_back({.horizon = horizon,
                                .quantiles = made_up_quantiles(made_up_load(origin + horizon, size),
                                                               0.08 + 0.0002 * minutes)});
    }
    return path;
}

inline Decision made_up_decision(const std::string& service, Timestamp at, int current,
                                 int desired) {
    Decision out;
    out.id = fmt::format("{}-{}", service, at.time_since_epoch().count() / 1000);
    out.service = ServiceId(service);
    out.at = at;
    out.inputs.capacity = {.ready = Replicas(current), .pending = Replicas(0), .seen_at = at};
    out.inputs.newest = {.at = at - std::chrono::minutes(1), .value = 412.5};
    out.inputs.lead_demand = LeadDemand{
        .from = at, .lead = std::chrono::minutes(5), .quantiles = made_up_quantiles(520.0, 0.2)};
    out.inputs.lead_time = std::chrono::minutes(5);
    out.inputs.confidence = 0.81;
    out.inputs.members = made_up_members();
    out.inputs.capacity_per_replica = Demand(100.0);
    out.quantile = 0.99;
    out.demand_planned = 622.0;
    out.steps = {{.rule = "forecast",
                  .before = Replicas(current),
                  .after = Replicas(desired),
                  .detail = "622 at 100 a replica"},
                 {.rule = "bounds",
                  .before = Replicas(desired),
                  .after = Replicas(desired),
                  .detail = "2 to 100"}};
    out.desired = Replicas(desired);
    out.reason = current == desired ? Reason::steady : Reason::forecast;
    out.sentence = fmt::format(
        "{} replicas: the 99 % demand of the next 5m is 622, and one serves 100", desired);
    out.costs = DecisionCosts{.prices = {.currency = "EUR", .replica_hour = 0.1},
                              .unserved_unit = 0.00002,
                              .is_unserved_implied = true,
                              .span = std::chrono::minutes(6),
                              .chosen = {Replicas(desired), 0.01 * desired, 0.066, 0.003, 0.01},
                              .one_fewer = SizeCost{Replicas(desired - 1), 0.01, 0.066, 0.4, 0.12},
                              .one_more = {Replicas(desired + 1), 0.08, 0.066, 0.001, 0.002},
                              .reactive_alone = SizeCost{Replicas(desired), 0.07, 0.066}};
    out.why_not_fewer = fmt::format("{} would be exceeded with a probability of 12 %", desired - 1);
    return out;
}

inline ServiceView made_up_service(const std::string& name, Timestamp now, double size = 400.0) {
    ServiceView out;
    out.service.id = ServiceId(name);
    out.service.capacity_per_replica = Demand(100.0);
    out.capacity = {.ready = Replicas(6), .pending = Replicas(1), .seen_at = now};
    out.newest = {.at = now - std::chrono::minutes(1),
                  .value = made_up_load(now - std::chrono::minutes(1), size)};
    out.lead_time = std::chrono::minutes(5);
    out.path = made_up_path(floor_to(now, std::chrono::minutes(5)), size);
    out.decision = std::make_shared<const Decision>(made_up_decision(name, now, 6, 7));
    out.operation = Operation{.id = out.decision->id,
                              .service = out.service.id,
                              .from = Replicas(6),
                              .to = Replicas(7),
                              .state = OperationState::executing,
                              .intended_at = now,
                              .changed_at = now,
                              .attempts = 1,
                              .detail = "accepted"};
    out.service.policy.budget = {.per_day = 120.0, .when_reached = WhenReached::no_growth};
    out.spending = Spending{
        .currency = "EUR",
        .day = {.begins = now - std::chrono::hours(12),
                .ends = now + std::chrono::hours(12),
                .spent = 70.5,
                .expected = 131.0,
                .limit = 120.0,
                .exhausted_at = now + std::chrono::hours(9)},
        .month = {
            .begins = now - 3 * day, .ends = now + 28 * day, .spent = 300.0, .expected = 3000.0}};
    out.risk = 0.12;
    out.noticed = {.level_shifts = 1,
                   .incidents = 2,
                   .clipped_steps = 30,
                   .disbelieved_steps = 4,
                   .in_doubt = true};
    return out;
}

/// A service that is also limited by a queue, which needs most, and that has learned its capacity.
inline ServiceView with_queue(ServiceView out, Timestamp now) {
    out.service.signals = {{.name = "queue"}};
    ServiceView queue = made_up_service(out.service.id.str() + "/queue", now, 30.0);
    queue.service.owner = out.service.id;
    queue.decision = nullptr;
    queue.operation.reset();
    auto decision = *out.decision;
    SignalDemand demand;
    demand.name = "queue";
    demand.newest = queue.newest;
    demand.lead_demand = decision.inputs.lead_demand;
    demand.path = {{now, 30.0}};
    decision.inputs.signals = {demand};
    decision.inputs.capacity_evidence = CapacityEvidence{.from = CapacitySource::utilization,
                                                         .learned = true,
                                                         .stated = 80.0,
                                                         .estimate = 100.0,
                                                         .error = 2.5,
                                                         .detail = "learned: 100 +- 2.5"};
    decision.signal = "queue";
    out.decision = std::make_shared<const Decision>(std::move(decision));
    out.signals = {std::move(queue)};
    return out;
}

/// Services are sorted by name, as the pipeline leaves them.
inline std::shared_ptr<FleetView> made_up_fleet(const std::vector<std::string>& names,
                                                Timestamp now = fleet_now) {
    auto view = std::make_shared<FleetView>();
    view->at = now;
    view->turn = 42;
    for (const auto& name : names)
        view->services.push_back(name == "warehouse" ? with_queue(made_up_service(name, now), now)
                                                     : made_up_service(name, now));
    view->health = {
        {.component = "collector/replay",
         .state = HealthState::ok,
         .detail = "",
         .since = now - day},
        {.component = "store", .state = HealthState::ok, .detail = "", .since = now - day}};
    view->alerts = {{.name = "no_fresh_data",
                     .service = names.empty() ? std::string() : names.front(),
                     .severity = Severity::warning,
                     .summary = "no sample for 10m; look at the collector",
                     .since = now - std::chrono::minutes(10)}};
    return view;
}

/// What waits for an approval: from 5 to 7 replicas.
inline ControlState with_proposal(const std::string& id) {
    Decision decision;
    decision.id = id;
    decision.at = fleet_now;
    decision.inputs.capacity.ready = Replicas(5);
    decision.inputs.mode = Mode::approve;
    decision.desired = Replicas(7);
    decision.acts = false;
    decision.sentence = "Proposing to scale shop from 5 to 7.";
    ControlState control;
    std::ignore = control.settle(decision, false, std::chrono::minutes(15));
    return control;
}

}  // namespace forescale
