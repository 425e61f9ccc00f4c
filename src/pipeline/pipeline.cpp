#include "pipeline/pipeline.h"

#include "base/archive.h"
#include "base/json.h"
#include "base/log.h"
#include "decision/callers.h"

namespace forescale {
namespace {

std::vector<std::unique_ptr<ServiceState>> make_states(std::vector<Service> services) {
    std::ranges::sort(services, {}, &Service::id);
    std::vector<std::unique_ptr<ServiceState>> states;
    states.reserve(services.size());
    for (auto& service : services)
        states.push_back(std::make_unique<ServiceState>(std::move(service)));
    return states;
}

/// What forecasts the signals of the services, each bound to its own.
std::vector<std::unique_ptr<ServiceState>> make_signals(
    const std::vector<std::unique_ptr<ServiceState>>& services) {
    std::vector<std::unique_ptr<ServiceState>> signals;
    for (const auto& owner : services)
        for (const Signal& signal : owner->service().signals) {
            signals.push_back(
                std::make_unique<ServiceState>(signal_service(owner->service(), signal)));
            owner->signals.push_back(signals.back().get());
        }
    std::ranges::sort(signals, {}, [](const auto& state) { return state->id(); });
    return signals;
}

std::vector<ServiceState*> all_of(const std::vector<std::unique_ptr<ServiceState>>& services,
                                  const std::vector<std::unique_ptr<ServiceState>>& signals) {
    std::vector<ServiceState*> all;
    for (const auto* group : {&services, &signals})
        for (const auto& state : *group) all.push_back(state.get());
    std::ranges::sort(all, {}, [](const ServiceState* state) { return state->id(); });
    return all;
}

/// Windows of the service's own steps, and of an hour where its grid divides one.
std::vector<Duration> widths_of(const Service& service) {
    std::vector<Duration> widths{service.fine_step};
    if (service.grid_step > service.fine_step) widths.push_back(service.grid_step);
    constexpr Duration hour = std::chrono::hours(1);
    if (service.grid_step < hour && hour % service.grid_step == Duration(0)) widths.push_back(hour);
    return widths;
}

std::map<ServiceId, StreamSettings> stream_settings(const std::vector<ServiceState*>& states,
                                                    Duration lateness_max) {
    std::map<ServiceId, StreamSettings> out;
    for (const ServiceState* const state : states) {
        if (const auto measured = measured_series(state->service()))
            out[*measured] = {.kind = MetricKind::gauge,
                              .sample_step = state->service().capacity.sample_step,
                              .widths = {state->service().grid_step},
                              .lateness_max = lateness_max};
        out[state->id()] = {.kind = state->service().metric_kind,
                            .sample_step = state->service().sample_step,
                            .widths = widths_of(state->service()),
                            .lateness_max = lateness_max};
    }
    return out;
}

std::string event_body(const BusinessEvent& event) {
    return json::serialize(json::object{{"id", event.id},
                                        {"type", event.type},
                                        {"name", event.name},
                                        {"start", format_timestamp(event.start)},
                                        {"end", format_timestamp(event.end)},
                                        {"expected_uplift", event.expected_uplift},
                                        {"cancelled", event.cancelled}});
}

}  // namespace

Pipeline::Pipeline(std::vector<Service> services, std::vector<Poller> pollers, PipelineParts parts,
                   PipelineSettings settings)
    : parts_(parts),
      settings_(settings),
      services_(make_states(std::move(services))),
      signals_(make_signals(services_)),
      learners_(all_of(services_, signals_)),
      fleet_guard_(settings_.fleet),
      pollers_(std::move(pollers)),
      producer_(parts_.bus),
      processor_(parts_.bus, stream_settings(learners_, settings_.lateness_max)),
      processed_(parts_.bus, topic::processed, "pipeline"),
      aggregated_(parts_.bus, topic::aggregated, "pipeline"),
      executor_(parts_.target, settings_.executor),
      training_(settings_.training) {}

Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::open(std::vector<Service> services,
                                                 std::vector<Poller> pollers, PipelineParts parts,
                                                 PipelineSettings settings) {
    std::unique_ptr<Pipeline> pipeline(
        new Pipeline(std::move(services), std::move(pollers), parts, settings));  // NOLINT: private
    std::vector<const Service*> called;
    for (const auto& state : pipeline->services_) called.push_back(&state->service());
    TRY(pipeline->decide_order_, callers_first(called));
    TRY(pipeline->recorder_, Recorder::open(parts.store, settings.gather_max));
    TRY_VOID(pipeline->open_models());
    TRY_VOID(pipeline->recover());
    for (ServiceState* const state : pipeline->learners_)
        state->time_members(settings.cost_clocks, settings.member_step_max);
    return pipeline;
}

ServiceState* Pipeline::find(std::string_view name) {
    const auto at = std::ranges::lower_bound(
        learners_, name, {},
        [](const ServiceState* state) -> std::string_view { return state->id().str(); });
    return at != learners_.end() && (*at)->id().str() == name ? *at : nullptr;
}

ServiceState* Pipeline::find_measured(std::string_view name) {
    ServiceState* const state = find(name.substr(0, name.find('/')));
    if (state == nullptr) return nullptr;
    const auto series = measured_series(state->service());
    return series && series->str() == name ? state : nullptr;
}

Result<void> Pipeline::accept_event(BusinessEvent event, Timestamp now) {
    if (!events_.put(event, now))
        return fail(Errc::unavailable,
                    "{} events are planned already, which is the most that are kept; cancel some",
                    EventBook::events_max);
    recorder_->audit(now, "event", event.id, event_body(event));
    Batch batch;
    batch.events.push_back(std::move(event));
    return recorder_->record(std::move(batch));
}

Result<void> Pipeline::close(Timestamp now) {
    Batch batch;
    for (ServiceState* const state : learners_) {
        if (turns_ == 0) continue;  // nothing was learned in this life
        checkpoint(*state, batch, newest_turn_);
        keep_state(*state, batch, newest_turn_);
    }
    recorder_->audit(now, "stop", "forescale", json::serialize(json::object{{"turns", turns_}}));
    TRY_VOID(recorder_->record(std::move(batch)));
    return recorder_->flush();
}

}  // namespace forescale
