#include "execution/simulated/simulated_target.h"

#include "base/archive.h"
#include "base/hash.h"
#include "base/rng.h"

namespace forescale {
namespace {

using simulated::Applied;
using simulated::Fleet;
using simulated::Pending;

constexpr double ms_per_hour = 3'600'000.0;

/// What one record of the journal holds: the service as it is from then on, and what is new since
/// the record before.
struct Record {
    ServiceId service;
    Fleet fleet;
    std::vector<Applied> applied;

    template <class Archive>
    void fields(Archive& archive) {
        archive(service, fleet, applied);
    }
};

std::string bytes_of(Record& record) {
    ArchiveWriter writer;
    writer(record);
    return writer.take();
}

std::uint64_t seed_of(std::int64_t seed, std::string_view what, std::string_view key,
                      std::int64_t number) {
    return fnv1a(fmt::format("{}/{}/{}/{}", seed, what, number, key));
}

Result<void> check_share(std::string_view name, double value) {
    if (value >= 0.0 && value <= 1.0) return {};
    return fail(Errc::invalid_argument, "simulated target: {} is {}; it is a share, 0 to 1", name,
                value);
}

Result<void> check(const SimulatedTargetSettings& settings) {
    TRY_VOID(check_share("lead_time_jitter", settings.lead_time_jitter));
    TRY_VOID(check_share("failure_rate", settings.failure_rate));
    TRY_VOID(check_share("refuse_rate", settings.refuse_rate));
    TRY_VOID(check_share("partial_rate", settings.partial_rate));
    TRY_VOID(check_share("observe_failure_rate", settings.observe_failure_rate));
    if (settings.lead_time < Duration(0))
        return fail(Errc::invalid_argument, "simulated target: lead_time is {} ms; it is 0 or more",
                    settings.lead_time.count());
    if (settings.replicas_initial < 0 || settings.replicas_initial > SimulatedTarget::replicas_max)
        return fail(Errc::invalid_argument,
                    "simulated target: replicas_initial is {}; it is 0 to {}",
                    settings.replicas_initial, SimulatedTarget::replicas_max);
    return {};
}

Capacity capacity_of(const Fleet& fleet, Timestamp now) {
    return {.ready = Replicas(fleet.ready),
            .pending = Replicas(static_cast<int>(fleet.pending.size())),
            .seen_at = now};
}

/// Pending ones first, newest first, then ready ones.
void remove(Fleet& fleet, int count) {
    const auto cancelled = std::min(static_cast<std::size_t>(count), fleet.pending.size());
    fleet.pending.resize(fleet.pending.size() - cancelled);
    fleet.ready -= count - static_cast<int>(cancelled);
}

}  // namespace

void SimulatedTargetSettings::describe(config::Fields& f) {
    f.field("lead_time", lead_time,
            {.min = 0, .max = 86400, .help = "Time from asking for a replica to its being ready"});
    f.field("lead_time_jitter", lead_time_jitter,
            {.min = 0,
             .max = 1,
             .help = "Share by which the lead time of each replica differs at most, up and down"});
    f.field("seed", seed,
            {.help = "Faults and jitter are a function of this number and of the operation"});
    f.field("failure_rate", failure_rate,
            {.min = 0,
             .max = 1,
             .help = "Share of calls that are answered with 'unavailable', half of them after they "
                     "took effect"});
    f.field("refuse_rate", refuse_rate,
            {.min = 0, .max = 1, .help = "Share of operations that are refused for good"});
    f.field("partial_rate", partial_rate,
            {.min = 0,
             .max = 1,
             .help = "Share of scale-ups of which some replicas never become ready"});
    f.field("observe_failure_rate", observe_failure_rate,
            {.min = 0, .max = 1, .help = "Share of looks at the size that are not answered"});
    f.field("replicas_initial", replicas_initial,
            {.unit = "replicas",
             .min = 0,
             .max = static_cast<double>(SimulatedTarget::replicas_max),
             .help = "Ready replicas of a service that is seen for the first time"});
}

Result<std::unique_ptr<SimulatedTarget>> SimulatedTarget::open(
    const SimulatedTargetSettings& settings, const std::string& journal, const Clock& clock) {
    TRY_VOID(check(settings));
    std::unique_ptr<SimulatedTarget> target(
        new SimulatedTarget(settings, clock));  // NOLINT: private constructor
    if (!journal.empty()) TRY_VOID(target->read_journal(journal));
    return target;
}

Result<void> SimulatedTarget::read_journal(const std::string& path) {
    TRY(auto journal, simulated::Journal::open(
                          path, [this](std::string_view record) { return restore(record); }));
    journal_.emplace(std::move(journal));
    if (journal_->bytes() > journal_bytes_compact) return compact();
    return {};
}

Result<void> SimulatedTarget::restore(std::string_view bytes) {
    Record record;
    ArchiveReader reader(bytes);
    reader(record);
    if (reader.failed() || !reader.at_end())
        return fail(
            Errc::corrupt,
            "a record of the simulated target's journal does not have the shape of this version");
    auto& known = entries_[record.service];
    known.fleet = std::move(record.fleet);
    for (auto& applied : record.applied) remember(known, std::move(applied));
    return {};
}

Result<void> SimulatedTarget::compact() {
    std::vector<std::string> records;
    records.reserve(entries_.size());
    for (const auto& [service, known] : entries_) {
        Record record{.service = service, .fleet = known.fleet, .applied = known.applied};
        records.push_back(bytes_of(record));
    }
    return journal_->replace(records);
}

Result<Capacity> SimulatedTarget::observe(const ServiceId& service) {
    const auto now = clock_.now();
    if (settings_.observe_failure_rate > 0.0 &&
        draw("observe", service.str(), now.time_since_epoch().count()) <
            settings_.observe_failure_rate)
        return fail(Errc::unavailable,
                    "simulated target: no answer about the size of {}; look again", service);
    return capacity_of(entry(service).fleet, now);
}

Result<void> SimulatedTarget::apply(const Operation& operation) {
    if (operation.to < Replicas(0) || operation.to.value() > replicas_max)
        return fail(Errc::invalid_argument,
                    "simulated target: {} replicas of {} asked for; it runs 0 to {}",
                    operation.to.value(), operation.service, replicas_max);
    auto& known = entry(operation.service);
    if (auto* before = find(known, operation.id)) return apply_again(*before, operation);
    if (draw("refuse", operation.id, 0) < settings_.refuse_rate)
        return fail(Errc::invalid_argument,
                    "simulated target: {} replicas of {} refused, as its refuse_rate asks for",
                    operation.to.value(), operation.service);
    const auto fault = fault_of(operation);
    if (fault != Fault::before) TRY_VOID(take(known, operation));
    if (fault == Fault::none) return {};
    return fail(Errc::unavailable,
                "simulated target: no answer to call {} for {} replicas of {}; ask again",
                operation.attempts, operation.to.value(), operation.service);
}

/// Nothing changes any more; only the answer can get lost again.
Result<void> SimulatedTarget::apply_again(Applied& before, const Operation& operation) {
    if (before.to != operation.to)
        return fail(Errc::conflict,
                    "simulated target: operation {} asked for {} replicas before and asks for {} "
                    "now; an id stands for one size",
                    operation.id, before.to.value(), operation.to.value());
    ++before.asked;
    if (fault_of(operation) == Fault::none) return {};
    return fail(Errc::unavailable,
                "simulated target: no answer to call {} for {} replicas of {}; ask again",
                operation.attempts, operation.to.value(), operation.service);
}

Result<void> SimulatedTarget::take(Entry& known, const Operation& operation) {
    auto fleet = known.fleet;
    resize(fleet, operation);
    return commit(operation.service, known, std::move(fleet),
                  Applied{.id = operation.id, .to = operation.to, .at = clock_.now()});
}

Result<void> SimulatedTarget::place(const ServiceId& service, Replicas ready) {
    if (ready < Replicas(0) || ready.value() > replicas_max)
        return fail(Errc::invalid_argument, "simulated target: cannot place {} replicas of {}",
                    ready.value(), service);
    auto& known = entry(service);
    auto fleet = known.fleet;
    fleet.pending.clear();
    fleet.ready = ready.value();
    return commit(service, known, std::move(fleet), std::nullopt);
}

/// Written first, believed second: when the journal fails, nothing has happened.
Result<void> SimulatedTarget::commit(const ServiceId& service, Entry& known, Fleet fleet,
                                     std::optional<Applied> applied) {
    if (journal_) {
        Record record{.service = service, .fleet = fleet, .applied = {}};
        if (applied) record.applied.push_back(*applied);
        TRY_VOID(journal_->append(bytes_of(record)));
    }
    known.fleet = std::move(fleet);
    if (applied) remember(known, std::move(*applied));
    return {};
}

void SimulatedTarget::remember(Entry& known, Applied applied) const {
    if (known.applied.size() >= applied_max) {
        constexpr auto dropped = static_cast<std::ptrdiff_t>(applied_max / 4);
        known.applied.erase(known.applied.begin(), known.applied.begin() + dropped);
        known.keys.erase(known.keys.begin(), known.keys.begin() + dropped);
    }
    known.keys.push_back(fnv1a(applied.id));
    known.applied.push_back(std::move(applied));
}

Applied* SimulatedTarget::find(Entry& known, const std::string& id) {
    const auto key = fnv1a(id);
    for (std::size_t i = known.keys.size(); i-- > 0;)
        if (known.keys[i] == key && known.applied[i].id == id) return &known.applied[i];
    return nullptr;
}

void SimulatedTarget::resize(Fleet& fleet, const Operation& operation) const {
    const int change = operation.to.value() - fleet.total();
    if (change < 0)
        remove(fleet, -change);
    else
        ask(fleet, change, operation.id);
    settle(fleet);  // a lead time of 0 is ready at once
}

void SimulatedTarget::ask(Fleet& fleet, int count, const std::string& id) const {
    const auto now = clock_.now();
    int alive = count;
    if (draw("partial", id, 0) < settings_.partial_rate)
        alive = static_cast<int>(draw("partial_share", id, 0) * static_cast<double>(count));
    Rng rng(seed_of(settings_.seed, "lead", id, 0));
    for (int i = 0; i < count; ++i) {
        const double factor = 1.0 + settings_.lead_time_jitter * (2.0 * rng.uniform() - 1.0);
        const auto lead = static_cast<Duration::rep>(
            std::llround(static_cast<double>(settings_.lead_time.count()) * factor));
        fleet.pending.push_back(
            {.asked_at = now, .ready_at = i < alive ? now + Duration(lead) : Timestamp::max()});
    }
}

SimulatedTarget::Entry& SimulatedTarget::entry(const ServiceId& service) {
    auto [found, is_new] = entries_.try_emplace(service);
    if (is_new) {
        found->second.fleet.ready = static_cast<int>(settings_.replicas_initial);
        found->second.fleet.billed_to = clock_.now();
    }
    settle(found->second.fleet);
    return found->second;
}

/// Brings a fleet to now: what it cost, and who has become ready. A clock that was set back costs
/// nothing.
void SimulatedTarget::settle(Fleet& fleet) const {
    const auto now = clock_.now();
    if (now > fleet.billed_to) {
        fleet.billed_ms += (now - fleet.billed_to).count() * fleet.total();
        fleet.billed_to = now;
    }
    if (fleet.pending.empty()) return;
    fleet.ready += static_cast<int>(
        std::erase_if(fleet.pending, [now](const Pending& one) { return one.ready_at <= now; }));
}

SimulatedTarget::Fault SimulatedTarget::fault_of(const Operation& operation) const {
    if (draw("fail", operation.id, operation.attempts) >= settings_.failure_rate)
        return Fault::none;
    return draw("fail_after", operation.id, operation.attempts) < 0.5 ? Fault::before
                                                                      : Fault::after;
}

double SimulatedTarget::draw(std::string_view what, std::string_view key,
                             std::int64_t number) const {
    return Rng(seed_of(settings_.seed, what, key, number)).uniform();
}

std::vector<Applied> SimulatedTarget::applied(const ServiceId& service) const {
    const auto found = entries_.find(service);
    return found == entries_.end() ? std::vector<Applied>{} : found->second.applied;
}

double SimulatedTarget::replica_hours(const ServiceId& service) {
    return static_cast<double>(entry(service).fleet.billed_ms) / ms_per_hour;
}

double SimulatedTarget::replica_hours() {
    std::int64_t billed_ms = 0;
    for (auto& [service, known] : entries_) {
        settle(known.fleet);
        billed_ms += known.fleet.billed_ms;
    }
    return static_cast<double>(billed_ms) / ms_per_hour;
}

std::vector<ServiceId> SimulatedTarget::services() const {
    std::vector<ServiceId> all;
    all.reserve(entries_.size());
    for (const auto& [service, known] : entries_) all.push_back(service);
    return all;
}

}  // namespace forescale
