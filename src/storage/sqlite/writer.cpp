#include "storage/sqlite/writer.h"

#include "storage/decision_json.h"
#include "storage/json_text.h"

namespace forescale::sqlite {
namespace {

/// Where one raw row belongs in the table: sorted, the rows of a turn are appended, not inserted
/// here and there.
struct RawPlace {
    Timestamp turn;
    std::int64_t service;
    const Point* point;

    [[nodiscard]] bool same_run(const RawPlace& other) const {
        return turn == other.turn && service == other.service;
    }
};

std::string services_json(const std::vector<ServiceId>& services) {
    std::string out = "[";
    for (const ServiceId& service : services) {
        if (out.size() > 1) out += ',';
        append_json_string(out, service.str());
    }
    return out + "]";
}

std::string mix_json(const std::vector<InstanceCount>& mix) {
    std::string out = "[";
    for (const InstanceCount& part : mix) {
        out += out.size() > 1 ? ",{\"type\":" : "{\"type\":";
        append_json_string(out, part.type);
        out += fmt::format(",\"count\":{}}}", part.count);
    }
    return out + "]";
}

}  // namespace

Result<Writer> Writer::create(Connection connection) {
    Writer writer(std::move(connection));
    TRY_VOID(writer.load());
    return writer;
}

Result<void> Writer::load() {
    TRY(auto services, connection_.query("SELECT service, name FROM services"));
    for (;;) {
        TRY(const bool row, services.next());
        if (!row) break;
        services_.emplace(services.text(1), services.integer(0));
    }
    TRY(auto newest, connection_.query("SELECT turn FROM metrics_raw ORDER BY turn DESC LIMIT 1"));
    TRY(const bool row, newest.next());
    if (row) newest_turn_ = newest.time(0);
    return {};
}

Result<void> Writer::write(const Batch& batch) {
    if (batch.empty()) return {};
    const Timestamp newest_before = newest_turn_;
    TRY(auto transaction, Transaction::write(connection_));
    auto written = write_rows(batch);
    if (written) written = transaction.commit();
    if (!written) {
        forget_new_services();
        newest_turn_ = newest_before;
    }
    new_services_.clear();
    return written;
}

Result<void> Writer::write_rows(const Batch& batch) {
    TRY_VOID(put(batch.audit));
    TRY_VOID(put(batch.raw));
    TRY_VOID(put(batch.hourly));
    TRY_VOID(put(batch.predictions));
    TRY_VOID(put(batch.outcomes));
    TRY_VOID(put(batch.decisions));
    TRY_VOID(put(batch.operations));
    TRY_VOID(put(batch.events));
    TRY_VOID(put(batch.controls));
    TRY_VOID(put(batch.performance));
    TRY_VOID(put(batch.checkpoints));
    return put(batch.turns);
}

void Writer::forget_new_services() {
    for (const std::string& name : new_services_) services_.erase(name);
}

Result<std::int64_t> Writer::number_of(const ServiceId& service) {
    const auto found = services_.find(service.str());
    if (found != services_.end()) return found->second;
    TRY_VOID(connection_.run("INSERT INTO services (name) VALUES (?1)",
                             std::string_view(service.str())));
    const std::int64_t number = sqlite3_last_insert_rowid(connection_.handle());
    services_.emplace(service.str(), number);
    new_services_.push_back(service.str());
    return number;
}

Result<std::int64_t> Writer::next_arrival(Timestamp turn, std::int64_t service) {
    if (turn > newest_turn_) return 0;
    TRY(auto query, connection_.query("SELECT coalesce(max(arrival) + 1, 0) FROM metrics_raw WHERE "
                                      "turn = ?1 AND service = ?2",
                                      turn, service));
    TRY_VOID(query.next());
    return query.integer(0);
}

Result<void> Writer::put(const std::vector<RawRow>& rows) {
    if (rows.empty()) return {};
    std::vector<RawPlace> places;
    places.reserve(rows.size());
    for (const RawRow& row : rows) {
        TRY(const auto service, number_of(row.service));
        places.push_back({row.turn, service, &row.point});
    }
    std::ranges::stable_sort(
        places, {}, [](const RawPlace& place) { return std::pair(place.turn, place.service); });
    TRY(auto insert,
        connection_.query("INSERT INTO metrics_raw (turn, service, arrival, at, value, state) "
                          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    std::int64_t arrival = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const RawPlace& place = places[i];
        if (i > 0 && place.same_run(places[i - 1]))
            ++arrival;
        else {
            TRY(arrival, next_arrival(place.turn, place.service));
        }
        TRY_VOID(insert.run(place.turn, place.service, arrival, place.point->at, place.point->value,
                            static_cast<int>(place.point->state)));
    }
    newest_turn_ = std::max(newest_turn_, places.back().turn);
    return {};
}

Result<void> Writer::put(const std::vector<HourlyRow>& rows) {
    if (rows.empty()) return {};
    TRY(auto insert, connection_.query("INSERT OR REPLACE INTO metrics_hourly (service, start, "
                                       "width, count, sum, min, max, last, "
                                       "state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
    for (const HourlyRow& row : rows) {
        TRY(const auto service, number_of(row.service));
        const Window& window = row.window;
        TRY_VOID(insert.run(service, window.start, window.width, window.count, window.sum,
                            window.min, window.max, window.last, static_cast<int>(window.state)));
    }
    return {};
}

Result<void> Writer::put(const std::vector<PredictionRow>& rows) {
    if (rows.empty()) return {};
    TRY(auto insert,
        connection_.query(
            "INSERT OR REPLACE INTO predictions (origin, service, horizon, q05, q10, q20, q30, "
            "q40, q50, "
            "q60, q70, q80, q90, q95, q99, confidence, actual) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
            "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"));
    for (const PredictionRow& row : rows) {
        TRY(const auto service, number_of(row.service));
        const auto& q = row.quantiles;
        TRY_VOID(insert.run(row.origin, service, row.horizon, q[0], q[1], q[2], q[3], q[4], q[5],
                            q[6], q[7], q[8], q[9], q[10], q[11], row.confidence, row.actual));
    }
    return {};
}

Result<void> Writer::put(const std::vector<OutcomeRow>& rows) {
    if (rows.empty()) return {};
    TRY(auto update, connection_.query("UPDATE predictions SET actual = ?4 WHERE origin = ?1 AND "
                                       "service = ?2 AND horizon = ?3"));
    for (const OutcomeRow& row : rows) {
        const auto service = services_.find(row.service.str());
        if (service == services_.end()) continue;
        TRY_VOID(update.run(row.origin, service->second, row.horizon, row.actual));
    }
    return {};
}

Result<void> Writer::put(const std::vector<Decision>& decisions) {
    if (decisions.empty()) return {};
    TRY(auto insert,
        connection_.query(
            "INSERT INTO scaling_decisions (id, service, at, current, desired, reason, quantile, "
            "demand_planned, confidence, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
            "ON CONFLICT (id) DO NOTHING"));
    for (const Decision& decision : decisions) {
        TRY(const auto service, number_of(decision.service));
        const std::string record = decision_to_json(decision);
        TRY_VOID(insert.run(std::string_view(decision.id), service, decision.at,
                            decision.inputs.capacity.total().value(), decision.desired.value(),
                            to_string(decision.reason), decision.quantile, decision.demand_planned,
                            decision.inputs.confidence, std::string_view(record)));
    }
    return {};
}

Result<void> Writer::put(const std::vector<Operation>& operations) {
    if (operations.empty()) return {};
    TRY(auto insert,
        connection_.query(
            "INSERT INTO operations (id, service, replicas_from, replicas_to, state, intended_at, "
            "changed_at, attempts, detail, mix) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
            "ON CONFLICT (id) DO UPDATE SET service = ?2, replicas_from = ?3, replicas_to = ?4, "
            "state = ?5, intended_at = ?6, changed_at = ?7, attempts = ?8, detail = ?9, mix = "
            "?10"));
    for (const Operation& operation : operations) {
        TRY(const auto service, number_of(operation.service));
        TRY_VOID(insert.run(std::string_view(operation.id), service, operation.from.value(),
                            operation.to.value(), to_string(operation.state), operation.intended_at,
                            operation.changed_at, operation.attempts,
                            std::string_view(operation.detail),
                            std::string_view(mix_json(operation.mix))));
    }
    return {};
}

Result<void> Writer::put(const std::vector<BusinessEvent>& events) {
    if (events.empty()) return {};
    TRY(auto insert,
        connection_.query(
            "INSERT OR REPLACE INTO business_events (id, type, name, services, start, end, "
            "expected_uplift, source, cancelled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
    for (const BusinessEvent& event : events) {
        const std::string services = services_json(event.services);
        TRY_VOID(insert.run(std::string_view(event.id), std::string_view(event.type),
                            std::string_view(event.name), std::string_view(services), event.start,
                            event.end, event.expected_uplift, std::string_view(event.source),
                            event.cancelled ? 1 : 0));
    }
    return {};
}

Result<void> Writer::put(const std::vector<Control>& controls) {
    if (controls.empty()) return {};
    TRY(auto insert,
        connection_.query(
            "INSERT OR IGNORE INTO controls (sequence, at, service, kind, by, why, mode, until, "
            "direction, proposal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, ''), nullif(?8, 0), "
            "?9, ?10)"));
    for (const Control& control : controls) {
        TRY(const auto service, number_of(control.service));
        TRY_VOID(insert.run(control.sequence, control.at, service, to_string(control.kind),
                            std::string_view(control.by), std::string_view(control.why),
                            control.mode ? to_string(*control.mode) : std::string_view(),
                            control.until.value_or(Timestamp{}), to_string(control.direction),
                            std::string_view(control.proposal)));
    }
    return {};
}

Result<void> Writer::put(const std::vector<PerformanceRow>& rows) {
    if (rows.empty()) return {};
    TRY(auto insert,
        connection_.query(
            "INSERT INTO model_performance (day, service, member, horizon, count, "
            "absolute_error_sum, "
            "actual_sum, inside_90) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
            "ON CONFLICT (day, service, member, horizon) DO UPDATE SET count = count + ?5, "
            "absolute_error_sum = absolute_error_sum + ?6, actual_sum = actual_sum + ?7, "
            "inside_90 = inside_90 + ?8"));
    for (const PerformanceRow& row : rows) {
        TRY(const auto service, number_of(row.service));
        TRY_VOID(insert.run(row.day, service, std::string_view(row.member), row.horizon, row.count,
                            row.absolute_error_sum, row.actual_sum, row.inside_90));
    }
    return {};
}

Result<void> Writer::put(const std::vector<AuditEntry>& entries) {
    if (entries.empty()) return {};
    TRY(auto head, connection_.query("SELECT coalesce(max(sequence), 0) FROM audit_log"));
    TRY_VOID(head.next());
    std::int64_t newest = head.integer(0);
    TRY(auto insert,
        connection_.query("INSERT INTO audit_log (sequence, at, kind, subject, body, hash) "
                          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    for (const AuditEntry& entry : entries) {
        if (entry.sequence != newest + 1)
            return fail(Errc::conflict,
                        "cannot append entry {} to the audit log of '{}': its newest entry is {}; "
                        "read the newest entry and "
                        "continue after it",
                        entry.sequence, connection_.path(), newest);
        TRY_VOID(insert.run(entry.sequence, entry.at, std::string_view(entry.kind),
                            std::string_view(entry.subject), std::string_view(entry.body),
                            std::string_view(entry.hash)));
        newest = entry.sequence;
    }
    return {};
}

Result<void> Writer::put(const std::vector<CheckpointRow>& rows) {
    if (rows.empty()) return {};
    TRY(auto insert,
        connection_.query("INSERT INTO checkpoints (service, turn, state) VALUES (?1, ?2, ?3) "
                          "ON CONFLICT (service) DO UPDATE SET turn = ?2, state = ?3"));
    for (const CheckpointRow& row : rows) {
        TRY(const auto service, number_of(row.service));
        TRY_VOID(insert.run(service, row.turn, Blob{row.state}));
    }
    return {};
}

Result<void> Writer::put(const std::vector<TurnRow>& rows) {
    if (rows.empty()) return {};
    TRY(auto insert,
        connection_.query("INSERT INTO turns (service, turn, state) VALUES (?1, ?2, ?3) "
                          "ON CONFLICT (service) DO UPDATE SET turn = ?2, state = ?3"));
    for (const TurnRow& row : rows) {
        TRY(const auto service, number_of(row.service));
        TRY_VOID(insert.run(service, row.turn, Blob{row.state}));
    }
    return {};
}

}  // namespace forescale::sqlite
