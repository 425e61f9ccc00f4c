#include "pipeline/service_state.h"

#include "base/archive.h"
#include "decision/spending_outlook.h"
#include "prediction/event_uplift.h"

namespace forescale {
namespace {

constexpr std::uint32_t learned_version = 3;

/// Learned lead times are rounded up to whole fine steps: less is noise, and every change costs a
/// checkpoint.
Duration rounded_lead(Duration lead, Duration step) {
    return (lead + step - Duration(1)) / step * step;
}

/// What a checkpoint holds.
struct Learned {
    std::string forecaster;
    std::string lead_demand;
    ErrorPaths error_paths;
    Duration lead{0};
    ModelChoice models;
    KnownEvents events;
    template <class Archive>
    void fields(Archive& archive) {
        archive(forecaster, lead_demand, error_paths, lead, models.live, models.shadow, events);
    }
};

/// A decision that changes nothing is recorded this often, so that the record shows that somebody
/// looked.
constexpr Duration recorded_at_least_every = std::chrono::minutes(15);

/// Without data a decision now adds on the forecast and now holds: one state to a reader.
bool is_without_data(Reason reason) {
    const auto ground = ground_of(reason);
    return ground == Ground::forecast_fallback || ground == Ground::hold;
}

/// Did what decisions stand on change? That is news even when the size stays; which rule kept the
/// size is not.
bool is_news(Reason before, Reason now) {
    return is_without_data(before) != is_without_data(now) ||
           (!is_without_data(now) && ground_of(before) != ground_of(now));
}

bool is_headline(Duration horizon) {
    return std::ranges::find(headline_horizons, horizon) != headline_horizons.end();
}

}  // namespace

ServiceState::ServiceState(Service service)
    : service_(std::move(service)),
      forecaster_(service_),
      lead_(rounded_lead(service_.policy.lead_time, service_.fine_step)),
      lead_demand_(service_, lead_) {
    turn_.lead_time = LeadTimeEstimator(service_.policy.lead_time);
    service_.capacity.stated = service_.capacity_per_replica;
    turn_.capacity = CapacityWatch(service_.capacity);
}

void ServiceState::absorb(const Window& window, Batch& batch) {
    repeat_due(false);
    known_.absorbed();
    if (window.width == service_.fine_step) {
        lead_demand_.observe(without_events(window, forecaster_));
        const bool is_confirmed = forecaster_.observe_fine(window);
        if (service_.policy.accuracy_gate)
            turn_.gate.observe(service_, {.window = window,
                                          .served_max = served_limit(window),
                                          .is_confirmed = is_confirmed});
    }
    if (window.width == service_.grid_step) absorb_grid(window, batch);
    if (window.width == std::chrono::hours(1) && window.present())
        batch.hourly.push_back({service_.id, window});
}

void ServiceState::absorb_measured(const Window& window) {
    turn_.capacity.take_measured(service_.capacity, window);
}

void ServiceState::absorb_grid(const Window& window, Batch& batch) {
    if (service_.capacity.learns()) turn_.capacity.take_demand(service_.capacity, window);
    observe_grid(window);
    error_paths_.observe(window);
    if (forecaster_.forecast().empty()) return;
    error_paths_.follow(forecaster_.forecast());
    keep_path();
    for (const auto& score : forecaster_.matured()) {
        scores_.add(score);
        if (score.member == "ensemble")
            batch.outcomes.push_back({service_.id, score.origin, score.horizon, score.actual});
    }
    for (const auto& point : path_->points)
        if (is_headline(point.horizon))
            batch.predictions.push_back({.service = service_.id,
                                         .origin = path_->origin,
                                         .horizon = point.horizon,
                                         .quantiles = point.quantiles,
                                         .confidence = path_->confidence,
                                         .actual = std::nullopt});
}

void ServiceState::keep_path() {
    path_ = std::make_shared<const ForecastPath>(forecaster_.forecast());
    shortfall_ = first_shortfall(service_, *path_);
    medians_.clear();
    for (const auto& point : path_->points)
        if (point.horizon <= ErrorPaths::reach)
            medians_.push_back({path_->origin + point.horizon, point.quantiles[median_index]});
    scenarios_ = error_paths_.scenarios(*path_);
}

void ServiceState::observe_grid(const Window& window) {
    using std::chrono::nanoseconds;
    const auto spent = [&] { return clocks_.processor ? clocks_.processor() : nanoseconds(0); };
    const nanoseconds before = spent();
    forecaster_.observe(window, served_limit(window));
    if (forecaster_.forecast().origin != window.start) return;
    if (clocks_.wall) {
        const nanoseconds all = spent() - before;
        member_costs_ = forecaster_.member_costs();
        for (nanoseconds& cost : member_costs_) cost = std::min(cost, all);
        rest_slow_members();
    }
    for (const MemberRest& rest : turn_.member_rests)
        if (rest.after == window.start) forecaster_.rest(rest.member, rest.why);
}

void ServiceState::rest_slow_members() {
    const ForecastPath& path = forecaster_.forecast();
    for (auto& [member, why] : costs_.note(path.members, member_costs_, member_step_max_))
        turn_.member_rests.push_back(
            {.after = path.origin, .member = std::move(member), .why = std::move(why)});
}

void ServiceState::time_members(CostClocks clocks, Duration step_max) {
    forecaster_.time_members(clocks.wall);
    clocks_ = std::move(clocks);
    member_step_max_ = step_max;
}

void ServiceState::absorb(const Point& point) {
    if (!turn_.newest || point.at >= turn_.newest->at) turn_.newest = point;
    // A sample far beyond all that was confirmed is no demand yet: what was measured before it
    // counts until it has lasted, or is stale.
    if (point.state != SampleState::present || forecaster_.doubts(point)) return;
    if (!turn_.newest_present || point.at >= turn_.newest_present->at) turn_.newest_present = point;
}

std::optional<Point> ServiceState::measured(Timestamp now) const {
    if (turn_.newest_present &&
        now - turn_.newest_present->at - service_.sample_step <= stale_after(service_))
        return turn_.newest_present;
    return turn_.newest;
}

/// What the target was asked for last; nothing while it is not certain that a call took effect, or
/// what was there after one that failed. Before the first operation of this life, what is
/// remembered of the life before.
std::optional<AskedSize> ServiceState::asked() const {
    const auto& known = turn_.decision.asked;
    if (!newest_operation) return known;
    const bool is_newer = known && known->at > newest_operation->changed_at;
    if (is_newer && !is_open(newest_operation->state)) return known;
    const bool is_certain = newest_operation->state == OperationState::executing ||
                            newest_operation->state == OperationState::done;
    if (!is_certain) return std::nullopt;
    return AskedSize{newest_operation->changed_at, newest_operation->to};
}

DecisionInputs ServiceState::inputs(const Capacity& capacity, Timestamp now) const {
    DecisionInputs out;
    out.capacity = capacity;
    const auto newest = measured(now);
    out.newest =
        newest.value_or(Point{.at = Timestamp{}, .value = 0.0, .state = SampleState::missing});
    // A source that gives what is no number goes on being without data: its age is not that of its
    // newest answer.
    const auto& known = turn_.newest_present;
    out.newest_age = known ? now - known->at - service_.sample_step : now.time_since_epoch();
    out.lead_time = lead_;
    out.capacity_per_replica = service_.capacity_per_replica;
    if (service_.capacity.learns())
        out.capacity_evidence = turn_.capacity.evidence(service_.capacity);
    out.asked = asked();
    out.pauses = turn_.control.pauses();
    out.mode = mode();
    if (out.mode == Mode::approve) out.approval = turn_.control.approval();
    out.forecasts_harm = service_.policy.accuracy_gate && turn_.gate.forecasts_harm();
    if (path_) put_forecast(out);
    if (service_.policy.budget.is_set()) out.spending = spending(out);
    return out;
}

void ServiceState::put_forecast(DecisionInputs& out) const {
    out.lead_demand = lead_demand_.forecast(forecaster_.forecast());
    if (out.lead_demand)
        out.lead_demand = with_events(*out.lead_demand, service_.fine_step, forecaster_);
    out.path = medians_;
    out.scenarios = scenarios_;
    out.confidence = path_->confidence;
    out.members = path_->members;
}

std::optional<Spending> ServiceState::spending(const DecisionInputs& inputs) const {
    auto known = turn_.ledger.spending();
    if (!known) return std::nullopt;
    return with_outlook(*std::move(known), service_, inputs, path_.get(), turn_.ledger.seen_at());
}

bool ServiceState::worth_recording(const Decision& made) const {
    return (made.changes() && made.acts) || made.desired != turn_.recorded_desired ||
           is_news(turn_.recorded_reason, made.reason) ||
           made.at - turn_.recorded_at >= recorded_at_least_every;
}

void ServiceState::recorded(const Decision& made) {
    turn_.recorded_desired = made.desired;
    turn_.recorded_reason = made.reason;
    turn_.recorded_at = made.at;
}

SignalDemand ServiceState::signal_demand(const DecisionInputs& inputs) const {
    return {.name = service_.id.str().substr(service_.owner.str().size() + 1),
            .newest = inputs.newest,
            .newest_age = inputs.newest_age,
            .stale_after = stale_after(service_),
            .lead_demand = inputs.lead_demand,
            .path = inputs.path,
            .scenarios = inputs.scenarios,
            .confidence = inputs.confidence,
            .forecasts_harm = inputs.forecasts_harm,
            .capacity_per_replica = inputs.capacity_per_replica};
}

bool ServiceState::adopt_lead_time(Duration learned) {
    const auto lead = rounded_lead(learned, service_.fine_step);
    if (lead == lead_) return false;
    lead_ = lead;
    lead_demand_.set_lead(lead);
    return true;
}

/// Everything that reads the service sees it.
void ServiceState::adopt_capacity() {
    turn_.capacity.adopt(service_.capacity);
    service_.capacity_per_replica = turn_.capacity.in_use();
}

void ServiceState::resume(TurnState turn) {
    turn_ = std::move(turn);
    if (!service_.policy.accuracy_gate) turn_.gate = {};
    if (turn_.capacity.from() != service_.capacity.from)
        turn_.capacity = CapacityWatch(service_.capacity);
    if (!service_.capacity.learns()) return;
    adopt_capacity();
    if (path_) shortfall_ = first_shortfall(service_, *path_);
}

void ServiceState::use(const TrainedPair& models) {
    models_ = models.versions;
    forecaster_.adopt(models.live);
    forecaster_.shadow(models.shadow);
}

void ServiceState::know(const BusinessEvent& event) {
    auto change = known_.take(event, service_.scaled());
    if (!change) return;
    turn_.event_changes.push_back(*std::move(change));
    forecaster_.know(known_.all());
}

void ServiceState::see(const Capacity& capacity, Timestamp now) {
    if (service_.capacity.learns()) {
        turn_.capacity.see(capacity.ready, now);
        adopt_capacity();
    }
    const double limit =
        static_cast<double>(capacity.ready.value()) * service_.capacity_per_replica.value();
    auto& limits = turn_.served_limits;
    const bool is_same = !limits.empty() && std::abs(limits.back().second - limit) <= 1e-9 * limit;
    if (forecaster_.forecast().empty() || is_same) return;
    limits.emplace_back(forecaster_.forecast().origin, limit);
}

/// What could be served during the whole of the window; nothing where that is not known: the size
/// was seen to change meanwhile.
std::optional<double> ServiceState::served_limit(const Window& window) const {
    std::optional<double> limit;
    for (const auto& [after, value] : turn_.served_limits) {
        if (after >= window.start) break;
        limit = after + window.width < window.start ? std::optional(value) : std::nullopt;
    }
    return limit;
}

void ServiceState::repeat_due(bool all_left) {
    if (known_.repeat_due(all_left)) forecaster_.know(known_.all());
}

void ServiceState::repeated() {
    repeat_due(true);
    known_.repeat({});
}

std::string ServiceState::save_learned() const {
    Learned learned{.forecaster = forecaster_.save(),
                    .lead_demand = lead_demand_.save(),
                    .error_paths = error_paths_,
                    .lead = lead_,
                    .models = models_,
                    .events = known_};
    return save_state(learned, learned_version);
}

void ServiceState::checkpointed(Timestamp now) {
    turn_.checkpoint_at = now;
    turn_.event_changes.clear();
    turn_.member_rests.clear();
    auto& limits = turn_.served_limits;
    if (limits.size() > 1) limits.erase(limits.begin(), limits.end() - 1);
    known_.checkpointed(now);
}

Result<void> ServiceState::load_learned(std::string_view state, const ModelFinder& find) {
    Learned learned;
    TRY_VOID(load_state(learned, state, learned_version));
    lead_ = learned.lead;
    lead_demand_ = LeadDemandModel(service_, lead_);
    use({.versions = learned.models,
         .live = find(learned.models.live),
         .shadow = find(learned.models.shadow)});
    TRY_VOID(forecaster_.load(learned.forecaster));
    TRY_VOID(lead_demand_.load(learned.lead_demand));
    error_paths_ = std::move(learned.error_paths);
    known_ = std::move(learned.events);
    forecaster_.know(known_.all());
    if (!forecaster_.forecast().empty()) keep_path();
    return {};
}

}  // namespace forescale
