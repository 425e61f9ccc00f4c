#include "base/hash.h"
#include "simulation/worlds/checks.h"

#include <algorithm>
#include <cmath>

namespace forescale::worlds::checks {
namespace {

/// The hash that the documented bytes of an entry give, computed here from the document.
std::string documented_hash(const std::string& before, const AuditEntry& entry) {
    std::string bytes = "forescale-audit-v1\n" + before + "\n" + std::to_string(entry.sequence) +
                        "\n" + std::to_string(entry.at.time_since_epoch().count()) + "\n";
    for (const std::string* part : {&entry.kind, &entry.subject, &entry.body})
        bytes += std::to_string(part->size()) + ":" + *part + "\n";
    return sha256_hex(bytes);
}

bool names(const AuditEntry& entry, const std::string& id) {
    return entry.body.find("\"id\":\"" + id + "\"") != std::string::npos;
}

/// Entries of a kind, in what was written in this turn, that name the operation and hold `part`.
std::int64_t entries(const WorldTurn& turn, std::string_view kind, const std::string& id,
                     const std::string& part) {
    std::int64_t count = 0;
    for (const auto& batch : turn.record.written)
        count += std::ranges::count_if(batch.audit, [&](const AuditEntry& entry) {
            return entry.kind == kind && names(entry, id) &&
                   entry.body.find(part) != std::string::npos;
        });
    return count;
}

Finding has_entry(const WorldTurn& turn, const Operation& operation) {
    const std::string state = fmt::format("\"state\":\"{}\"", to_string(operation.state));
    if (entries(turn, "operation", operation.id, state) == 0)
        return fmt::format("operation {} is stored as {}, and the audit trail does not say so",
                           operation.id, to_string(operation.state));
    const bool is_new = operation.state == OperationState::intended && operation.attempts == 0;
    if (!is_new) return std::nullopt;
    const auto decided = entries(turn, "decision", operation.id, "");
    if (decided == 1) return std::nullopt;
    return fmt::format("operation {} has {} entries of its decision in the audit trail",
                       operation.id, decided);
}

bool is_demand(double value) {
    return std::isfinite(value) && value >= 0.0;
}

Finding of_prediction(const PredictionRow& row) {
    const bool good = std::ranges::all_of(row.quantiles, is_demand) &&
                      std::ranges::is_sorted(row.quantiles) && row.confidence >= 0.0 &&
                      row.confidence <= 1.0;
    if (good) return std::nullopt;
    return fmt::format("a prediction of {} at {} for {} is {} ... {} with confidence {}",
                       row.service, format_timestamp(row.origin), format_duration(row.horizon),
                       row.quantiles.front(), row.quantiles.back(), row.confidence);
}

}  // namespace

Finding audit_is_a_chain(const WorldTurn& turn) {
    const auto& head = turn.record.audit_head;
    std::string hash = head ? head->hash : std::string(64, '0');
    std::int64_t sequence = head ? head->sequence : 0;
    for (const auto& batch : turn.record.written)
        for (const auto& entry : batch.audit) {
            if (entry.sequence != ++sequence)
                return fmt::format("audit entry {} is stored after entry {}", entry.sequence,
                                   sequence - 1);
            hash = documented_hash(hash, entry);
            if (entry.hash != hash)
                return fmt::format("audit entry {} does not continue the chain", sequence);
        }
    return std::nullopt;
}

Finding audit_is_complete(const WorldTurn& turn) {
    for (const auto& batch : turn.record.written) {
        for (const auto& operation : batch.operations)
            if (auto finding = has_entry(turn, operation)) return finding;
        for (const auto& entry : batch.audit)
            if (entry.kind == "decision" && turn.record.audited_decisions.contains(entry.body))
                return fmt::format("a decision is in the audit trail twice: {}", entry.body);
    }
    return std::nullopt;
}

/// All services together give back no more than the share of the fleet as it was without that, or a
/// single replica. A size above its maximum is brought back whatever the others do.
Finding blast_radius(const WorldTurn& turn) {
    if (turn.plan.removal_max >= 1.0 || turn.life == nullptr) return std::nullopt;
    const Timestamp begin = turn.now - turn.plan.removal_window;
    int removed = 0;
    int fleet = 0;
    bool removes_now = false;
    for (const auto& [name, record] : turn.record.services) {
        for (auto size = record.sizes.rbegin(); size != record.sizes.rend(); ++size)
            if (size->at > begin && size->foreign) return std::nullopt;
        for (const Made& made : record.acted) {
            const bool forced = made.current > turn.plan.service(name).replicas_max;
            if (made.at <= begin || forced || made.desired >= made.current) continue;
            removed += made.current - made.desired;
            removes_now = removes_now || made.at == turn.now;
        }
        fleet += record.sizes.back().total;
    }
    const double most = std::max(turn.plan.removal_max * (fleet + removed), 1.0);
    if (!removes_now || removed <= most + 1e-9) return std::nullopt;
    return fmt::format("{} of {} replicas were given back within {}, at most {:.4g} may", removed,
                       fleet + removed, format_duration(turn.plan.removal_window), most);
}

Finding calls_are_in_bounds(const WorldTurn& turn) {
    for (const auto& [name, record] : turn.record.services) {
        const ServicePlan& plan = turn.plan.service(name);
        for (const Call& call : record.calls) {
            const int to = call.operation.to.value();
            const bool inside = to >= plan.replicas_min && to <= plan.replicas_max;
            if (!inside && !call.is_rollback())
                return fmt::format(
                    "{}: the target was asked for {} replicas, the bounds are {} "
                    "to {}",
                    name, to, plan.replicas_min, plan.replicas_max);
        }
    }
    return std::nullopt;
}

Finding recorded_before_applied(const WorldTurn& turn) {
    for (const auto& [name, record] : turn.record.services)
        for (const Call& call : record.calls) {
            const Operation& asked = call.operation;
            if (!call.stored)
                return fmt::format("{}: operation {} reached the target and is not in the store",
                                   name, asked.id);
            if (!is_open(call.stored->state))
                return fmt::format("{}: operation {} reached the target and is {} in the store",
                                   name, asked.id, to_string(call.stored->state));
            if (!call.is_rollback() && call.stored->to != asked.to)
                return fmt::format("{}: operation {} asks for {} replicas and is stored with {}",
                                   name, asked.id, asked.to.value(), call.stored->to.value());
        }
    return std::nullopt;
}

Finding one_operation_open(const WorldTurn& turn) {
    for (const auto& [name, record] : turn.record.services)
        if (record.open_max > 1)
            return fmt::format("{}: {} operations are open at once", name, record.open_max);
    return std::nullopt;
}

Finding unknown_size_is_left_alone(const WorldTurn& turn) {
    for (const auto& [name, record] : turn.record.services) {
        const bool seen =
            std::ranges::any_of(record.looks, [](const auto& look) { return look.has_value(); });
        if (!seen && !record.calls.empty())
            return fmt::format("{}: the target was called, and its size was not known", name);
    }
    return std::nullopt;
}

Finding numbers_of_record(const WorldTurn& turn) {
    for (const auto& batch : turn.record.written) {
        for (const auto& row : batch.predictions)
            if (auto finding = of_prediction(row)) return finding;
        for (const auto& row : batch.raw)
            if (!is_demand(row.point.value))
                return fmt::format("a sample of {} is stored as {}", row.service, row.point.value);
        for (const auto& row : batch.hourly)
            if (!is_demand(row.window.sum) || !is_demand(row.window.min) ||
                !is_demand(row.window.max) || row.window.min > row.window.max)
                return fmt::format("an hour of {} is stored as {} to {}", row.service,
                                   row.window.min, row.window.max);
    }
    return std::nullopt;
}

}  // namespace forescale::worlds::checks
