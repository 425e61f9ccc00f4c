#include "storage/sqlite/reader.h"

#include "storage/decision_json.h"
#include "storage/json_text.h"

#include <limits>

namespace forescale::sqlite {
namespace {

/// Up to this many services, a table that leads with the time is read straight through for one of
/// them; beyond, the read jumps from time to time, which costs two look-ups (about 2 us) for each
/// and passes over everybody else's rows.
constexpr std::int64_t services_read_through_max = 8;

/// Every row of `query`, made into a value by `make(query)`, which returns Result<Row>.
template <class Row, class Make>
Result<std::vector<Row>> collect(Query& query, Make make) {
    std::vector<Row> rows;
    for (;;) {
        TRY(const bool more, query.next());
        if (!more) return rows;
        TRY(auto row, make(query));
        rows.push_back(std::move(row));
    }
}

/// The first row, if there is one.
template <class Row, class Make>
Result<std::optional<Row>> first_of(Query& query, Make make) {
    TRY(const bool more, query.next());
    if (!more) return std::nullopt;
    TRY(auto row, make(query));
    return row;
}

struct Limits64 {
    std::int64_t since;
    std::int64_t before;
    std::int64_t rows;
    std::int64_t skip;
};

std::int64_t clamp64(std::size_t count) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(count, most));
}

Limits64 limits_of(const Page& page) {
    const auto count = [](const std::optional<Timestamp>& time, std::int64_t otherwise) {
        return time ? std::int64_t{time->time_since_epoch().count()} : otherwise;
    };
    return {count(page.since, std::numeric_limits<std::int64_t>::min()),
            count(page.before, std::numeric_limits<std::int64_t>::max()), clamp64(page.rows_max),
            clamp64(page.skip)};
}

Result<std::optional<std::int64_t>> number_of(Connection& connection, const ServiceId& service) {
    TRY(auto query, connection.query("SELECT service FROM services WHERE name = ?1",
                                     std::string_view(service.str())));
    TRY(const bool found, query.next());
    if (!found) return std::nullopt;
    return query.integer(0);
}

Result<std::int64_t> services_count(Connection& connection) {
    TRY(auto query, connection.query("SELECT coalesce(max(service), 0) FROM services"));
    TRY_VOID(query.next());
    return query.integer(0);
}

ServiceId service_at(const Query& query, int column) {
    return ServiceId(std::string(query.text(column)));
}

Result<SampleState> sample_state_at(const Query& query, int column) {
    const std::int64_t number = query.integer(column);
    constexpr auto last = static_cast<std::int64_t>(SampleState::counter_reset);
    if (number < 0 || number > last)
        return fail(Errc::corrupt, "{} is no state of a sample; a stored row is damaged", number);
    return static_cast<SampleState>(number);
}

// ---- metrics_raw

constexpr std::string_view raw_through =
    "SELECT turn, at, value, state FROM metrics_raw WHERE turn >= ?1 AND turn < ?2 AND service = "
    "?3 "
    "ORDER BY turn, service, arrival";
constexpr std::string_view raw_of_turn =
    "SELECT turn, at, value, state FROM metrics_raw WHERE turn = ?1 AND service = ?2 ORDER BY "
    "arrival";
constexpr std::string_view raw_next_turn =
    "SELECT turn FROM metrics_raw WHERE turn >= ?1 AND turn < ?2 ORDER BY turn LIMIT 1";

Result<void> append_raw(Query& query, const ServiceId& service, std::vector<RawRow>& rows) {
    for (;;) {
        TRY(const bool more, query.next());
        if (!more) return {};
        TRY(const SampleState state, sample_state_at(query, 3));
        rows.push_back({service,
                        {.at = query.time(1), .value = query.real(2), .state = state},
                        query.time(0)});
    }
}

Result<void> append_raw_jumping(Connection& connection, const Span& turns, std::int64_t number,
                                std::vector<RawRow>& rows) {
    TRY(auto next_turn, connection.query(raw_next_turn));
    TRY(auto of_turn, connection.query(raw_of_turn));
    for (Timestamp from = turns.from; from < turns.to;) {
        next_turn.bind(from, turns.to);
        TRY(const bool more, next_turn.next());
        if (!more) break;
        const Timestamp turn = next_turn.time(0);
        of_turn.bind(turn, number);
        TRY_VOID(append_raw(of_turn, turns.service, rows));
        from = turn + Duration(1);
    }
    return {};
}

// ---- predictions and model_performance, newest first

/// How a table that leads with a time is read for one service, newest first.
struct NewestFirst {
    std::string_view time_before;  ///< ?1 since, ?2 before: the newest time in between
    std::string_view of_time;      ///< ?1 time, ?2 service: its rows in order
    std::string_view of_all;       ///< ?1 since, ?2 before, ?3 rows, ?4 skip: rows of every service
};

constexpr NewestFirst predictions_sql{
    "SELECT origin FROM predictions WHERE origin >= ?1 AND origin < ?2 ORDER BY origin DESC LIMIT "
    "1",
    "SELECT name, origin, horizon, confidence, actual, q05, q10, q20, q30, q40, q50, q60, q70, "
    "q80, q90, q95, q99 "
    "FROM predictions JOIN services USING (service) WHERE origin = ?1 AND service = ?2 ORDER BY "
    "horizon",
    "SELECT name, origin, horizon, confidence, actual, q05, q10, q20, q30, q40, q50, q60, q70, "
    "q80, q90, q95, q99 "
    "FROM predictions CROSS JOIN services USING (service) WHERE origin >= ?1 AND origin < ?2 "
    "ORDER BY origin DESC, service, horizon LIMIT ?3 OFFSET ?4"};
constexpr NewestFirst performance_sql{
    "SELECT day FROM model_performance WHERE day >= ?1 AND day < ?2 ORDER BY day DESC LIMIT 1",
    "SELECT name, day, member, horizon, count, absolute_error_sum, actual_sum, inside_90 "
    "FROM model_performance JOIN services USING (service) WHERE day = ?1 AND service = ?2 ORDER BY "
    "member, horizon",
    "SELECT name, day, member, horizon, count, absolute_error_sum, actual_sum, inside_90 "
    "FROM model_performance CROSS JOIN services USING (service) WHERE day >= ?1 AND day < ?2 "
    "ORDER BY day DESC, service, member, horizon LIMIT ?3 OFFSET ?4"};

template <class Row, class Make>
Result<std::vector<Row>> newest_of_service(Connection& connection, const NewestFirst& sql,
                                           const Page& page, Make make) {
    TRY(const auto snapshot, Transaction::read(connection));
    TRY(const auto number, number_of(connection, *page.service));
    std::vector<Row> rows;
    if (!number) return rows;
    const Limits64 limits = limits_of(page);
    TRY(auto time_before, connection.query(sql.time_before));
    TRY(auto of_time, connection.query(sql.of_time));
    std::size_t to_skip = page.skip;
    for (std::int64_t before = limits.before; rows.size() < page.rows_max;) {
        time_before.bind(limits.since, before);
        TRY(const bool more, time_before.next());
        if (!more) break;
        before = time_before.integer(0);
        of_time.bind(before, *number);
        TRY(auto same_time, collect<Row>(of_time, make));
        const std::size_t left_out = std::min(to_skip, same_time.size());
        to_skip -= left_out;
        const std::size_t taken =
            std::min(same_time.size() - left_out, page.rows_max - rows.size());
        const auto first = same_time.begin() + static_cast<std::ptrdiff_t>(left_out);
        std::move(first, first + static_cast<std::ptrdiff_t>(taken), std::back_inserter(rows));
    }
    return rows;
}

template <class Row, class Make>
Result<std::vector<Row>> newest_first(Connection& connection, const NewestFirst& sql,
                                      const Page& page, Make make) {
    if (page.service) return newest_of_service<Row>(connection, sql, page, make);
    const Limits64 limits = limits_of(page);
    TRY(auto query,
        connection.query(sql.of_all, limits.since, limits.before, limits.rows, limits.skip));
    return collect<Row>(query, make);
}

Result<PredictionRow> make_prediction(const Query& query) {
    PredictionRow row{.service = service_at(query, 0),
                      .origin = query.time(1),
                      .horizon = query.duration(2),
                      .confidence = query.real(3),
                      .actual = query.real_if(4)};
    for (std::size_t i = 0; i < row.quantiles.size(); ++i)
        row.quantiles[i] = query.real(5 + static_cast<int>(i));
    return row;
}

Result<PerformanceRow> make_performance(const Query& query) {
    return PerformanceRow{.service = service_at(query, 0),
                          .member = std::string(query.text(2)),
                          .horizon = query.duration(3),
                          .day = query.time(1),
                          .count = query.integer(4),
                          .absolute_error_sum = query.real(5),
                          .actual_sum = query.real(6),
                          .inside_90 = query.integer(7)};
}

// ---- decisions and operations

/// A page of a table that has an index on its time, and one on service and time.
template <class Row, class Make>
Result<std::vector<Row>> read_page(Connection& connection, std::string_view sql_all,
                                   std::string_view sql_service, const Page& page, Make make) {
    const Limits64 limits = limits_of(page);
    TRY(auto query, connection.query(page.service ? sql_service : sql_all));
    if (page.service)
        query.bind(limits.since, limits.before, limits.rows, limits.skip,
                   std::string_view(page.service->str()));
    else
        query.bind(limits.since, limits.before, limits.rows, limits.skip);
    return collect<Row>(query, make);
}

Result<Decision> make_decision(const Query& query) {
    auto decision = decision_from_json(query.text(0));
    if (!decision)
        return fail(
            Errc::corrupt,
            "decision '{}' is stored in a form that cannot be read: {}; restore a backup to see it",
            query.text(1), decision.error().message);
    return decision;
}

Result<std::vector<InstanceCount>> parse_mix(std::string_view text) {
    const auto document = parse_exact_json(text, {});
    const auto wrong = [&] {
        return fail(Errc::corrupt, "the mix of an operation is stored as no list of types: {}",
                    text);
    };
    if (!document || !document->is_array()) return wrong();
    std::vector<InstanceCount> mix;
    for (const json::value& part : document->get_array()) {
        const json::object* object = part.if_object();
        const json::value* type = object != nullptr ? object->if_contains("type") : nullptr;
        const json::value* count = object != nullptr ? object->if_contains("count") : nullptr;
        if (type == nullptr || count == nullptr || !type->is_string() || !count->is_int64())
            return wrong();
        mix.push_back({std::string(type->get_string()), static_cast<int>(count->get_int64())});
    }
    return mix;
}

Result<Operation> make_operation(const Query& query) {
    const auto state = parse_operation_state(query.text(4));
    if (!state)
        return fail(Errc::corrupt, "operation '{}': {}; a stored row is damaged", query.text(0),
                    state.error().message);
    TRY(auto mix, parse_mix(query.text(9)));
    return Operation{.id = std::string(query.text(0)),
                     .service = service_at(query, 1),
                     .from = Replicas(static_cast<int>(query.integer(2))),
                     .to = Replicas(static_cast<int>(query.integer(3))),
                     .state = *state,
                     .intended_at = query.time(5),
                     .changed_at = query.time(6),
                     .attempts = static_cast<int>(query.integer(7)),
                     .detail = std::string(query.text(8)),
                     .mix = std::move(mix)};
}

// ---- events and audit

Result<std::vector<ServiceId>> parse_services(std::string_view text) {
    const auto document = parse_exact_json(text, {});
    std::vector<ServiceId> services;
    if (!document || !document->is_array())
        return fail(Errc::corrupt, "the services of an event are stored as no list: {}", text);
    for (const json::value& name : document->get_array()) {
        const auto* text_of_name = name.if_string();
        if (text_of_name == nullptr)
            return fail(Errc::corrupt, "a service of an event is stored as no text: {}", text);
        services.emplace_back(std::string(text_of_name->data(), text_of_name->size()));
    }
    return services;
}

Result<BusinessEvent> make_event(const Query& query) {
    TRY(auto services, parse_services(query.text(3)));
    return BusinessEvent{.id = std::string(query.text(0)),
                         .type = std::string(query.text(1)),
                         .name = std::string(query.text(2)),
                         .services = std::move(services),
                         .start = query.time(4),
                         .end = query.time(5),
                         .expected_uplift = query.real(6),
                         .source = std::string(query.text(7)),
                         .cancelled = query.integer(8) != 0};
}

Result<Control> make_control(const Query& query) {
    TRY(const auto kind, parse_control_kind(query.text(3)));
    TRY(const auto direction, parse_direction(query.text(8)));
    Control control{.sequence = query.integer(0),
                    .at = query.time(1),
                    .service = ServiceId(std::string(query.text(2))),
                    .kind = kind,
                    .by = std::string(query.text(4)),
                    .why = std::string(query.text(5)),
                    .mode = {},
                    .until = {},
                    .direction = direction,
                    .proposal = std::string(query.text(9))};
    if (!query.text(6).empty()) {
        TRY(control.mode, parse_mode(query.text(6)));
    }
    if (query.integer(7) != 0) control.until = query.time(7);
    return control;
}

Result<AuditEntry> make_audit_entry(const Query& query) {
    return AuditEntry{.sequence = query.integer(0),
                      .at = query.time(1),
                      .kind = std::string(query.text(2)),
                      .subject = std::string(query.text(3)),
                      .body = std::string(query.text(4)),
                      .hash = std::string(query.text(5))};
}

}  // namespace

Result<std::vector<RawRow>> read_raw(Connection& connection, const Span& turns) {
    TRY(const auto snapshot, Transaction::read(connection));
    std::vector<RawRow> rows;
    TRY(const auto number, number_of(connection, turns.service));
    if (!number) return rows;
    TRY(const auto count, services_count(connection));
    if (count <= services_read_through_max) {
        TRY(auto through, connection.query(raw_through, turns.from, turns.to, *number));
        TRY_VOID(append_raw(through, turns.service, rows));
    } else {
        TRY_VOID(append_raw_jumping(connection, turns, *number, rows));
    }
    return rows;
}

Result<std::vector<HourlyRow>> read_hourly(Connection& connection, const Span& starts) {
    TRY(auto query,
        connection.query(
            "SELECT start, width, count, sum, min, max, last, state FROM metrics_hourly "
            "WHERE service = (SELECT service FROM services WHERE name = ?1) "
            "AND start >= ?2 AND start < ?3 ORDER BY start",
            std::string_view(starts.service.str()), starts.from, starts.to));
    return collect<HourlyRow>(query, [&](const Query& row) -> Result<HourlyRow> {
        TRY(const SampleState state, sample_state_at(row, 7));
        return HourlyRow{starts.service,
                         {.start = row.time(0),
                          .width = row.duration(1),
                          .count = row.integer(2),
                          .sum = row.real(3),
                          .min = row.real(4),
                          .max = row.real(5),
                          .last = row.real(6),
                          .state = state}};
    });
}

Result<std::vector<PredictionRow>> read_predictions(Connection& connection, const Page& page) {
    return newest_first<PredictionRow>(connection, predictions_sql, page, make_prediction);
}

Result<std::vector<PerformanceRow>> read_performance(Connection& connection, const Page& page) {
    return newest_first<PerformanceRow>(connection, performance_sql, page, make_performance);
}

Result<std::vector<Decision>> read_decisions(Connection& connection, const Page& page) {
    return read_page<Decision>(connection,
                               "SELECT record, id FROM scaling_decisions WHERE at >= ?1 AND at < "
                               "?2 ORDER BY at DESC, id LIMIT ?3 OFFSET ?4",
                               "SELECT record, id FROM scaling_decisions WHERE service = (SELECT "
                               "service FROM services WHERE name = ?5) "
                               "AND at >= ?1 AND at < ?2 ORDER BY at DESC, id LIMIT ?3 OFFSET ?4",
                               page, make_decision);
}

Result<Decision> read_decision(Connection& connection, const std::string& id) {
    TRY(auto query, connection.query("SELECT record, id FROM scaling_decisions WHERE id = ?1",
                                     std::string_view(id)));
    TRY(auto decision, first_of<Decision>(query, make_decision));
    if (!decision)
        return fail(Errc::not_found,
                    "no decision '{}' is stored in '{}'; list decisions to see the ids", id,
                    connection.path());
    return std::move(*decision);
}

Result<std::vector<Operation>> read_operations(Connection& connection, const Page& page) {
    return read_page<Operation>(connection,
                                "SELECT id, name, replicas_from, replicas_to, state, intended_at, "
                                "changed_at, attempts, detail, mix "
                                "FROM operations CROSS JOIN services USING (service) WHERE "
                                "intended_at >= ?1 AND intended_at < ?2 "
                                "ORDER BY intended_at DESC, id LIMIT ?3 OFFSET ?4",
                                "SELECT id, name, replicas_from, replicas_to, state, intended_at, "
                                "changed_at, attempts, detail, mix "
                                "FROM services CROSS JOIN operations USING (service) WHERE name = "
                                "?5 AND intended_at >= ?1 AND intended_at < ?2 "
                                "ORDER BY intended_at DESC, id LIMIT ?3 OFFSET ?4",
                                page, make_operation);
}

Result<std::vector<Operation>> read_open_operations(Connection& connection) {
    TRY(auto query,
        connection.query("SELECT id, name, replicas_from, replicas_to, state, intended_at, "
                         "changed_at, attempts, detail, mix "
                         "FROM operations CROSS JOIN services USING (service) "
                         "WHERE state IN ('intended', 'executing') ORDER BY intended_at, id"));
    return collect<Operation>(query, make_operation);
}

Result<std::vector<BusinessEvent>> read_events(Connection& connection, Timestamp since) {
    TRY(auto query,
        connection.query(
            "SELECT id, type, name, services, start, end, expected_uplift, source, cancelled "
            "FROM business_events WHERE end > ?1 ORDER BY start, id",
            since));
    return collect<BusinessEvent>(query, make_event);
}

Result<std::vector<Control>> read_controls(Connection& connection, std::int64_t after) {
    TRY(auto query,
        connection.query(
            "SELECT sequence, at, name, kind, by, why, coalesce(mode, ''), coalesce(until, 0), "
            "direction, proposal FROM controls CROSS JOIN services USING (service) "
            "WHERE sequence > ?1 ORDER BY sequence",
            after));
    auto rows = collect<Control>(query, make_control);
    if (!rows && rows.error().code == Errc::invalid_argument) rows.error().code = Errc::corrupt;
    return rows;
}

Result<std::vector<AuditEntry>> read_audit(Connection& connection, std::int64_t first,
                                           std::size_t rows_max) {
    TRY(auto query,
        connection.query(
            "SELECT sequence, at, kind, subject, body, hash FROM audit_log WHERE sequence >= ?1 "
            "ORDER BY sequence LIMIT ?2",
            first, clamp64(rows_max)));
    return collect<AuditEntry>(query, make_audit_entry);
}

Result<std::optional<AuditEntry>> read_audit_head(Connection& connection) {
    TRY(auto query, connection.query("SELECT sequence, at, kind, subject, body, hash FROM "
                                     "audit_log ORDER BY sequence DESC LIMIT 1"));
    return first_of<AuditEntry>(query, make_audit_entry);
}

Result<std::optional<CheckpointRow>> read_checkpoint(Connection& connection,
                                                     const ServiceId& service) {
    TRY(auto query,
        connection.query(
            "SELECT turn, state FROM checkpoints JOIN services USING (service) WHERE name = ?1",
            std::string_view(service.str())));
    return first_of<CheckpointRow>(query, [&](const Query& row) -> Result<CheckpointRow> {
        return CheckpointRow{service, row.time(0), std::string(row.text(1))};
    });
}

Result<std::optional<TurnRow>> read_turn(Connection& connection, const ServiceId& service) {
    TRY(auto query,
        connection.query(
            "SELECT turn, state FROM turns JOIN services USING (service) WHERE name = ?1",
            std::string_view(service.str())));
    return first_of<TurnRow>(query, [&](const Query& row) -> Result<TurnRow> {
        return TurnRow{service, row.time(0), std::string(row.text(1))};
    });
}

}  // namespace forescale::sqlite
