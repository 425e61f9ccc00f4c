#pragma once
#include "execution/simulated/simulated_target.h"
#include "pipeline/pipeline.h"
#include "storage/stores.h"

#include <filesystem>
#include <functional>
#include <numbers>
#include <set>

#include <gtest/gtest.h>

/// A pipeline on virtual time with real parts; the store, the target and the source can be told to
/// fail.
namespace forescale::testing_world {

/// What happened, in order: "write:<operation>" when an intention was stored, "apply:<operation>"
/// when the target was called.
using Happened = std::vector<std::string>;

/// A store that can be told to refuse writes; everything else is the store behind it.
class BreakableStore final : public Store {
public:
    BreakableStore(Store& behind, Happened& happened) : behind_(behind), happened_(happened) {}
    bool broken = false;

    Result<void> write(const Batch& batch) override {
        if (broken) return fail(Errc::unavailable, "told to fail");
        TRY_VOID(behind_.write(batch));
        for (const auto& operation : batch.operations)
            if (operation.state == OperationState::intended)
                happened_.push_back("write:" + operation.id);
        return {};
    }
    Result<std::int64_t> expire(const Retention& retention, Timestamp now) override {
        return behind_.expire(retention, now);
    }
    Result<std::vector<RawRow>> raw(const Span& span) override { return behind_.raw(span); }
    Result<std::vector<HourlyRow>> hourly(const Span& span) override {
        return behind_.hourly(span);
    }
    Result<std::vector<PredictionRow>> predictions(const Page& page) override {
        return behind_.predictions(page);
    }
    Result<std::vector<Decision>> decisions(const Page& page) override {
        return behind_.decisions(page);
    }
    Result<Decision> decision(const std::string& id) override { return behind_.decision(id); }
    Result<std::vector<Operation>> operations(const Page& page) override {
        return behind_.operations(page);
    }
    Result<std::vector<Operation>> open_operations() override { return behind_.open_operations(); }
    Result<std::vector<BusinessEvent>> events(Timestamp since) override {
        return behind_.events(since);
    }
    Result<std::vector<Control>> controls(std::int64_t after) override {
        return behind_.controls(after);
    }
    Result<std::vector<PerformanceRow>> performance(const Page& page) override {
        return behind_.performance(page);
    }
    Result<std::vector<AuditEntry>> audit(std::int64_t first, std::size_t rows) override {
        return behind_.audit(first, rows);
    }
    Result<std::optional<AuditEntry>> audit_head() override { return behind_.audit_head(); }
    Result<std::optional<CheckpointRow>> checkpoint(const ServiceId& id) override {
        return behind_.checkpoint(id);
    }
    Result<std::optional<TurnRow>> turn(const ServiceId& id) override { return behind_.turn(id); }

private:
    Store& behind_;
    Happened& happened_;
};

/// The simulated target, which can be told not to answer.
class BreakableTarget final : public Target {
public:
    BreakableTarget(SimulatedTarget& behind, Happened& happened)
        : behind_(behind), happened_(happened) {}
    bool broken = false;
    bool refuses = false;  ///< shows its size, and does not answer when it is asked to change it

    Result<Capacity> observe(const ServiceId& service) override {
        if (broken) return fail(Errc::unavailable, "told not to answer");
        return behind_.observe(service);
    }
    Result<void> apply(const Operation& operation) override {
        happened_.push_back("apply:" + operation.id);
        if (broken || refuses) return fail(Errc::unavailable, "told not to answer");
        return behind_.apply(operation);
    }

private:
    SimulatedTarget& behind_;
    Happened& happened_;
};

/// Demand of a service, or of a series of one ("shop/queue"), as a function of time, one sample a
/// minute; NaN leaves the sample out.
using Traffic = std::function<double(Timestamp)>;

class Source final : public Collector {
public:
    Source(std::vector<std::pair<ServiceId, Traffic>> services, const bool& broken)
        : services_(std::move(services)), broken_(broken) {}

    Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) override {
        if (broken_) return fail(Errc::unavailable, "told to fail");
        std::vector<SampleBatch> out;
        for (const auto& [id, traffic] : services_) {
            SampleBatch batch{.service = id, .points = {}};
            for (auto at = floor_to(from, std::chrono::minutes(1));
                 at + std::chrono::minutes(1) <= to; at += std::chrono::minutes(1))
                if (at + std::chrono::minutes(1) > from && !std::isnan(traffic(at)))
                    batch.points.push_back({.at = at, .value = traffic(at)});
            if (!batch.points.empty()) out.push_back(std::move(batch));
        }
        return out;
    }

private:
    std::vector<std::pair<ServiceId, Traffic>> services_;
    const bool& broken_;
};

inline const Timestamp begin = *parse_timestamp("2026-03-02T00:00:00Z");

/// A daily wave between 100 and 500 with a ripple that no two minutes share.
inline double wave(Timestamp at) {
    const double minutes = in_seconds(at - begin) / 60;
    return 300 - 200 * std::cos(2 * std::numbers::pi * minutes / 1440) +
           10 * std::sin(minutes * 1.7) + 7 * std::sin(minutes * 0.37);
}

inline Service service_named(const std::string& name) {
    Service service;
    service.id = ServiceId(name);
    service.capacity_per_replica = Demand(20);
    return service;
}

/// One life of the process over a database and a journal that outlive it.
class World {
public:
    explicit World(const std::string& folder,
                   std::vector<std::pair<ServiceId, Traffic>> traffic = {{ServiceId("shop"), wave}},
                   SimulatedTargetSettings provider = {.lead_time_jitter = 0.2,
                                                       .failure_rate = 0.1})
        : traffic_(std::move(traffic)) {
        std::filesystem::create_directories(folder);
        store_ = std::move(*open_store({.path = folder + "/store.db"}, OpenMode::read_write));
        simulated_ = std::move(*SimulatedTarget::open(provider, folder + "/journal", clock_));
        bus_ = std::move(*make_bus("memory", {}));
    }

    /// errors  as Pipeline::open
    Result<void> start() {
        std::vector<Poller> pollers;
        pollers.emplace_back("source", std::make_unique<Source>(traffic_, source_broken),
                             PollerSettings{.interval = std::chrono::seconds(30)}, begin);
        std::vector<Service> services;
        for (const auto& [id, demand] : traffic_) {
            if (id.str().find('/') != std::string::npos) continue;  // a series of a service
            services.push_back(service_named(id.str()));
            if (shape) shape(services.back());
        }
        const PipelineParts parts{
            *bus_, breakable_store(), breakable_target(), metrics, health, alerts, board};
        PipelineSettings settings;
        settings.opened_at = clock_.now();
        settings.gather_max = Duration(0);  // a run takes less than that of real time
        settings.training = training;
        settings.fleet = fleet;
        settings.cost_clocks = cost_clocks;
        TRY(pipeline, Pipeline::open(std::move(services), std::move(pollers), parts, settings));
        if (pipeline->resumed_at()) clock_.advance_to(*pipeline->resumed_at());
        return {};
    }

    /// Turns until the virtual time `until`.
    void run(Timestamp until, const std::function<void(Timestamp)>& after = {}) {
        while (clock_.now() + std::chrono::seconds(30) <= until) {
            clock_.advance_to(clock_.now() + std::chrono::seconds(30));
            pipeline->turn(clock_.now());
            if (after) after(clock_.now());
        }
    }

    [[nodiscard]] std::vector<std::string> decisions() {
        std::vector<std::string> out;
        const auto stored = store_->decisions({.rows_max = 100'000});
        for (const auto& decision : *stored)
            out.push_back(fmt::format(
                "{} {} {} {} {}", decision.id, decision.inputs.capacity.total().value(),
                decision.desired.value(), to_string(decision.reason), decision.demand_planned));
        return out;
    }
    [[nodiscard]] bool fires(std::string_view alert) const {
        return std::ranges::any_of(alerts.firing(),
                                   [&](const Alert& firing) { return firing.name == alert; });
    }
    [[nodiscard]] int applied() const {
        return static_cast<int>(std::ranges::count_if(
            happened, [](const std::string& what) { return what.starts_with("apply:"); }));
    }
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] SimulatedTarget& provider() { return *simulated_; }
    BreakableStore& breakable_store() {
        if (!breakable_store_) breakable_store_.emplace(*store_, happened);
        return *breakable_store_;
    }
    BreakableTarget& breakable_target() {
        if (!breakable_target_) breakable_target_.emplace(*simulated_, happened);
        return *breakable_target_;
    }
    [[nodiscard]] Timestamp now() const { return clock_.now(); }

    bool source_broken = false;
    TrainingSettings training;
    FleetLimit fleet;
    std::function<void(Service&)> shape;  ///< what services are like; empty: service_named
    CostClocks cost_clocks;               ///< empty: members are not timed
    Happened happened;
    ScalingMetrics metrics;
    HealthChecker health;
    AlertManager alerts;
    ViewBoard board;
    std::unique_ptr<Pipeline> pipeline;

private:
    std::vector<std::pair<ServiceId, Traffic>> traffic_;
    ManualClock clock_{begin};
    std::unique_ptr<Store> store_;
    std::unique_ptr<SimulatedTarget> simulated_;
    std::unique_ptr<Bus> bus_;
    std::optional<BreakableStore> breakable_store_;
    std::optional<BreakableTarget> breakable_target_;
};

/// A folder of this test alone, empty.
inline std::string fresh_folder(const std::string& name) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    const auto folder = fmt::format("{}/{}-{}-{}", ::testing::TempDir(), info->test_suite_name(),
                                    info->name(), name);
    std::filesystem::remove_all(folder);
    return folder;
}

}  // namespace forescale::testing_world
