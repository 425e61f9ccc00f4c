#include "simulation/virtual_run.h"

#include "pipeline/pipeline.h"
#include "simulation/forgetful_store.h"

#include <algorithm>

namespace forescale {
namespace {

/// The samples that were put in, once each, at the call after they were put.
class Inbox final : public Collector {
public:
    explicit Inbox(ServiceId service) : service_(std::move(service)) {}
    void put(const std::vector<Point>& points) {
        points_.insert(points_.end(), points.begin(), points.end());
    }

    Result<std::vector<SampleBatch>> collect(Timestamp /*from*/, Timestamp /*to*/) override {
        std::vector<SampleBatch> batches;
        if (!points_.empty()) batches.push_back({service_, std::exchange(points_, {})});
        return batches;
    }

private:
    ServiceId service_;
    std::vector<Point> points_;
};

/// What the caller says is there, and what has been asked for since: fewer replicas cancel pending
/// ones before ready ones.
class StatedTarget final : public Target {
public:
    void state(const Capacity& capacity) { capacity_ = capacity; }
    void refuse(bool refuses) { refuses_ = refuses; }
    [[nodiscard]] Replicas total() const { return capacity_.total(); }

    Result<Capacity> observe(const ServiceId& /*service*/) override { return capacity_; }
    Result<void> apply(const Operation& operation) override {
        if (refuses_)
            return fail(Errc::unavailable, "the simulated target refuses to change {} to {}",
                        operation.service, operation.to.value());
        capacity_.ready = std::min(capacity_.ready, operation.to);
        capacity_.pending = operation.to - capacity_.ready;
        return {};
    }

private:
    Capacity capacity_;
    bool refuses_ = false;
};

}  // namespace

struct VirtualRun::Parts {
    std::unique_ptr<Bus> bus;
    ForgetfulStore store;
    StatedTarget target;
    ScalingMetrics metrics;
    HealthChecker health;
    AlertManager alerts;
    ViewBoard board;
    Inbox* inbox = nullptr;  ///< owned by the pipeline's poller
    std::unique_ptr<Pipeline> pipeline;
};

VirtualRun::VirtualRun(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
VirtualRun::~VirtualRun() = default;

Result<std::unique_ptr<VirtualRun>> VirtualRun::open(const Service& service, Timestamp from,
                                                     const std::vector<BusinessEvent>& events,
                                                     std::shared_ptr<const TrainedModels> trained) {
    auto parts = std::make_unique<Parts>();
    TRY(parts->bus, make_bus("memory", {}));
    auto inbox = std::make_unique<Inbox>(service.id);
    parts->inbox = inbox.get();
    std::vector<Poller> pollers;
    pollers.emplace_back("simulation", std::move(inbox), PollerSettings{.interval = Duration(1)},
                         from);
    const PipelineParts wired{*parts->bus,   parts->store,  parts->target, parts->metrics,
                              parts->health, parts->alerts, parts->board};
    PipelineSettings settings;
    settings.publishes_view = false;
    settings.resumable = false;
    settings.training.shipped = std::move(trained);
    TRY(parts->pipeline, Pipeline::open({service}, std::move(pollers), wired, settings));
    for (const BusinessEvent& event : events) TRY_VOID(parts->pipeline->accept_event(event, from));
    return std::unique_ptr<VirtualRun>(new VirtualRun(std::move(parts)));  // NOLINT: private
}

Replicas VirtualRun::turn(Timestamp now, const std::vector<Point>& samples,
                          const Capacity& capacity) {
    parts_->inbox->put(samples);
    parts_->target.state(capacity);
    parts_->pipeline->turn(now);
    newest_ = now;
    return parts_->target.total();
}

void VirtualRun::refuse_changes(bool refuses) {
    parts_->target.refuse(refuses);
}

DecisionInputs VirtualRun::inputs(const Capacity& capacity) const {
    return parts_->pipeline->services().front()->inputs(capacity, newest_);
}

const Decision* VirtualRun::decision() const {
    return parts_->pipeline->services().front()->decision.get();
}

}  // namespace forescale
