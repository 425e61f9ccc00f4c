#include "pipeline/conditions.h"

#include "base/log.h"

namespace forescale {
namespace {

void report(const PipelineParts& parts, const std::string& component, HealthState state,
            const std::string& detail, Timestamp now) {
    if (!parts.health.report(component, state, detail, now)) return;
    parts.metrics.up(component, state == HealthState::ok);
    if (state == HealthState::ok)
        log::info("component_ok", "at", now, "component", component);
    else
        log::warn("component_degraded", "at", now, "component", component, "state",
                  to_string(state), "detail", detail);
}

/// Raises the alert while `on`, clears it otherwise.
void signal(const PipelineParts& parts, bool on, Alert alert) {
    if (on)
        parts.alerts.raise(std::move(alert));
    else
        parts.alerts.clear(alert.name, alert.service);
}

/// What is wrong with a service's data and what that means for its decisions; empty: nothing.
struct DataState {
    std::string problem;
    bool holds = false;  ///< nothing stands in for the data any more
};

DataState data_of(const ServiceState& state) {
    if (!state.decision) return {.problem = "no decision yet: its size is not known"};
    if (!state.turn().newest) return {.problem = "no sample has arrived yet"};
    const auto& inputs = state.decision->inputs;
    const auto& policy = state.service().policy;
    const bool fresh = is_fresh(inputs.newest, inputs.newest_age, stale_after(state.service()));
    if (!fresh && inputs.lead_demand && inputs.newest_age <= policy.forecast_fallback_max)
        return {.problem =
                    "no fresh samples: the forecast may still add replicas, none is removed; look "
                    "at its collector"};
    if (!fresh)
        return {.problem = "no fresh samples: its size holds; look at its collector",
                .holds = true};
    if (!state.path()) return {.problem = "no forecast yet: reactive scaling"};
    for (const SignalDemand& signal : inputs.signals)
        if (!is_fresh(signal.newest, signal.newest_age, signal.stale_after))
            return {.problem = fmt::format("signal {} has no fresh samples: no replica is removed; "
                                           "look at its collector",
                                           signal.name)};
    return {};
}

/// Members that broke or were slow, by name, and that the others stand in for them; empty: none
/// did.
std::string members_at_rest(const ForecastPath& path) {
    std::string at_rest;
    for (const MemberView& member : path.members) {
        const std::string& why = member.asleep_because;
        if (!member.asleep || !(why.starts_with("broke") || why.starts_with("slow"))) continue;
        at_rest += fmt::format("{}{} {}", at_rest.empty() ? "" : "; ", member.name, why);
    }
    return at_rest.empty() ? at_rest : at_rest + ": put to sleep for a day, the others forecast on";
}

/// Demand that has to be served from now on: planned while the forecast is trusted, else as it is
/// measured; 0: neither is known.
double demand_now(const ServiceState& state) {
    const DecisionInputs& inputs = state.decision->inputs;
    if (trusts_forecast(state.service().policy, inputs)) return state.decision->demand_planned;
    const bool is_known = is_fresh(inputs.newest, inputs.newest_age, stale_after(state.service()));
    return is_known ? inputs.newest.value : 0.0;
}

/// What demand needs and may not have; empty: nothing. That of now comes first, then what the path
/// says of later, where it is trusted.
std::string short_of(const ServiceState& state, Timestamp now) {
    if (!state.decision) return {};
    const Service& service = state.service();
    const bool is_trusted = trusts_forecast(service.policy, state.decision->inputs);
    const double demand = demand_now(state);
    const Replicas most = most_at(service, now);
    if (replicas_for(Demand(demand), service.capacity_per_replica) > most)
        return fmt::format(
            "Demand of {} is {} at {:.6g}, more than {} replicas can serve; raise replicas_max, "
            "or the quota",
            state.id(), is_trusted ? "planned" : "measured", demand, most.value());
    if (!state.shortfall() || !is_trusted) return {};
    const Shortfall& later = *state.shortfall();
    return fmt::format(
        "Demand of {} may reach {:.6g} from {} on, which needs {} replicas where {} {}; raise it "
        "until then",
        state.id(), later.demand, format_timestamp(later.from), later.needed.value(),
        later.is_quota ? "the quota is" : "the maximum is", later.most.value());
}

/// A forecast that stands at the bound says so in one turn and not in the next: an alert that
/// comes and goes with it would be read by nobody.
void signal_shortage(const PipelineParts& parts, const ServiceState& state, Timestamp now) {
    constexpr Duration quiet = std::chrono::minutes(15);
    constexpr auto name = "demand_above_max";
    std::string shortage = short_of(state, now);
    if (shortage.empty()) return parts.alerts.clear_after(name, state.id().str(), now, quiet);
    parts.alerts.raise({.name = name,
                        .service = state.id().str(),
                        .severity = Severity::warning,
                        .summary = std::move(shortage),
                        .since = now});
}

/// Somebody else, told apart from a single helping hand by how often it happens within a day.
void signal_external_changes(const PipelineParts& parts, const ServiceState& state, Timestamp now) {
    constexpr std::size_t conflicts = 3;
    const auto& changes = state.turn().decision.external_changes;
    signal(
        parts, changes.size() >= conflicts,
        {.name = "external_changes",
         .service = state.id().str(),
         .severity = Severity::warning,
         .summary = fmt::format("Somebody else set the size of {} {} times within a day; let one "
                                "of the two scale it, or put it into mode observe",
                                state.id(), changes.size()),
         .since = now});
}

std::string money(double amount, const Spending& spending) {
    return fmt::format("{:.6g} {}", amount, spending.currency);
}

/// One sentence for each span of the budget that `says` something of.
template <class Says>
std::string of_spans(const Spending& spending, Says says) {
    std::string text;
    for (const auto& [span, name] :
         {std::pair(&spending.day, "day"), std::pair(&spending.month, "month")}) {
        const std::string said = span->limit > 0.0 ? says(*span, std::string_view(name)) : "";
        if (!said.empty()) text += (text.empty() ? "" : "; ") + said;
    }
    return text;
}

std::string_view then(WhenReached when) {
    switch (when) {
        case WhenReached::warn:
            return "nothing follows from it but this alert";
        case WhenReached::no_growth:
            return "only what the measured load needs is added until then";
        case WhenReached::least:
            return "only what the measured load needs is kept until then";
    }
    return "";
}

std::string reached_text(const Spending& spending, const Budget& budget) {
    return of_spans(spending, [&](const SpendingSpan& span, std::string_view name) {
        if (!span.is_reached()) return std::string();
        return fmt::format("{} of the {} that the {} until {} may cost are spent, and {}",
                           money(span.spent, spending), money(span.limit, spending), name,
                           format_timestamp(span.ends), then(budget.when_reached));
    });
}

std::string warning_text(const Spending& spending, const Budget& budget) {
    return of_spans(spending, [&](const SpendingSpan& span, std::string_view name) {
        if (span.is_reached() || span.spent < budget.warn_at * span.limit) return std::string();
        return fmt::format("{} of the {} that the {} until {} may cost are spent",
                           money(span.spent, spending), money(span.limit, spending), name,
                           format_timestamp(span.ends));
    });
}

std::string exhaustion_text(const Spending& spending) {
    return of_spans(spending, [&](const SpendingSpan& span, std::string_view name) {
        if (!span.exhausted_at) return std::string();
        return fmt::format(
            "the {} that the {} until {} may cost will be spent at {}, and {} by its end; raise "
            "the budget, or lower what is asked for",
            money(span.limit, spending), name, format_timestamp(span.ends),
            format_timestamp(*span.exhausted_at), money(span.expected, spending));
    });
}

/// Where the money of a service stands; all of it is cleared where there is no budget.
void signal_budget(const PipelineParts& parts, const ServiceState& state, Timestamp now) {
    const Budget& budget = state.service().policy.budget;
    const std::optional<Spending> spending =
        state.decision ? state.decision->inputs.spending : std::nullopt;
    const auto tell = [&](std::string name, Severity severity, const std::string& text) {
        signal(parts, !text.empty(),
               {.name = std::move(name),
                .service = state.id().str(),
                .severity = severity,
                .summary = fmt::format("Budget of {}: {}", state.id(), text),
                .since = now});
    };
    const bool acts = budget.when_reached != WhenReached::warn;
    tell("budget_reached", acts ? Severity::critical : Severity::warning,
         spending ? reached_text(*spending, budget) : "");
    tell("budget_warning", Severity::warning, spending ? warning_text(*spending, budget) : "");
    tell("budget_exhaustion_expected", Severity::warning,
         spending ? exhaustion_text(*spending) : "");
}

void signal_gate(const PipelineParts& parts, const ServiceState& state, Timestamp now) {
    const auto& gate = state.turn().gate;
    const bool harms = state.service().policy.accuracy_gate && gate.forecasts_harm();
    const std::string detail =
        harms ? fmt::format(
                    "forecasts cost {:.2f} of what reacting costs when they were left out "
                    "of decisions at {}; they come back by the same measure",
                    gate.ratio_then(), format_timestamp(gate.since().value_or(now)))
              : "";
    report(parts, "accuracy/" + state.id().str(), harms ? HealthState::degraded : HealthState::ok,
           detail, now);
    signal(parts, harms,
           {.name = "forecasts_harm",
            .service = state.id().str(),
            .severity = Severity::warning,
            .summary = harms ? fmt::format("{} is scaled by its measured load alone: {}",
                                           state.id(), detail)
                             : "",
            .since = now});
}

/// What a person may want to do about a decision that is not carried out by itself.
void signal_mode(const PipelineParts& parts, const ServiceState& state, Timestamp now) {
    const auto& decision = state.decision;
    const bool recommends =
        decision && decision->inputs.mode == Mode::recommend && decision->changes();
    signal(parts, recommends,
           {.name = "recommendation",
            .service = state.id().str(),
            .severity = Severity::info,
            .summary = recommends ? decision->sentence : "",
            .since = now});
    const auto& proposal = state.turn().control.proposal();
    signal(parts, proposal.has_value(),
           {.name = "approval_pending",
            .service = state.id().str(),
            .severity = proposal && proposal->up() ? Severity::warning : Severity::info,
            .summary = proposal
                           ? fmt::format("Approve or reject it until {}: {}",
                                         format_timestamp(proposal->expires_at), proposal->sentence)
                           : "",
            .since = now});
}

/// How samples came in and what is forecast from them.
void note_learner(const PipelineParts& parts, const ServiceState& state, const StreamCounts& counts,
                  Timestamp now) {
    note_counts(parts.metrics, state.id(), counts);
    if (state.path()) {
        const std::string at_rest = members_at_rest(*state.path());
        report(parts, "forecast/" + state.id().str(),
               at_rest.empty() ? HealthState::ok : HealthState::degraded, at_rest, now);
    }
    if (state.path())
        parts.metrics.forecast_made(state.id(), state.path()->confidence,
                                    now - state.path()->origin);
    const auto noticed = state.forecaster().noticed();
    parts.metrics.noticed(state.id(), {.level_shifts = noticed.level_shifts,
                                       .incidents = noticed.incidents,
                                       .clipped_steps = noticed.clipped_steps,
                                       .disbelieved_steps = noticed.disbelieved_steps,
                                       .in_doubt = noticed.in_doubt});
}

/// What serves goes on serving; the next training is tried when it is due.
void report_training_problem(const PipelineParts& parts, bool good, const std::string& detail,
                             Timestamp now) {
    report(parts, "training", good ? HealthState::ok : HealthState::degraded, detail, now);
    signal(parts, !good,
           {.name = "training_failed",
            .service = "",
            .severity = Severity::warning,
            .summary = fmt::format("The newest training made nothing, and the models that serve "
                                   "stay: {}",
                                   detail),
            .since = now});
}

}  // namespace

void note_poll(const PipelineParts& parts, const std::string& collector, const PollResult& result,
               Timestamp now) {
    parts.metrics.collected(collector, result.ok(), result.points, result.took);
    if (result.rejected.count > 0)
        log::warn("rows_rejected", "collector", collector, "count", result.rejected.count, "first",
                  result.rejected.first);
    auto detail = result.error ? result.error->message : std::string();
    if (result.slow)
        detail += fmt::format("; slow: one call took {}", format_duration(result.took));
    const bool good = result.ok() && !result.slow;
    report(parts, "collector/" + collector, good ? HealthState::ok : HealthState::degraded, detail,
           now);
    signal(parts, !result.ok(),
           {.name = "collector_failing",
            .service = collector,
            .severity = Severity::warning,
            .summary = fmt::format("Collector {} gives no samples: {}", collector, detail),
            .since = now});
}

void note_stream(const PipelineParts& parts, const Result<void>& result, Timestamp now) {
    report(parts, "streaming", result ? HealthState::ok : HealthState::degraded,
           result ? "" : result.error().message, now);
}

void note_target(const PipelineParts& parts, const ServiceId& service, const Result<Capacity>& seen,
                 Timestamp now) {
    report(parts, "target/" + service.str(), seen ? HealthState::ok : HealthState::failed,
           seen ? "" : seen.error().message, now);
    signal(parts, !seen,
           {.name = "target_unreachable",
            .service = service.str(),
            .severity = Severity::critical,
            .summary = seen ? ""
                            : fmt::format("The size of {} is not known, so it holds: {}", service,
                                          seen.error().message),
            .since = now});
}

void note_store(const PipelineParts& parts, const Result<void>& stored, std::size_t waiting,
                Timestamp now) {
    report(parts, "store", stored ? HealthState::ok : HealthState::failed,
           stored ? ""
                  : fmt::format(
                        "{}; {} turns wait in memory and nothing is scaled until they are stored",
                        stored.error().message, waiting),
           now);
    signal(parts, !stored,
           {.name = "store_unavailable",
            .service = "",
            .severity = Severity::critical,
            .summary = stored ? ""
                              : fmt::format("Nothing is scaled: turns cannot be recorded: {}",
                                            stored.error().message),
            .since = now});
}

void note_refused(const PipelineParts& parts, const Decision& decision, const Error& error,
                  Timestamp now) {
    log::warn("operation_refused", "service", decision.service, "decision", decision.id, "error",
              error.message);
    parts.alerts.raise(
        {.name = "operation_refused",
         .service = decision.service.str(),
         .severity = Severity::warning,
         .summary = fmt::format("{} was not scaled: {}", decision.service, error.message),
         .since = now});
}

void note_operation_state(const PipelineParts& parts, const Operation& operation, Timestamp now) {
    const bool bad =
        operation.state == OperationState::failed || operation.state == OperationState::rolled_back;
    if (bad)
        log::error("operation_ended_badly", "service", operation.service, "operation", operation.id,
                   "state", to_string(operation.state), "detail", operation.detail);
    if (operation.state == OperationState::done || operation.state == OperationState::executing ||
        operation.state == OperationState::withdrawn)
        parts.alerts.clear("operation_refused", operation.service.str());
    if (!bad && operation.state != OperationState::done) return;
    signal(parts, bad,
           {.name = "operation_failed",
            .service = operation.service.str(),
            .severity = Severity::critical,
            .summary = fmt::format("Scaling {} from {} to {} ended as {}: {}", operation.service,
                                   operation.from.value(), operation.to.value(),
                                   to_string(operation.state), operation.detail),
            .since = now});
}

void note_service(const PipelineParts& parts, const ServiceState& state, const StreamCounts& counts,
                  Timestamp now) {
    // Missing data degrade one service; the process itself is sound, and restarting it would help
    // nobody.
    const auto data = data_of(state);
    report(parts, "service/" + state.id().str(),
           data.problem.empty() ? HealthState::ok : HealthState::degraded, data.problem, now);
    signal(parts, data.holds,
           {.name = "samples_missing",
            .service = state.id().str(),
            .severity = Severity::critical,
            .summary = data.problem,
            .since = now});
    signal_shortage(parts, state, now);
    signal_external_changes(parts, state, now);
    signal_mode(parts, state, now);
    signal_gate(parts, state, now);
    signal_budget(parts, state, now);
    note_spending(parts.metrics, state);
    note_learner(parts, state, counts, now);
    parts.metrics.lead_time(state.id(), state.turn().lead_time.lead_time(),
                            state.turn().lead_time.learned());
}

void note_signal(const PipelineParts& parts, const ServiceState& state, const StreamCounts& counts,
                 Timestamp now) {
    signal_gate(parts, state, now);
    note_learner(parts, state, counts, now);
}

void note_training(const PipelineParts& parts, const TrainingReport& report, Timestamp now) {
    if (!report.ended && !report.refused) return;
    using Outcome = TrainingEnd::Outcome;
    const bool ended_well = report.ended && report.ended->outcome != Outcome::failed;
    const bool good = ended_well && !report.refused;
    std::string detail = report.refused ? report.refused->message : "";
    if (detail.empty() && !good) detail = report.ended->detail;
    if (report.ended) parts.metrics.training_ended(good, report.ended->took);
    if (good) log::info("training_ended", "detail", report.ended->detail);
    report_training_problem(parts, good, detail, now);
}

void note_scores(ScalingMetrics& metrics, const ServiceState& state) {
    for (const auto& score : state.forecaster().matured())
        if (score.member == "ensemble")
            metrics.forecast_scored(state.id(), score.horizon,
                                    std::abs(score.forecast - score.actual), score.actual,
                                    score.inside_90);
}

void note_costs(ScalingMetrics& metrics, const ServiceState& state) {
    if (!state.path() || state.member_costs().size() != state.path()->members.size()) return;
    for (std::size_t m = 0; m < state.member_costs().size(); ++m)
        metrics.member_took(state.path()->members[m].name, state.member_costs()[m]);
}

void note_spending(ScalingMetrics& metrics, const ServiceState& state) {
    const bool has_budget = state.decision && state.decision->inputs.spending;
    const auto spending =
        has_budget ? state.decision->inputs.spending : state.turn().ledger.spending();
    if (spending) metrics.spent(state.id(), *spending);
}

void note_counts(ScalingMetrics& metrics, const ServiceId& service, const StreamCounts& counts) {
    const auto total = [&](std::string_view outcome, std::int64_t n) {
        metrics.stream_points(service, outcome, static_cast<double>(n));
    };
    total("accepted", counts.accepted);
    total("duplicate", counts.duplicate);
    total("conflicting", counts.conflicting);
    total("late", counts.late);
    total("future", counts.future);
    total("not_a_number", counts.not_a_number);
    total("negative", counts.negative);
    total("counter_reset", counts.counter_resets);
    total("counter_gap", counts.counter_gaps);
    total("overflow", counts.overflow);
}

}  // namespace forescale
