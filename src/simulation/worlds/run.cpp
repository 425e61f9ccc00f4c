#include "simulation/worlds/run.h"

#include "base/assert.h"
#include "pipeline/pipeline.h"
#include "simulation/worlds/borders.h"
#include "simulation/worlds/invariants.h"
#include "storage/stores.h"

#include <algorithm>
#include <bit>
#include <filesystem>

#include <fmt/ranges.h>

namespace forescale::worlds {
namespace {

/// One life of the process: what dies with it.
struct Life {
    Life(Scene& scene, Store& store_behind, SimulatedTarget& provider)
        : store(scene, store_behind), target(scene, provider) {}
    FaultyStore store;
    FaultyTarget target;
    std::unique_ptr<Bus> bus;
    ScalingMetrics metrics;
    HealthChecker health;
    AlertManager alerts;
    ViewBoard board;
    std::unique_ptr<Pipeline> pipeline;

    [[nodiscard]] LifeView view() const { return {*pipeline, alerts, health}; }
};

/// Every bit that a decision was made of and that it says.
std::string line_of(const Decision& decision) {
    const auto& inputs = decision.inputs;
    std::vector<std::uint64_t> bits{std::bit_cast<std::uint64_t>(decision.demand_planned),
                                    std::bit_cast<std::uint64_t>(inputs.confidence),
                                    std::bit_cast<std::uint64_t>(inputs.newest.value)};
    if (inputs.lead_demand)
        for (const double value : inputs.lead_demand->quantiles)
            bits.push_back(std::bit_cast<std::uint64_t>(value));
    for (const SignalDemand& signal : inputs.signals) {
        bits.push_back(std::bit_cast<std::uint64_t>(signal.newest.value));
        bits.push_back(std::bit_cast<std::uint64_t>(signal.confidence));
        if (signal.lead_demand)
            for (const double value : signal.lead_demand->quantiles)
                bits.push_back(std::bit_cast<std::uint64_t>(value));
    }
    return fmt::format("{} {}+{} -> {} {} ({}) {:016x}", decision.id, inputs.capacity.ready.value(),
                       inputs.capacity.pending.value(), decision.desired.value(),
                       to_string(decision.reason), decision.sentence, fmt::join(bits, " "));
}

/// A world being lived.
class WorldRun {
public:
    WorldRun(const WorldPlan& plan, std::string folder, bool keeps_decisions)
        : plan_(plan),
          folder_(std::move(folder)),
          keeps_decisions_(keeps_decisions),
          clock_(plan.begin()) {
        for (const auto& service : plan_.services) {
            deliveries_[service.name] = deliveries(plan_, service);
            for (const auto& signal : service.signals) {
                const ServicePlan series = service.series(signal);
                deliveries_[series.name] = deliveries(plan_, series);
            }
            record_.services[service.name];
        }
    }

    Outcome run() {
        if (const auto opened = open_world(); !opened)
            fail_as("world_opens", opened.error().message);
        const Timestamp end = plan_.begin() + plan_.length;
        while (!outcome_.failure && next_turn() <= end) {
            clock_.advance_to(next_turn());
            live_turn();
        }
        if (!outcome_.failure) finish();
        outcome_.turns = record_.turns;
        outcome_.lives = record_.lives;
        return std::move(outcome_);
    }

private:
    Result<void> open_world();
    Result<void> open_database();
    [[nodiscard]] Timestamp next_turn() const;
    [[nodiscard]] const Fault* due(std::string_view kind, const std::string& service) const;
    void live_turn();
    void strike_fleet();
    void tell_events();
    void tell_controls();
    void tell_control(const ControlPlan& plan);
    void light_fuse();
    void start();
    void end_life();
    void note_turn();
    void check(bool after_turn);
    void check_service(const WorldTurn& turn, const ServiceState& state);
    void finish();
    void fail_as(std::string_view invariant, std::string what) {
        if (!outcome_.failure)
            outcome_.failure = Failure{.invariant = std::string(invariant),
                                       .what = std::move(what),
                                       .at = clock_.now() - plan_.begin()};
    }

    const WorldPlan& plan_;
    std::string folder_;
    bool keeps_decisions_;
    ManualClock clock_;
    WorldRecord record_;
    Scene scene_{plan_, clock_, record_};
    std::map<std::string, std::vector<Delivery>> deliveries_;
    std::unique_ptr<Store> database_;
    std::unique_ptr<SimulatedTarget> provider_;
    std::unique_ptr<Life> life_;
    Timestamp turned_at_ = plan_.begin();  ///< last turn, whether somebody lived then or not
    std::optional<Timestamp> down_until_;
    std::optional<Timestamp> stored_until_;  ///< the last turn that a life left in the store
    Outcome outcome_;
};

Result<void> WorldRun::open_world() {
    TRY_VOID(open_database());
    TRY(provider_, SimulatedTarget::open(plan_.target, "", clock_));
    for (auto& [name, record] : record_.services) {
        const auto seen = provider_->observe(ServiceId(name));
        record.sizes.push_back({.at = clock_.now(), .total = seen ? seen->total().value() : -1});
    }
    return {};
}

Result<void> WorldRun::open_database() {
    database_.reset();
    const bool in_file = plan_.store == "file";
    const std::string path = in_file ? folder_ + "/world.db" : ":memory:";
    if (in_file && record_.lives == 0)
        for (const char* end : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + end);
    TRY(database_, open_store({.path = path}, OpenMode::read_write));
    return {};
}

/// A jump of the clock makes one turn late.
Timestamp WorldRun::next_turn() const {
    Timestamp next = turned_at_ + plan_.turn;
    for (const auto& fault : plan_.faults) {
        const Timestamp at = plan_.begin() + fault.at;
        if (fault.kind == "clock_jump" && at > turned_at_ && at <= turned_at_ + plan_.turn)
            next += fault.lasts;
    }
    return next;
}

/// A fault of a single moment that falls between the turn before and this one.
const Fault* WorldRun::due(std::string_view kind, const std::string& service) const {
    for (const auto& fault : plan_.faults) {
        const Timestamp at = plan_.begin() + fault.at;
        if (fault.kind == kind && fault.concerns(service) && at > turned_at_ && at <= clock_.now())
            return &fault;
    }
    return nullptr;
}

void WorldRun::live_turn() {
    strike_fleet();
    if (!life_ && (!down_until_ || clock_.now() >= *down_until_)) start();
    if (life_ && !outcome_.failure) {
        tell_events();
        tell_controls();
        light_fuse();
        life_->pipeline->turn(clock_.now());
        note_turn();
        check(true);
        end_life();
    }
    turned_at_ = clock_.now();
}

/// What happens to replicas without anybody's asking.
void WorldRun::strike_fleet() {
    for (const auto& service : plan_.services) {
        const ServiceId id(service.name);
        if (const Fault* lost = due("replicas_lost", service.name)) {
            const auto seen = provider_->observe(id);
            const int left = seen ? seen->ready.value() - static_cast<int>(lost->size) : 0;
            if (seen) ASSERT(provider_->place(id, Replicas(std::max(left, 0))));
        }
        if (const Fault* placed = due("somebody_scales", service.name))
            ASSERT(provider_->place(id, Replicas(static_cast<int>(placed->size))));
    }
}

void WorldRun::tell_events() {
    for (const auto& plan : plan_.events) {
        const auto due = [&](Duration after) {
            const Timestamp at = plan_.begin() + after;
            return at > turned_at_ && at <= clock_.now();
        };
        const bool is_cancelled = plan.cancelled >= Duration(0) && due(plan.cancelled);
        if (!due(plan.known) && !is_cancelled) continue;
        BusinessEvent event;
        event.id = plan.id;
        event.type = "event";
        if (!plan.service.empty()) event.services = {ServiceId(plan.service)};
        event.start = plan_.begin() + plan.at;
        event.end = event.start + plan.lasts;
        event.expected_uplift = plan.uplift;
        event.cancelled = is_cancelled;
        // A store that is away refuses it, and whoever tells it would tell it again.
        std::ignore = life_->pipeline->accept_event(event, clock_.now());
    }
}

void WorldRun::tell_controls() {
    for (const auto& plan : plan_.controls) {
        const Timestamp at = plan_.begin() + plan.at;
        if (at > turned_at_ && at <= clock_.now()) tell_control(plan);
    }
}

void WorldRun::tell_control(const ControlPlan& plan) {
    const auto kind = parse_control_kind(plan.kind);
    const auto mode = parse_mode(plan.mode);
    const auto direction = parse_direction(plan.direction);
    ASSERT(kind && mode && direction);
    Asked asked{.control = {.sequence = 0,
                            .at = clock_.now(),
                            .service = ServiceId(plan.service),
                            .kind = *kind,
                            .by = "somebody",
                            .why = {},
                            .mode = std::nullopt,
                            .until = clock_.now() + plan.lasts,
                            .direction = *direction,
                            .proposal = {}}};
    if (*kind == ControlKind::mode) asked.control.mode = *mode;
    if (*kind == ControlKind::approve) {
        const auto& services = life_->pipeline->services();
        const auto state = std::ranges::find(services, asked.control.service,
                                             [](const auto& one) { return one->id(); });
        const auto& proposal = (*state)->turn().control.proposal();
        if (!proposal) return;
        asked.control.proposal = proposal->id;
        asked.approved = proposal->to.value();
        asked.approves_up = proposal->up();
    }
    asked.is_certain = life_->pipeline->accept_control(asked.control).has_value();
    record_.services[plan.service].asked.push_back(std::move(asked));
}

void WorldRun::light_fuse() {
    if (const Fault* kill = due("kill", ""); kill != nullptr && kill->where != "after")
        scene_.fuse.armed_for = kill->where;
}

void WorldRun::start() {
    scene_.fuse = {};
    record_.store_fails = false;  // a new process has asked nobody yet
    record_.source_fails.clear();
    if (plan_.store == "file" && record_.lives > 0)
        if (const auto opened = open_database(); !opened)
            return fail_as("starts", opened.error().message);
    auto life = std::make_unique<Life>(scene_, *database_, *provider_);
    life->bus = std::move(*make_bus("memory", {}));
    std::vector<Service> services;
    std::vector<Poller> pollers;
    std::map<std::string, const std::vector<Delivery>*> all;
    const auto add_source = [&](const std::string& name, auto fed) {
        pollers.emplace_back(name, std::make_unique<FaultySource>(scene_, name, std::move(fed)),
                             PollerSettings{.interval = plan_.turn}, plan_.begin() - plan_.history);
    };
    for (const auto& service : plan_.services) {
        auto made = service.service(plan_.begin());
        ASSERT(made.has_value());
        services.push_back(std::move(*made));
        std::map<std::string, const std::vector<Delivery>*> own{
            {service.name, &deliveries_[service.name]}};
        for (const auto& signal : service.signals) {
            const std::string series = service.series(signal).name;
            own[series] = &deliveries_[series];
        }
        all.insert(own.begin(), own.end());
        if (!plan_.one_source) add_source("source-" + service.name, std::move(own));
    }
    if (plan_.one_source) add_source("source", std::move(all));
    PipelineSettings settings;
    settings.checkpoint_interval = plan_.checkpoint;
    settings.lateness_max = plan_.lateness;
    settings.opened_at = clock_.now();
    settings.fleet = {.removal_max = plan_.removal_max, .window = plan_.removal_window};
    settings.executor = plan_.executor;
    settings.gather_max = plan_.gathers ? Duration(std::chrono::hours(24)) : Duration(0);
    settings.publishes_view = false;
    auto opened = Pipeline::open(std::move(services), std::move(pollers),
                                 {*life->bus, life->store, life->target, life->metrics,
                                  life->health, life->alerts, life->board},
                                 settings);
    // A store that is away lets nobody start; the process is started again until it is back.
    if (!opened && opened.error().code == Errc::unavailable) return;
    if (!opened) return fail_as("starts", opened.error().message);
    life->pipeline = std::move(*opened);
    life_ = std::move(life);
    ++record_.lives;
    stored_until_ = life_->pipeline->resumed_at();
    // What was not stored is not remembered: recommendations of turns that died with their process.
    for (auto& [name, record] : record_.services) {
        record.demand.newest_sure.reset();  // they are collected again
        for (auto& [signal, given] : record.signals) given.newest_sure.reset();
        std::erase_if(record.made,
                      [&](const Made& made) { return !stored_until_ || made.at > *stored_until_; });
    }
    check(false);
}

/// Between two turns, or in the middle of the one that has just been thrown away.
void WorldRun::end_life() {
    const Fault* kill = due("kill", "");
    const Fault* stop = due("stop", "");
    const bool killed = scene_.fuse.dead || (kill != nullptr && kill->where == "after");
    if (!killed && stop == nullptr) return;
    if (stop != nullptr && !killed) std::ignore = life_->pipeline->close(clock_.now());
    const Fault* reason = kill != nullptr ? kill : stop;
    life_.reset();
    scene_.fuse = {};
    down_until_ = clock_.now() + (reason != nullptr ? reason->lasts : Duration(0));
    check(false);
}

/// What the turn decided, and what the target has after it.
void WorldRun::note_turn() {
    ++record_.turns;
    for (const auto& state : life_->pipeline->services()) {
        const auto& decision = state->decision;
        if (!decision || decision->at != clock_.now()) continue;
        const auto wanted =
            std::ranges::find(decision->steps, std::string("stabilization"), &RuleStep::rule);
        const Made made{.at = decision->at,
                        .current = decision->inputs.capacity.total().value(),
                        .wanted = wanted == decision->steps.end() ? decision->desired.value()
                                                                  : wanted->before.value(),
                        .desired = decision->desired.value(),
                        .acts = decision->acts};
        auto& all = record_.services[state->id().str()].made;
        // As the HPA does: where nothing is remembered, the size that is found was wanted.
        if (all.empty()) all.push_back({made.at, made.current, made.current, made.current});
        all.push_back(made);
        if (keeps_decisions_) outcome_.decisions.push_back(line_of(*decision));
    }
}

void note_size(ServiceRecord& record, int total, Timestamp now) {
    const bool decided = !record.made.empty() && record.made.back().at == now;
    SizeAfter size{.at = now, .total = total};
    const auto seen_first = [&]() -> std::optional<int> {
        if (record.looks.empty()) return total;
        if (!record.looks.front()) return std::nullopt;
        return record.looks.front()->total().value();
    };
    const bool moved_before = seen_first() != record.sizes.back().total;
    const bool others_called = std::ranges::any_of(record.calls, [&](const Call& call) {
        return call.took_effect &&
               (!decided || call.is_rollback() || call.operation.intended_at != now ||
                call.operation.to.value() != total);
    });
    size.foreign = moved_before || others_called;
    const bool went_back = std::ranges::any_of(
        record.calls, [](const Call& call) { return call.is_rollback() && call.took_effect; });
    if (went_back && !record.acted.empty()) record.acted.pop_back();
    if (decided && !size.foreign && record.made.back().desired != record.made.back().current &&
        total == record.made.back().desired)
        if (record.acted.empty() || record.acted.back().at != now)
            record.acted.push_back(record.made.back());
    record.sizes.push_back(size);
}

/// Holds every invariant against what has happened since the last time, which is then
/// forgotten.
void WorldRun::check(bool after_turn) {
    for (auto& [name, record] : record_.services) {
        const auto seen = provider_->observe(ServiceId(name));
        if (seen) note_size(record, seen->total().value(), clock_.now());
    }
    const bool alive = life_ && !scene_.fuse.dead;
    const std::optional<LifeView> view = alive ? std::optional(life_->view()) : std::nullopt;
    const WorldTurn turn{
        .plan = plan_, .record = record_, .now = clock_.now(), .life = view ? &*view : nullptr};
    for (const auto& invariant : invariants())
        if (invariant.of_world != nullptr)
            if (auto finding = invariant.of_world(turn))
                fail_as(invariant.name, std::move(*finding));
    if (alive && after_turn)
        for (const auto& state : life_->pipeline->services()) check_service(turn, *state);
    for (auto& [name, record] : record_.services) {
        record.looks.clear();
        record.calls.clear();
        record.open_max = 0;
    }
    for (const auto& batch : record_.written)
        for (const auto& entry : batch.audit) {
            if (entry.kind == "decision") record_.audited_decisions.insert(entry.body);
            record_.audit_head = entry;
        }
    record_.written.clear();
}

void WorldRun::check_service(const WorldTurn& turn, const ServiceState& state) {
    const ServiceRecord& record = record_.services[state.id().str()];
    if (record.made.empty() || record.made.back().at != turn.now || !state.decision) return;
    const ServiceTurn of_service{.world = turn,
                                 .service = state.service(),
                                 .record = record,
                                 .made = record.made.back(),
                                 .decision = *state.decision};
    for (const auto& invariant : invariants())
        if (invariant.of_service != nullptr)
            if (auto finding = invariant.of_service(of_service))
                fail_as(invariant.name, fmt::format("{}: {}", state.id(), *finding));
}

void WorldRun::finish() {
    if (life_) {
        std::ignore = life_->pipeline->close(clock_.now());
        check(false);
    }
    life_.reset();
    const WorldEnd end{.plan = plan_,
                       .record = record_,
                       .now = clock_.now(),
                       .store = *database_,
                       .target = *provider_};
    for (const auto& invariant : invariants())
        if (invariant.at_end != nullptr)
            if (auto finding = invariant.at_end(end)) fail_as(invariant.name, std::move(*finding));
}

/// Deaths between two turns, after each of which the next turn follows as if nothing had been:
/// only then the decisions must be the same. A source that was away is asked at other times by
/// a process that does not know how long ago it failed.
bool deaths_change_nothing(const WorldPlan& plan) {
    const auto ends = [](const Fault& fault) { return fault.ends_process(); };
    const auto is_clean = [&](const Fault& fault) {
        if (!ends(fault)) return fault.kind != "source_away" && fault.kind != "store_away";
        return fault.lasts == Duration(0) && (fault.kind == "stop" || fault.where == "after");
    };
    return !plan.gathers && std::ranges::any_of(plan.faults, ends) &&
           std::ranges::all_of(plan.faults, is_clean);
}

}  // namespace

Outcome run_world(const WorldPlan& plan, const std::string& folder, bool keeps_decisions) {
    return WorldRun(plan, folder, keeps_decisions).run();
}

Outcome check_world(const WorldPlan& plan, const std::string& folder) {
    const bool compares = deaths_change_nothing(plan);
    auto outcome = run_world(plan, folder, compares);
    if (!compares || outcome.failure) return outcome;
    WorldPlan unbroken = plan;
    std::erase_if(unbroken.faults, [](const Fault& fault) { return fault.ends_process(); });
    const auto whole = run_world(unbroken, folder, true);
    const auto [with, without] = std::ranges::mismatch(outcome.decisions, whole.decisions);
    if (with == outcome.decisions.end() && without == whole.decisions.end()) return outcome;
    const auto text = [](auto at, const auto& all) {
        return at == all.end() ? std::string("nothing") : *at;
    };
    outcome.failure =
        Failure{.invariant = "restart_changes_nothing",
                .what = fmt::format("with deaths: {}; without: {}", text(with, outcome.decisions),
                                    text(without, whole.decisions)),
                .at = plan.turn * (with - outcome.decisions.begin()) /
                      static_cast<Duration::rep>(std::max<std::size_t>(plan.services.size(), 1))};
    return outcome;
}

}  // namespace forescale::worlds
