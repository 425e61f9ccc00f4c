#pragma once
#include "decision/accuracy_gate.h"
#include "decision/control_state.h"
#include "decision/cost_ledger.h"
#include "decision/decide.h"
#include "decision/shortfall.h"
#include "domain/operation.h"
#include "execution/lead_time.h"
#include "pipeline/capacity_watch.h"
#include "pipeline/known_events.h"
#include "pipeline/member_costs.h"
#include "pipeline/score_book.h"
#include "pipeline/training_plan.h"
#include "prediction/error_paths.h"
#include "prediction/forecaster.h"
#include "prediction/lead_demand.h"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace forescale {

/// Trained models by version; null for none.
using ModelFinder = std::function<std::shared_ptr<const TrainedModels>(const std::string&)>;

/// What one service forecasts with, and what is compared with that.
struct TrainedPair {
    ModelChoice versions;
    std::shared_ptr<const TrainedModels> live;
    std::shared_ptr<const TrainedModels> shadow;
};

/// What is remembered of a service from turn to turn; some kilobytes, stored with every turn.
struct TurnState {
    static constexpr std::uint32_t version = 8;

    DecisionState decision;
    LeadTimeEstimator lead_time;
    std::optional<Point> newest;          ///< newest point of any state
    std::optional<Point> newest_present;  ///< newest point with a value
    std::string stream;                   ///< state of its StreamProcessor
    Replicas recorded_desired{-1};        ///< of the newest recorded decision
    Reason recorded_reason = Reason::steady;
    Timestamp recorded_at;
    Timestamp known_until;  ///< samples of the service were known up to here
    /// Name of each source that fed the service, and up to where it had been asked.
    std::vector<std::pair<std::string, Timestamp>> cursors;
    Timestamp checkpoint_at;                 ///< turn of the newest checkpoint
    std::vector<EventChange> event_changes;  ///< since then
    /// Since then, and the newest before: what the ready replicas can serve, after which grid step.
    std::vector<std::pair<Timestamp, double>> served_limits;
    std::vector<MemberRest> member_rests;  ///< since then
    ControlState control;                  ///< modes, pauses and proposals
    std::int64_t controls_taken = 0;       ///< number of the newest control, of any service
    AccuracyGate gate;                     ///< whether forecasts earn their keep
    CapacityWatch capacity;                ///< what one replica is found to serve
    CostLedger ledger;                     ///< what its replicas cost

    template <class Archive>
    void fields(Archive& archive) {
        archive(decision, lead_time, newest, newest_present, stream, recorded_desired,
                recorded_reason, recorded_at, known_until, cursors, checkpoint_at, event_changes,
                served_limits, member_rests, control, controls_taken, gate, capacity, ledger);
    }
};

/// One service as the turn knows it: what was learned (rebuilt from a checkpoint and the samples
/// since), and the turn state.
class ServiceState {
public:
    explicit ServiceState(Service service);

    /// Learns from a closed window of any width, with the events that are known; a grid step gives
    /// predictions and outcomes to record.
    void absorb(const Window& window, Batch& batch);
    void absorb(const Point& point);
    /// A window of the series that the capacity of a replica is learned from.
    void absorb_measured(const Window& window);

    /// Forecasts with these trained models from the next window on, others in their shadow; null:
    /// none. Which they are is stored with what was learned.
    void use(const TrainedPair& models);
    [[nodiscard]] const ModelChoice& models() const { return models_; }

    /// Times the members from the next window on, and puts those to sleep that take longer than
    /// that for a grid step. What was decided so in an earlier life is repeated, not judged again:
    /// to be called when everything was repeated.
    void time_members(CostClocks clocks, Duration step_max);
    /// What each member took in the newest grid step, in the order of the path's; empty: not timed.
    [[nodiscard]] const std::vector<std::chrono::nanoseconds>& member_costs() const {
        return member_costs_;
    }

    /// Notes what can be served from now on: measured demand at that bound is less than what was
    /// wanted. What was learned of the capacity of a replica is in force from then on.
    void see(const Capacity& capacity, Timestamp now);

    /// What deciding needs, as of `now`.
    [[nodiscard]] DecisionInputs inputs(const Capacity& capacity, Timestamp now) const;
    /// What was spent until the newest turn that saw the size, and what is expected of a decision
    /// with these inputs; nothing before a size was seen.
    [[nodiscard]] std::optional<Spending> spending(const DecisionInputs& inputs) const;
    /// A decision that changes nothing and stands on the same ground as the one before is recorded
    /// once in 15 min only: a calm log, a small table.
    [[nodiscard]] bool worth_recording(const Decision& made) const;
    void recorded(const Decision& made);

    /// What a demand signal says to the decision of its owner: the same inputs, as far as they are
    /// about its demand.
    [[nodiscard]] SignalDemand signal_demand(const DecisionInputs& inputs) const;

    /// Hands the learned lead time to the model; true when it changed, and a checkpoint is due.
    [[nodiscard]] bool adopt_lead_time(Duration learned);

    /// What became known of an event, from the next window on. One of other services is ignored.
    void know(const BusinessEvent& event);
    /// Knows of events again what was known at each of the windows that absorb() will see again.
    void repeat(std::vector<EventChange> changes) { known_.repeat(std::move(changes)); }
    /// After the last of them.
    void repeated();

    [[nodiscard]] std::string save_learned() const;
    /// What save_learned() gave is stored with this turn.
    void checkpointed(Timestamp now);
    /// errors  corrupt
    [[nodiscard]] Result<void> load_learned(std::string_view state, const ModelFinder& find);

    [[nodiscard]] const Service& service() const { return service_; }
    /// How far decisions go by themselves now.
    [[nodiscard]] Mode mode() const { return turn_.control.mode(service_.policy.mode); }
    [[nodiscard]] const ServiceId& id() const { return service_.id; }
    /// What is forecast, events included; null before the first forecast.
    [[nodiscard]] std::shared_ptr<const ForecastPath> path() const { return path_; }
    /// When the path exceeds what may be there; nothing while it does not.
    [[nodiscard]] const std::optional<Shortfall>& shortfall() const { return shortfall_; }
    [[nodiscard]] const Forecaster& forecaster() const { return forecaster_; }
    /// Goes on from the small state of an earlier life, when all turns since its checkpoint were
    /// repeated.
    void resume(TurnState turn);
    [[nodiscard]] TurnState& turn() { return turn_; }
    [[nodiscard]] const TurnState& turn() const { return turn_; }
    [[nodiscard]] ScoreBook& scores() { return scores_; }

    std::set<std::size_t> sources;              ///< numbers of the pollers that fed it in this life
    std::set<std::size_t> measured_sources;     ///< of those that fed the series beside its demand
    std::optional<Operation> open;              ///< the operation in flight
    std::optional<Operation> newest_operation;  ///< for showing
    std::optional<Capacity> seen;               ///< what the target showed this turn
    std::shared_ptr<const Decision> decision;   ///< of this turn
    std::vector<ServiceState*> signals;         ///< of this service, in the order it names them

private:
    void absorb_grid(const Window& window, Batch& batch);
    void observe_grid(const Window& window);
    void keep_path();
    void put_forecast(DecisionInputs& out) const;
    void rest_slow_members();
    void repeat_due(bool all_left);
    void adopt_capacity();
    [[nodiscard]] std::optional<double> served_limit(const Window& window) const;
    [[nodiscard]] std::optional<Point> measured(Timestamp now) const;
    [[nodiscard]] std::optional<AskedSize> asked() const;

    Service service_;
    Forecaster forecaster_;
    Duration lead_;
    LeadDemandModel lead_demand_;
    ErrorPaths error_paths_;
    KnownEvents known_;
    ScoreBook scores_;
    ModelChoice models_;
    TurnState turn_;
    CostClocks clocks_;
    Duration member_step_max_{0};
    MemberCosts costs_;
    std::vector<std::chrono::nanoseconds> member_costs_;
    std::shared_ptr<const ForecastPath> path_;
    std::optional<Shortfall> shortfall_;
    std::vector<PathMedian> medians_;  ///< of its next hours
    PathScenarios scenarios_;          ///< of the same points
};

}  // namespace forescale
