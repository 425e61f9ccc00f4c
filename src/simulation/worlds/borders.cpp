#include "simulation/worlds/borders.h"

#include "simulation/worlds/chance.h"

#include <algorithm>
#include <cmath>

namespace forescale::worlds {
namespace {

Error no_answer(std::string_view who) {
    return {Errc::unavailable, fmt::format("{} does not answer in this world", who)};
}

/// The id of the operation that a rollback takes back; the id itself otherwise.
std::string parent_of(const std::string& id) {
    return id.substr(0, id.find("-rollback-"));
}

/// Narrowest windows are kept open this long for what is late, beside the world's own lateness.
Duration fine_step(Duration sample_step) {
    Service service;
    set_steps(service, sample_step);
    return service.fine_step;
}

constexpr double demand_max = 1e100;  // beyond it a value is no number to Forescale
constexpr Duration ahead_max = std::chrono::minutes(5);  // and beyond this a sample no sample

}  // namespace

const Fault* Scene::active(std::string_view kind, const std::string& service) const {
    const Duration since = clock.now() - plan.begin();
    for (const auto& fault : plan.faults)
        if (fault.kind == kind && fault.concerns(service) && since >= fault.at &&
            since < fault.at + fault.lasts)
            return &fault;
    return nullptr;
}

bool Scene::strikes(std::string_view kind, const std::string& service, std::string_view whose,
                    std::int64_t number) const {
    const Fault* fault = active(kind, service);
    return fault != nullptr && chance(plan.seed, kind, whose, number) < fault->share;
}

bool FaultySource::is_away() const {
    return std::ranges::any_of(deliveries_, [&](const auto& fed) {
        return scene_.strikes("source_away", fed.first, name_,
                              scene_.clock.now().time_since_epoch().count());
    });
}

Result<std::vector<SampleBatch>> FaultySource::collect(Timestamp from, Timestamp to) {
    const bool away = is_away();
    scene_.record.source_fails[name_] = away;
    if (away) return std::unexpected(no_answer("the source"));
    std::vector<SampleBatch> out;
    for (const auto& [service, all] : deliveries_) {
        const auto after = [](Timestamp time, const Delivery& one) { return time < one.known; };
        const auto first = std::upper_bound(all->begin(), all->end(), from, after);
        const auto last = std::upper_bound(first, all->end(), to, after);
        if (first == last) continue;
        SampleBatch batch{.service = ServiceId(service), .points = {}};
        for (auto one = first; one != last; ++one) batch.points.push_back(one->point);
        note(service, batch.points, to);
        out.push_back(std::move(batch));
    }
    return out;
}

/// A counter's rate over a step is named by the step's start, one step before its newest reading.
void FaultySource::note(const std::string& service, const std::vector<Point>& points,
                        Timestamp to) {
    const SeriesName of = series_name(service);
    const ServicePlan& plan = scene_.plan.service(service);
    const bool counts = of.signal.empty() && plan.metric == "counter";
    const Duration fine = fine_step(plan.step);
    ServiceRecord& record = scene_.record.services[of.service];
    Given& given = of.signal.empty() ? record.demand : record.signals[of.signal];
    for (const Point& point : points) {
        const bool is_demand = point.state == SampleState::present && point.value >= 0.0 &&
                               point.value <= demand_max && point.at <= to + ahead_max;
        if (!is_demand) continue;
        const Timestamp at = counts ? point.at - plan.step : point.at;
        given.values[at].push_back(point.value);
        given.newest = std::max(given.newest.value_or(at), at);
        const bool in_time = to <= floor_to(at, fine) + fine + scene_.plan.lateness;
        if (in_time) given.newest_sure = std::max(given.newest_sure.value_or(at), at);
    }
}

Result<Capacity> FaultyTarget::observe(const ServiceId& service) {
    if (scene_.fuse.dead) return std::unexpected(no_answer("the target"));
    ServiceRecord& record = scene_.record.services[service.str()];
    const bool silent = scene_.strikes("target_silent", service.str(), service.str(),
                                       scene_.clock.now().time_since_epoch().count());
    auto seen = silent ? Result<Capacity>(std::unexpected(no_answer("the target")))
                       : behind_.observe(service);
    record.looks.push_back(seen ? std::optional(*seen) : std::nullopt);
    return seen;
}

Result<void> FaultyTarget::apply(const Operation& operation) {
    if (scene_.fuse.burns("before_apply")) return std::unexpected(no_answer("the target"));
    ServiceRecord& record = scene_.record.services[operation.service.str()];
    Call call{.operation = operation, .at = scene_.clock.now(), .took_effect = false, .stored = {}};
    const auto stored = record.operations.find(parent_of(operation.id));
    if (stored != record.operations.end()) call.stored = stored->second;
    const auto answer = reach(operation, call);
    record.calls.push_back(std::move(call));
    if (scene_.fuse.burns("after_apply")) return std::unexpected(no_answer("the target"));
    return answer;
}

Result<void> FaultyTarget::reach(const Operation& operation, Call& call) {
    const std::string& service = operation.service.str();
    const auto strikes = [&](std::string_view kind) {
        return scene_.strikes(kind, service, operation.id, operation.attempts);
    };
    if (scene_.active("target_silent", service) != nullptr || strikes("call_lost"))
        return std::unexpected(no_answer("the target"));
    if (scene_.strikes("target_refuses", service, operation.id, 0))
        return fail(Errc::invalid_argument, "the target refuses {} replicas of {}",
                    operation.to.value(), service);
    Operation reached = operation;
    if (const Fault* other = scene_.active("other_size", service))
        reached.to = Replicas(std::max(reached.to.value() - static_cast<int>(other->size), 0));
    const auto effects = [&] { return behind_.applied(operation.service).size(); };
    const auto before = effects();
    auto answer = behind_.apply(reached);
    call.took_effect = effects() != before;
    if (answer && strikes("answer_lost")) return std::unexpected(no_answer("the target"));
    return answer;
}

/// A store that is away neither reads nor writes.
Result<void> FaultyStore::answer() const {
    const auto now = scene_.clock.now().time_since_epoch().count();
    if (scene_.fuse.dead || scene_.strikes("store_away", "", "store", now))
        return std::unexpected(no_answer("the store"));
    return {};
}

Result<void> FaultyStore::write(const Batch& batch) {
    if (scene_.fuse.burns("before_write")) return std::unexpected(no_answer("the store"));
    auto answered = answer();
    scene_.record.store_fails = !answered;
    if (!answered) return answered;
    TRY_VOID(behind_.write(batch));
    note(batch);
    if (scene_.fuse.burns("after_write")) return std::unexpected(no_answer("the store"));
    return {};
}

void FaultyStore::note(const Batch& batch) {
    for (const auto& operation : batch.operations) {
        ServiceRecord& record = scene_.record.services[operation.service.str()];
        record.operations[operation.id] = operation;
    }
    for (auto& [service, record] : scene_.record.services) {
        const auto open = std::ranges::count_if(
            record.operations, [](const auto& one) { return is_open(one.second.state); });
        record.open_max = std::max(record.open_max, static_cast<int>(open));
    }
    // What is large and checked nowhere is not kept.
    scene_.record.written.push_back({.raw = batch.raw,
                                     .hourly = batch.hourly,
                                     .predictions = batch.predictions,
                                     .decisions = batch.decisions,
                                     .operations = batch.operations,
                                     .audit = batch.audit});
}

Result<std::int64_t> FaultyStore::expire(const Retention& retention, Timestamp now) {
    TRY_VOID(answer());
    return behind_.expire(retention, now);
}
Result<std::vector<RawRow>> FaultyStore::raw(const Span& turns) {
    TRY_VOID(answer());
    return behind_.raw(turns);
}
Result<std::vector<HourlyRow>> FaultyStore::hourly(const Span& starts) {
    TRY_VOID(answer());
    return behind_.hourly(starts);
}
Result<std::vector<PredictionRow>> FaultyStore::predictions(const Page& page) {
    TRY_VOID(answer());
    return behind_.predictions(page);
}
Result<std::vector<Decision>> FaultyStore::decisions(const Page& page) {
    TRY_VOID(answer());
    return behind_.decisions(page);
}
Result<Decision> FaultyStore::decision(const std::string& id) {
    TRY_VOID(answer());
    return behind_.decision(id);
}
Result<std::vector<Operation>> FaultyStore::operations(const Page& page) {
    TRY_VOID(answer());
    return behind_.operations(page);
}
Result<std::vector<Operation>> FaultyStore::open_operations() {
    TRY_VOID(answer());
    return behind_.open_operations();
}
Result<std::vector<Control>> FaultyStore::controls(std::int64_t after) {
    TRY_VOID(answer());
    return behind_.controls(after);
}
Result<std::vector<BusinessEvent>> FaultyStore::events(Timestamp since) {
    TRY_VOID(answer());
    return behind_.events(since);
}
Result<std::vector<PerformanceRow>> FaultyStore::performance(const Page& page) {
    TRY_VOID(answer());
    return behind_.performance(page);
}
Result<std::vector<AuditEntry>> FaultyStore::audit(std::int64_t first, std::size_t rows_max) {
    TRY_VOID(answer());
    return behind_.audit(first, rows_max);
}
Result<std::optional<AuditEntry>> FaultyStore::audit_head() {
    TRY_VOID(answer());
    return behind_.audit_head();
}
Result<std::optional<CheckpointRow>> FaultyStore::checkpoint(const ServiceId& service) {
    TRY_VOID(answer());
    return behind_.checkpoint(service);
}
Result<std::optional<TurnRow>> FaultyStore::turn(const ServiceId& service) {
    TRY_VOID(answer());
    return behind_.turn(service);
}

}  // namespace forescale::worlds
