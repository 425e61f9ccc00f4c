#pragma once
#include "collectors/poller.h"
#include "decision/fleet_guard.h"
#include "execution/executor.h"
#include "monitoring/alerts.h"
#include "monitoring/health.h"
#include "monitoring/metrics.h"
#include "pipeline/control_book.h"
#include "pipeline/event_book.h"
#include "pipeline/recorder.h"
#include "pipeline/service_state.h"
#include "pipeline/training_job.h"
#include "pipeline/view.h"
#include "streaming/bus.h"
#include "streaming/metrics_consumer.h"
#include "streaming/metrics_producer.h"
#include "streaming/stream_processor.h"

#include <memory>
#include <vector>

namespace forescale {

struct PipelineSettings {
    Duration checkpoint_interval = std::chrono::hours(1);
    Duration lateness_max = std::chrono::minutes(2);
    Retention retention;
    FleetLimit fleet = {};
    Timestamp opened_at;  ///< now, where that is later than the newest recorded turn
    ExecutorSettings executor;
    Duration member_step_max = MemberCosts::step_max_usual;  ///< of a member, for a grid step
    /// What members are timed with. Decisions then depend on how fast the machine is: not where the
    /// same samples must give the same decisions, in a replay or a simulation.
    CostClocks cost_clocks = {};
    /// Real time within which turns that ask for nothing are stored together; 0: each by itself, so
    /// that what a death loses does not depend on how fast the machine is.
    Duration gather_max = Recorder::gather_max;
    TrainingSettings training = {};  ///< trained models: which there are, and how new ones come
    /// Off where nobody looks: a simulation, the fast part of a replay. Turns are then not timed
    /// either.
    bool publishes_view = true;
    /// Off where no other life goes on from what is stored, as in a simulation: neither the state
    /// of a turn nor checkpoints are made, the rest of the turn is the same.
    bool resumable = true;
};

/// The parts that the turn works with; they outlive it. app/ and simulation/ choose them.
struct PipelineParts {
    Bus& bus;
    Store& store;
    Target& target;
    ScalingMetrics& metrics;
    HealthChecker& health;
    AlertManager& alerts;
    ViewBoard& board;
};

/// Takes `services` turn by turn from samples to applied decisions. One owner thread calls turn();
/// only accept_event() and accept_control() may be called from others.
class Pipeline {
public:
    /// Goes on where the store says that the last recorded turn ended: learned state from its
    /// checkpoint and the samples since, operations in flight found and looked after.
    /// errors  as the store's; corrupt: a stored state does not fit
    [[nodiscard]] static Result<std::unique_ptr<Pipeline>> open(std::vector<Service> services,
                                                                std::vector<Poller> pollers,
                                                                PipelineParts parts,
                                                                PipelineSettings settings);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// The whole turn, at `now`: later than every turn before. Never fails as a whole: what went
    /// wrong is in health and alerts, and the services that it touches keep their size.
    void turn(Timestamp now);

    /// Stores everything that was learned, so that the next start repeats nothing. Called once,
    /// when the process stops.
    [[nodiscard]] Result<void> close(Timestamp now);

    /// Records an event and lets the next turn know it. Thread-safe.
    /// errors  unavailable
    [[nodiscard]] Result<void> accept_event(BusinessEvent event, Timestamp now);

    /// Records what somebody asked of a service (its number is given here) and lets the next turn
    /// take it in. Thread-safe. On an error it is in force all the same, and is recorded once the
    /// store is back.
    /// errors  as the store's
    [[nodiscard]] Result<void> accept_control(Control control);

    /// The newest recorded turn of an earlier life, if there was one.
    [[nodiscard]] std::optional<Timestamp> resumed_at() const { return resumed_at_; }
    void publish_views(bool on) { settings_.publishes_view = on; }
    [[nodiscard]] std::int64_t turns() const { return turns_; }
    /// What is decided for.
    [[nodiscard]] const std::vector<std::unique_ptr<ServiceState>>& services() const {
        return services_;
    }

private:
    struct Turn;
    /// A service whose operation was intended in this turn, and what was in flight before.
    struct Acting {
        ServiceState* state = nullptr;
        std::optional<Operation> in_flight;
    };
    Pipeline(std::vector<Service> services, std::vector<Poller> pollers, PipelineParts parts,
             PipelineSettings settings);

    // recovery.cpp
    Result<void> recover();
    Result<void> recover_service(ServiceState& state);
    Result<void> repeat_turns(ServiceState& state, const Span& turns, Timestamp known_until);
    void resume_sources();
    Result<void> recover_operations();

    // training_turn.cpp
    Result<void> open_models();
    Result<void> recover_plan();
    void replace_lost(Timestamp now);
    void note_paired(const ServiceState& state);
    void tend_models(Turn& turn);
    void switch_models(Turn& turn);
    void tell_transitions(Timestamp now);
    [[nodiscard]] TrainedPair pair_of(const ModelChoice& choice);

    // control_turn.cpp
    Result<void> recover_controls();
    void take_controls(Timestamp now);
    void tell(const ServiceState& state, const ControlNote& note, Timestamp now);
    void tell_gate(const ServiceState& state, Timestamp now);
    void settle(Turn& turn, ServiceState& state);
    [[nodiscard]] bool is_held(const ServiceState& state) const;

    // tick.cpp
    void collect(Turn& turn);
    void take_in(Turn& turn, std::size_t source, const PollResult& result);
    void note_cursors(ServiceState& state, Timestamp now);
    [[nodiscard]] Timestamp known_until(const ServiceId& series, Timestamp now);
    void stream(Turn& turn);
    void learn(Turn& turn);
    void learn_points(Turn& turn, const SampleBatch& samples);
    void learn_windows(Turn& turn, const WindowBatch& closed);
    void look(Turn& turn);
    void look_after(Turn& turn, ServiceState& state);
    [[nodiscard]] std::optional<Operation> look_at_open(const ServiceState& state, Timestamp now);
    void decide_all(Turn& turn);
    void see_fleet(const Turn& turn);
    [[nodiscard]] DecisionInputs inputs_of(const Turn& turn, ServiceState& state);
    void ask_signals(const Turn& turn, const ServiceState& state, DecisionInputs& inputs);
    void decide_one(Turn& turn, std::size_t service);
    void intend(Turn& turn, ServiceState& state);
    bool record(Turn& turn);
    void drop(Acting& acting, Timestamp now);
    void act(Turn& turn);
    void expire(const Turn& turn);
    void publish(Turn& turn);

    void keep_state(ServiceState& state, Batch& batch, Timestamp now);
    void checkpoint(ServiceState& state, Batch& batch, Timestamp now);
    void note_operation(ServiceState& state, const Operation& operation, Batch& batch,
                        Timestamp now);
    /// The service that learns the capacity of its replicas from a series of this name; null: none.
    [[nodiscard]] ServiceState* find_measured(std::string_view name);
    /// A service or a signal of one; null: no such one.
    [[nodiscard]] ServiceState* find(std::string_view name);

    PipelineParts parts_;
    PipelineSettings settings_;
    std::vector<std::unique_ptr<ServiceState>> services_;  ///< what is decided for, sorted by id
    std::vector<std::unique_ptr<ServiceState>> signals_;   ///< of those, sorted by id
    std::vector<ServiceState*> learners_;    ///< both: what is learned from samples, sorted by id
    std::vector<std::size_t> decide_order_;  ///< numbers of services, callers first
    FleetGuard fleet_guard_;
    std::vector<Poller> pollers_;
    MetricsProducer producer_;
    StreamProcessor processor_;
    MetricsConsumer processed_;
    MetricsConsumer aggregated_;
    std::unique_ptr<Recorder> recorder_;
    EventBook events_;
    ControlBook controls_;
    std::int64_t controls_taken_ = 0;  ///< number of the newest one that a turn took in
    Executor executor_;
    ModelShelf shelf_;
    ModelPlan plan_;
    TrainingJob training_;
    std::uint64_t transitions_told_ = 0;
    std::optional<Timestamp> resumed_at_;
    std::optional<Timestamp> expired_at_;
    Timestamp newest_turn_;
    std::int64_t turns_ = 0;
};

}  // namespace forescale
