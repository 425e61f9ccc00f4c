#include "base/archive.h"
#include "base/log.h"
#include "decision/callers.h"
#include "pipeline/audit_body.h"
#include "pipeline/checkpoint.h"
#include "pipeline/conditions.h"
#include "pipeline/turn.h"
#include "pipeline/view_builder.h"

#include <chrono>
#include <ctime>

namespace forescale {
namespace {

double cpu_seconds() {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

void Pipeline::turn(Timestamp now) {
    Turn turn{.at = now, .cpu_began = settings_.publishes_view ? cpu_seconds() : 0.0};
    collect(turn);           // what the sources know by now      -> metrics.raw
    stream(turn);            // metrics.raw -> metrics.processed  -> metrics.aggregated
    learn(turn);             // closed windows -> features, models, weights, intervals
    tend_models(turn);       // training, and which trained models serve whom
    take_controls(turn.at);  // modes, pauses and approvals that people gave
    look(turn);              // what the target has, and how operations in flight are doing
    decide_all(turn);  // forecast + state + policy -> decision, and the operation that it asks for
    if (record(turn)) act(turn);  // recorded before applied
    expire(turn);                 // rows that are older than they are kept
    publish(turn);                // metrics, health, alerts, and the view that people see
}

void Pipeline::collect(Turn& turn) {
    if (!recorder_->has_room() || !producer_.has_room()) return;  // samples stay at their source
    for (std::size_t source = 0; source < pollers_.size(); ++source) {
        const auto result = pollers_[source].poll(turn.at);
        if (!result) continue;
        note_poll(parts_, pollers_[source].name(), *result, turn.at);
        take_in(turn, source, *result);
    }
    note_stream(parts_, producer_.flush(), turn.at);
}

/// What the producer has no room for stays at its source.
void Pipeline::take_in(Turn& turn, std::size_t source, const PollResult& result) {
    for (const auto& batch : result.batches) {
        if (auto* state = find(batch.service.str()))
            state->sources.insert(source);
        else if (auto* owner = find_measured(batch.service.str()))
            owner->measured_sources.insert(source);
        const auto taken = producer_.add(batch);
        if (taken) continue;
        note_stream(parts_, taken, turn.at);
        pollers_[source].set_cursor(newest_turn_);
        return;
    }
}

void Pipeline::stream(Turn& turn) {
    for (ServiceState* const state : learners_) note_cursors(*state, turn.at);
    const auto pumped = processor_.pump(
        turn.at, [&](const ServiceId& series) { return known_until(series, turn.at); });
    note_stream(parts_, pumped, turn.at);
}

/// What is known of a service ends where its slowest source has been asked for: behind that nothing
/// is known, not even that it is missing. Until a service has been fed in this life, every source
/// may be one of its own.
void Pipeline::note_cursors(ServiceState& state, Timestamp now) {
    auto& turn = state.turn();
    turn.known_until = now;
    turn.cursors.clear();
    turn.capacity.cursors.clear();
    for (std::size_t source = 0; source < pollers_.size(); ++source) {
        const auto& poller = pollers_[source];
        if (state.measured_sources.contains(source))
            turn.capacity.cursors.emplace_back(poller.name(), poller.cursor());
        const bool feeds = state.sources.contains(source);
        if (feeds) turn.cursors.emplace_back(poller.name(), poller.cursor());
        if (feeds || state.sources.empty())
            turn.known_until = std::min(turn.known_until, poller.cursor());
    }
}

/// A series beside the demand has sources of its own: that they are away holds no demand up.
Timestamp Pipeline::known_until(const ServiceId& series, Timestamp now) {
    if (const auto* state = find(series.str())) return state->turn().known_until;
    const auto* owner = find_measured(series.str());
    if (owner == nullptr) return now;
    for (const auto& [name, cursor] : owner->turn().capacity.cursors) now = std::min(now, cursor);
    return now;
}

void Pipeline::learn(Turn& turn) {
    for (const auto& event : events_.take_news())
        for (ServiceState* const state : learners_) state->know(event);
    const auto points = processed_.consume_samples(
        [&](const SampleBatch& samples) { learn_points(turn, samples); });
    note_stream(parts_, points, turn.at);
    const auto windows = aggregated_.consume_windows(
        [&](const WindowBatch& closed) { learn_windows(turn, closed); });
    note_stream(parts_, windows, turn.at);
}

void Pipeline::learn_points(Turn& turn, const SampleBatch& samples) {
    auto* state = find(samples.service.str());
    if (state == nullptr && find_measured(samples.service.str()) == nullptr) return;
    for (const auto& point : samples.points) {
        if (state != nullptr) state->absorb(point);
        turn.batch.raw.push_back({samples.service, point, turn.at});
    }
}

void Pipeline::learn_windows(Turn& turn, const WindowBatch& closed) {
    if (auto* owner = find_measured(closed.service.str()))
        for (const auto& window : closed.windows) owner->absorb_measured(window);
    auto* state = find(closed.service.str());
    if (state == nullptr) return;
    for (const auto& window : closed.windows) {
        const bool harmed = state->turn().gate.forecasts_harm();
        state->absorb(window, turn.batch);
        if (state->turn().gate.forecasts_harm() != harmed) tell_gate(*state, turn.at);
        note_paired(*state);
        if (window.width != state->service().grid_step) continue;
        note_scores(parts_.metrics, *state);
        note_costs(parts_.metrics, *state);
    }
}

void Pipeline::look(Turn& turn) {
    for (auto& state : services_) {
        auto seen = parts_.target.observe(state->id());
        note_target(parts_, state->id(), seen, turn.at);
        state->seen = seen ? std::optional(*seen) : std::nullopt;
        if (state->seen) look_after(turn, *state);
        if (state->seen) state->turn().ledger.see(state->service(), state->seen->total(), turn.at);
    }
}

void Pipeline::look_after(Turn& turn, ServiceState& state) {
    state.turn().lead_time.seen(*state.seen);
    const Duration lead = state.turn().lead_time.lead_time();
    const auto look_at = [&](ServiceState& learner) {
        learner.see(*state.seen, turn.at);
        if (learner.adopt_lead_time(lead)) checkpoint(learner, turn.batch, turn.at);
    };
    look_at(state);
    for (ServiceState* const signal : state.signals) look_at(*signal);
    if (!state.open) return;
    const auto moved = look_at_open(state, turn.at);
    if (!moved) return;
    note_operation(state, *moved, turn.batch, turn.at);
    const auto seen = parts_.target.observe(state.id());  // it may have been called again
    state.seen = seen ? std::optional(*seen) : std::nullopt;
}

std::optional<Operation> Pipeline::look_at_open(const ServiceState& state, Timestamp now) {
    const Duration lead = state.turn().lead_time.lead_time();
    if (is_held(state)) return executor_.watch(*state.open, *state.seen, lead, now);
    return executor_.advance(*state.open, *state.seen, lead, now);
}

void Pipeline::decide_all(Turn& turn) {
    see_fleet(turn);
    for (const std::size_t service : decide_order_) decide_one(turn, service);
    for (ServiceState* const state : learners_) {
        if (turn.at - state->turn().checkpoint_at >= settings_.checkpoint_interval ||
            state->turn().event_changes.size() >= KnownEvents::changes_max)
            checkpoint(*state, turn.batch, turn.at);
        keep_state(*state, turn.batch, turn.at);
    }
}

void Pipeline::keep_state(ServiceState& state, Batch& batch, Timestamp now) {
    if (!settings_.resumable) return;
    state.turn().stream = processor_.save(state.id());
    if (const auto measured = measured_series(state.service()))
        state.turn().capacity.stream = processor_.save(*measured);
    batch.turns.push_back({state.id(), now, save_state(state.turn(), TurnState::version)});
}

/// What all services have before any of them is decided for.
void Pipeline::see_fleet(const Turn& turn) {
    if (!settings_.fleet.is_set()) return;
    fleet_guard_.open(services_.size(), turn.at);
    for (std::size_t i = 0; i < services_.size(); ++i)
        fleet_guard_.see(i, services_[i]->seen ? services_[i]->seen->total() : Replicas(0),
                         services_[i]->turn().decision);
}

/// What the service itself knows, and what the fleet and its callers, which are decided for before
/// it, say to it.
DecisionInputs Pipeline::inputs_of(const Turn& turn, ServiceState& state) {
    DecisionInputs inputs = state.inputs(*state.seen, turn.at);
    inputs.fleet = fleet_guard_.allowance();
    ask_signals(turn, state, inputs);
    if (state.service().callers.empty()) return inputs;
    inputs.callers = callers_demand(state.service(), [&](const ServiceId& caller) {
        const auto* called_by = find(caller.str());
        const bool is_of_this_turn = called_by != nullptr && called_by->decision != nullptr &&
                                     called_by->decision->at == turn.at;
        return is_of_this_turn ? called_by->decision.get() : nullptr;
    });
    return inputs;
}

/// What each of its other demand signals says. The forecasts of a signal are judged by its own
/// accuracy gate, on its own demand alone, as those of the service are on the service's.
void Pipeline::ask_signals(const Turn& turn, const ServiceState& state, DecisionInputs& inputs) {
    for (ServiceState* const signal : state.signals) {
        const DecisionInputs own = signal->inputs(*state.seen, turn.at);
        if (signal->service().policy.accuracy_gate)
            signal->turn().gate.decide(signal->service(), own, turn.at);
        inputs.signals.push_back(signal->signal_demand(own));
    }
}

void Pipeline::decide_one(Turn& turn, std::size_t service) {
    ServiceState& state = *services_[service];
    if (!state.seen) return;  // without knowing the size there is nothing to decide: it holds
    DecisionInputs inputs = inputs_of(turn, state);
    if (state.service().policy.accuracy_gate)
        state.turn().gate.decide(state.service(), inputs, turn.at);
    auto decision = std::make_shared<const Decision>(
        decide(state.service(), std::move(inputs), turn.at, state.turn().decision));
    if (settings_.fleet.is_set())
        // What is only asked for is not there to be given back.
        fleet_guard_.see(
            service,
            decision->acts ? std::min(decision->desired, state.seen->total()) : state.seen->total(),
            state.turn().decision);
    state.decision = decision;
    parts_.metrics.decided(*decision);
    settle(turn, state);
    if (!state.worth_recording(*decision)) return;
    state.recorded(*decision);
    turn.batch.decisions.push_back(*decision);
}

void Pipeline::intend(Turn& turn, ServiceState& state) {
    const auto& decision = *state.decision;
    if (state.open && state.open->to == decision.desired)
        return;  // on its way; advance() tries again
    auto operation = executor_.intend(decision, turn.at);
    if (!operation) {
        note_refused(parts_, decision, operation.error(), turn.at);
        return;
    }
    const auto in_flight = state.open;
    if (state.open)
        note_operation(state, Executor::supersede(*state.open, *operation, turn.at), turn.batch,
                       turn.at);
    recorder_->audit(turn.at, "decision", state.id().str(), audit_body(decision));
    note_operation(state, *operation, turn.batch, turn.at);
    turn.acting.push_back({&state, in_flight});
}

bool Pipeline::record(Turn& turn) {
    const auto began = std::chrono::steady_clock::now();
    const auto stored = recorder_->record(std::move(turn.batch));
    parts_.metrics.store_wrote(stored.has_value(), std::chrono::duration_cast<Duration>(
                                                       std::chrono::steady_clock::now() - began));
    note_store(parts_, stored, recorder_->waiting(), turn.at);
    if (!stored)
        for (auto& acting : turn.acting) drop(acting, turn.at);
    return stored.has_value();
}

/// What was not recorded is not applied: the operation that was in flight before still is.
void Pipeline::drop(Acting& acting, Timestamp now) {
    auto& state = *acting.state;
    if (!state.open) return;
    const auto change = state.open->to - state.open->from;
    if (change > Replicas(0)) state.turn().lead_time.cancelled(change);
    state.open->state = OperationState::failed;
    state.open->detail = "not recorded, so not applied";
    if (const auto& approval = state.decision->inputs.approval)
        state.turn().control.give_back(*approval);
    recorder_->audit(now, "operation", state.id().str(), audit_body(*state.open));
    state.newest_operation = std::exchange(state.open, std::move(acting.in_flight));
}

void Pipeline::act(Turn& turn) {
    if (turn.acting.empty()) return;
    Batch batch;
    for (const auto& [state, in_flight] : turn.acting) {
        if (!state->open) continue;
        const auto operation = executor_.execute(*state->open, turn.at);
        note_operation(*state, operation, batch, turn.at);
        if (operation.state == OperationState::executing)
            log::info("replicas_changed", "service", state->id(), "from", operation.from.value(),
                      "to", operation.to.value(), "reason", to_string(state->decision->reason));
    }
    const auto stored = recorder_->record(std::move(batch));
    note_store(parts_, stored, recorder_->waiting(), turn.at);
}

void Pipeline::expire(const Turn& turn) {
    constexpr Duration pause = std::chrono::hours(1);
    if (expired_at_ && turn.at - *expired_at_ < pause) return;
    expired_at_ = turn.at;
    if (const auto gone = parts_.store.expire(settings_.retention, turn.at); !gone)
        log::warn("expire_failed", "error", gone.error().message);
}

void Pipeline::publish(Turn& turn) {
    ++turns_;
    newest_turn_ = turn.at;
    for (const auto& state : services_)
        note_service(parts_, *state, processor_.counts(state->id()), turn.at);
    for (const auto& signal : signals_)
        note_signal(parts_, *signal, processor_.counts(signal->id()), turn.at);
    if (!settings_.publishes_view) return;
    const auto wall =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - turn.began);
    parts_.metrics.turn_took(wall, cpu_seconds() - turn.cpu_began, services_.size());
    parts_.board.publish(build_view(services_, parts_.health, parts_.alerts, turn.at, turns_));
}

void Pipeline::checkpoint(ServiceState& state, Batch& batch, Timestamp now) {
    if (settings_.resumable) {
        Checkpoint checkpoint{.learned = state.save_learned(),
                              .stream = processor_.save(state.id())};
        batch.checkpoints.push_back({state.id(), now, save_state(checkpoint, Checkpoint::version)});
    }
    state.checkpointed(now);
    std::ranges::move(state.scores().take(state.id()), std::back_inserter(batch.performance));
}

void Pipeline::note_operation(ServiceState& state, const Operation& operation, Batch& batch,
                              Timestamp now) {
    const bool was_intended =
        operation.state == OperationState::intended && operation.attempts == 0;
    const auto change = operation.to - operation.from;
    if (was_intended && change > Replicas(0)) state.turn().lead_time.asked(change, now);
    if (was_intended && change < Replicas(0))
        state.turn().lead_time.cancelled(Replicas(0) - change);
    const bool was_not_applied =
        operation.state == OperationState::failed || operation.state == OperationState::withdrawn;
    if (was_not_applied && change > Replicas(0)) state.turn().lead_time.cancelled(change);
    if (is_open(operation.state))
        state.open = operation;
    else
        state.open.reset();
    state.newest_operation = operation;
    parts_.metrics.operated(operation);
    note_operation_state(parts_, operation, now);
    recorder_->audit(now, "operation", state.id().str(), audit_body(operation));
    std::erase_if(batch.operations,
                  [&](const Operation& earlier) { return earlier.id == operation.id; });
    batch.operations.push_back(operation);
}

}  // namespace forescale
