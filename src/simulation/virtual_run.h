#pragma once
#include "domain/decision.h"
#include "domain/event.h"
#include "domain/service.h"

#include <memory>
#include <optional>
#include <vector>

namespace forescale {

struct TrainedModels;

/// The production turn of one service on virtual time: poller, bus, stream, forecaster, lead
/// demand, decision and executor are the real ones. Only its ends are the caller's: the samples
/// come from the caller, and the target is what the caller says that it has. One thread at a time.
class VirtualRun {
public:
    /// from: samples that became known after it are taken in. The events are known from the start.
    /// trained: null for nothing.
    /// errors  invalid_argument: more events than are kept
    [[nodiscard]] static Result<std::unique_ptr<VirtualRun>> open(
        const Service& service, Timestamp from, const std::vector<BusinessEvent>& events,
        std::shared_ptr<const TrainedModels> trained);
    ~VirtualRun();
    VirtualRun(const VirtualRun&) = delete;
    VirtualRun& operator=(const VirtualRun&) = delete;

    /// One turn at `now` (later than the one before), after `samples` have become known, with
    /// `capacity` there. Returns the total that the target has been asked for, counted as the
    /// target would.
    [[nodiscard]] Replicas turn(Timestamp now, const std::vector<Point>& samples,
                                const Capacity& capacity);

    /// From the next turn on, does the target refuse to be changed?
    void refuse_changes(bool refuses);

    /// What the newest turn decided on, were `capacity` there: forecasts do not depend on the size,
    /// so that other policies can be asked what they make of the same turn.
    [[nodiscard]] DecisionInputs inputs(const Capacity& capacity) const;

    /// Of the newest turn; nothing before the first.
    [[nodiscard]] const Decision* decision() const;

private:
    struct Parts;
    explicit VirtualRun(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
    Timestamp newest_;
};

}  // namespace forescale
