#include "base/archive.h"
#include "base/json.h"
#include "base/log.h"
#include "pipeline/checkpoint.h"
#include "pipeline/pipeline.h"

namespace forescale {
namespace {

constexpr Duration tick_of_storage =
    Duration(1);  // spans are half-open: one millisecond later is "after"

Error at_service(const ServiceId& service, Error error) {
    error.message = fmt::format("service {}: {}", service, error.message);
    return error;
}

}  // namespace

Result<void> Pipeline::recover() {
    TRY_VOID(recover_plan());
    for (ServiceState* const state : learners_)
        if (auto recovered = recover_service(*state); !recovered)
            return std::unexpected(at_service(state->id(), recovered.error()));
    const Timestamp resumed = resumed_at_.value_or(Timestamp{});
    TRY(auto known, parts_.store.events(resumed - BusinessEvent::remembered));
    for (auto& event : known) std::ignore = events_.put(std::move(event), resumed);
    TRY_VOID(recover_controls());
    if (!resumed_at_) return {};
    newest_turn_ = *resumed_at_;
    resume_sources();
    recorder_->audit(*resumed_at_, "start", "forescale",
                     json::serialize(json::object{{"resumed_at", format_timestamp(*resumed_at_)}}));
    log::info("resumed", "turn", format_timestamp(*resumed_at_), "services", services_.size());
    return recover_operations();
}

/// A source goes on where it had been asked for by the service that was furthest behind: it may
/// have been away.
void Pipeline::resume_sources() {
    for (std::size_t source = 0; source < pollers_.size(); ++source) {
        auto from = *resumed_at_;
        const auto resume = [&](const auto& cursors, std::set<std::size_t>& fed_by) {
            for (const auto& [name, cursor] : cursors) {
                if (name != pollers_[source].name()) continue;
                fed_by.insert(source);
                from = std::min(from, cursor);
            }
        };
        for (ServiceState* const state : learners_) {
            resume(state->turn().cursors, state->sources);
            resume(state->turn().capacity.cursors, state->measured_sources);
        }
        pollers_[source].set_cursor(from);
    }
}

Result<void> Pipeline::recover_service(ServiceState& state) {
    TRY(auto turn, parts_.store.turn(state.id()));
    if (!turn) return {};  // a new service
    TurnState small;
    TRY_VOID(load_state(small, turn->state, TurnState::version));
    TRY(auto row, parts_.store.checkpoint(state.id()));
    auto from = Timestamp{};
    if (row) {
        Checkpoint checkpoint;
        TRY_VOID(load_state(checkpoint, row->state, Checkpoint::version));
        TRY_VOID(state.load_learned(
            checkpoint.learned, [&](const std::string& version) { return shelf_.find(version); }));
        TRY_VOID(processor_.load(state.id(), checkpoint.stream));
        from = row->turn + tick_of_storage;
    }
    state.repeat(small.event_changes);
    state.turn().served_limits = small.served_limits;
    state.turn().member_rests = small.member_rests;
    TRY_VOID(
        repeat_turns(state, {state.id(), from, turn->turn + tick_of_storage}, small.known_until));
    state.resume(std::move(small));
    TRY_VOID(processor_.load(state.id(), state.turn().stream));
    const auto measured = measured_series(state.service());
    if (measured && !state.turn().capacity.stream.empty())
        TRY_VOID(processor_.load(*measured, state.turn().capacity.stream));
    resumed_at_ = std::max(resumed_at_.value_or(turn->turn), turn->turn);
    return {};
}

/// Feeds the samples of the turns in [from, to] again, turn by turn: the same windows close in the
/// same order, so that what was learned comes out the same to the bit. Nothing is recorded: it was.
Result<void> Pipeline::repeat_turns(ServiceState& state, const Span& turns, Timestamp known_until) {
    TRY(auto rows, parts_.store.raw(turns));
    Batch discarded;
    const auto repeat = [&](const SampleBatch& samples, Timestamp until) {
        for (const auto& window : processor_.replay(samples, std::min(until, known_until)))
            state.absorb(window, discarded);
        discarded = {};
    };
    for (auto row = rows.begin(); row != rows.end();) {
        const auto turn = row->turn;
        SampleBatch samples{.service = state.id(), .points = {}};
        for (; row != rows.end() && row->turn == turn; ++row) samples.points.push_back(row->point);
        repeat(samples, turn);
    }
    repeat({.service = state.id(), .points = {}}, known_until);
    state.repeated();
    return {};
}

/// An operation that was recorded may or may not have reached the target: the target is looked at
/// first, then the operation is finished, or given up when it is too old to be applied now.
Result<void> Pipeline::recover_operations() {
    const Timestamp now = std::max(settings_.opened_at, *resumed_at_);
    TRY(auto open, parts_.store.open_operations());
    Batch batch;
    for (auto& operation : open) {
        auto* state = find(operation.service.str());
        if (state == nullptr) continue;
        state->open = operation;
        state->newest_operation = operation;
        const auto seen = parts_.target.observe(operation.service);
        if (operation.state != OperationState::intended || !seen)
            continue;  // the turn looks after it
        state->seen = *seen;
        if (const auto moved = look_at_open(*state, now))
            note_operation(*state, *moved, batch, now);
    }
    return recorder_->record(std::move(batch));
}

}  // namespace forescale
