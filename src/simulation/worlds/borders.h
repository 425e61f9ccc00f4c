#pragma once
#include "base/clock.h"
#include "collectors/collector.h"
#include "execution/target.h"
#include "simulation/worlds/plan.h"
#include "simulation/worlds/record.h"
#include "simulation/worlds/traffic.h"

namespace forescale::worlds {

/// Kills the process at a border: from then on nothing that it does gets through. It only finds
/// calls that are not answered until its turn ends and it is thrown away.
struct Fuse {
    std::string armed_for;  ///< where it is to be killed; empty: nowhere
    bool dead = false;

    /// At the place `where`: is this the end?
    bool burns(std::string_view where) {
        if (armed_for == where) dead = true;
        return dead;
    }
};

/// What the borders of one process share.
struct Scene {
    const WorldPlan& plan;
    const Clock& clock;
    WorldRecord& record;
    Fuse fuse{};

    /// Whether a fault of this kind strikes the service now; `whose` and `number` pick its share.
    [[nodiscard]] bool strikes(std::string_view kind, const std::string& service,
                               std::string_view whose, std::int64_t number) const;
    [[nodiscard]] const Fault* active(std::string_view kind, const std::string& service) const;
};

/// A source of samples of some services; away while its fault lasts.
class FaultySource final : public Collector {
public:
    /// names: the services that it feeds, with what it has of them
    FaultySource(Scene& scene, std::string name,
                 std::map<std::string, const std::vector<Delivery>*> deliveries)
        : scene_(scene), name_(std::move(name)), deliveries_(std::move(deliveries)) {}

    Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) override;

private:
    [[nodiscard]] bool is_away() const;
    void note(const std::string& service, const std::vector<Point>& points, Timestamp to);

    Scene& scene_;
    std::string name_;
    std::map<std::string, const std::vector<Delivery>*> deliveries_;
};

/// The simulated provider behind a network that loses calls and answers.
class FaultyTarget final : public Target {
public:
    FaultyTarget(Scene& scene, SimulatedTarget& behind) : scene_(scene), behind_(behind) {}

    Result<Capacity> observe(const ServiceId& service) override;
    Result<void> apply(const Operation& operation) override;

private:
    Result<void> reach(const Operation& operation, Call& call);

    Scene& scene_;
    SimulatedTarget& behind_;
};

/// The real store, on a disk that is full at times.
class FaultyStore final : public Store {
public:
    FaultyStore(Scene& scene, Store& behind) : scene_(scene), behind_(behind) {}

    Result<void> write(const Batch& batch) override;
    Result<std::int64_t> expire(const Retention& retention, Timestamp now) override;
    Result<std::vector<RawRow>> raw(const Span& turns) override;
    Result<std::vector<HourlyRow>> hourly(const Span& starts) override;
    Result<std::vector<PredictionRow>> predictions(const Page& page) override;
    Result<std::vector<Decision>> decisions(const Page& page) override;
    Result<Decision> decision(const std::string& id) override;
    Result<std::vector<Operation>> operations(const Page& page) override;
    Result<std::vector<Operation>> open_operations() override;
    Result<std::vector<Control>> controls(std::int64_t after) override;
    Result<std::vector<BusinessEvent>> events(Timestamp since) override;
    Result<std::vector<PerformanceRow>> performance(const Page& page) override;
    Result<std::vector<AuditEntry>> audit(std::int64_t first, std::size_t rows_max) override;
    Result<std::optional<AuditEntry>> audit_head() override;
    Result<std::optional<CheckpointRow>> checkpoint(const ServiceId& service) override;
    Result<std::optional<TurnRow>> turn(const ServiceId& service) override;

private:
    [[nodiscard]] Result<void> answer() const;
    void note(const Batch& batch);

    Scene& scene_;
    Store& behind_;
};

}  // namespace forescale::worlds
