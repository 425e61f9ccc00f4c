#include "api/endpoints.h"

#include "api/chart.h"
#include "api/control_body.h"
#include "api/event_body.h"
#include "api/fleet_json.h"
#include "api/live.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/web_files.h"
#include "base/hash.h"
#include "base/text.h"
#include "storage/decision_json.h"

#include <algorithm>
#include <charconv>

namespace forescale {
namespace {

constexpr std::size_t decisions_page_max = 500;
constexpr std::size_t decisions_scan_max =
    5000;  ///< rows looked at for one page of a filtered list
constexpr std::size_t predictions_page_max = 1000;
constexpr std::size_t status_page_max = 10'000;
constexpr std::size_t cursor_skip_max = 100'000;
constexpr Duration chart_span_default = day;
constexpr Duration chart_span_max = day * 400;

constexpr std::array<std::string_view, 2> detail_choices{"full", "summary"};

Response ok(const json::value& body) {
    return {.body = compact_json(body), .headers = {}};
}

/// Where the next page of decisions begins: rows up to `at`, without the first `skip` of them. Many
/// services decide at one instant.
struct Cursor {
    Timestamp at;
    std::size_t skip = 0;
};

std::string cursor_text(const Cursor& cursor) {
    return fmt::format("{}-{}", cursor.at.time_since_epoch().count(), cursor.skip);
}

std::optional<Cursor> parse_cursor(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    Duration::rep at = 0;
    Cursor cursor;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), text.data() + dash, at);
    const auto second = std::from_chars(text.data() + dash + 1, end, cursor.skip);
    if (first.ptr != text.data() + dash || second.ptr != end || second.ec != std::errc{} ||
        cursor.skip > cursor_skip_max || at < 0 || at > 100 * 366 * day.count())
        return std::nullopt;
    cursor.at = Timestamp(Duration(at));
    return cursor;
}

const ServiceView* find_service(const FleetView& view, std::string_view name) {
    const auto found = std::ranges::find(
        view.services, name,
        [](const ServiceView& s) -> std::string_view { return s.service.id.str(); });
    return found == view.services.end() ? nullptr : &*found;
}

/// A service, or a demand signal of one: what has a forecast.
const ServiceView* find_series(const FleetView& view, std::string_view name) {
    const auto slash = name.find('/');
    const ServiceView* const owner = find_service(view, name.substr(0, slash));
    if (owner == nullptr || slash == std::string_view::npos) return owner;
    for (const ServiceView& signal : owner->signals)
        if (signal.service.id.str() == name) return &signal;
    return nullptr;
}

std::vector<std::string_view> names_of(const FleetView& view) {
    std::vector<std::string_view> names;
    names.reserve(view.services.size());
    for (const auto& service : view.services) names.push_back(service.service.id.str());
    return names;
}

Response no_service(const FleetView& view, std::string_view name, const Request& request) {
    if (view.turn == 0)
        return problem(404,
                       "no turn has finished yet, so no service is known; try again in a moment",
                       request.path);
    const auto names = names_of(view);
    const auto meant = nearest(name, names);
    const auto hint =
        meant ? fmt::format("did you mean {}?", *meant) : "GET /api/v1/scaling/status lists them";
    return problem(404, fmt::format("no service '{}'; {}", printable(name), hint), request.path);
}

std::string join_json(const std::vector<std::string>& items) {
    return fmt::format("[{}]", fmt::join(items, ","));
}

json::value link_json(const Request& request, std::string_view name, std::string_view value) {
    return json::value(fmt::format("{}?{}", request.path, query_with(request, name, value)));
}

/// A page over the services of the view, which are sorted by name.
struct ServicePage {
    std::vector<const ServiceView*> services;
    json::value next;
};
ServicePage page_of(const FleetView& view, const std::optional<std::string>& after,
                    std::size_t limit, const Request& request) {
    ServicePage page;
    for (const auto& service : view.services) {
        if (after && service.service.id.str() <= *after) continue;
        if (page.services.size() == limit) {
            page.next = link_json(request, "after", page.services.back()->service.id.str());
            break;
        }
        page.services.push_back(&service);
    }
    return page;
}

class Api {
public:
    explicit Api(ApiParts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] Response answer(const Request& request) const;

    Response health(const Request& request) const;
    [[nodiscard]] std::optional<ComponentHealth> stalled_turns(const FleetView& view) const;
    Response metrics_text(const Request& request) const;
    Response predictions(const Request& request) const;
    Response status(const Request& request) const;
    Response decisions(const Request& request) const;
    Response decision(const Request& request) const;
    Response post_event(const Request& request) const;
    Response active_events(const Request& request) const;
    Response post_mode(const Request& request) const { return post(ControlKind::mode, request); }
    Response post_pause(const Request& request) const { return post(ControlKind::pause, request); }
    Response post_resume(const Request& request) const {
        return post(ControlKind::resume, request);
    }
    Response post_approve(const Request& request) const {
        return post(ControlKind::approve, request);
    }
    Response post_reject(const Request& request) const {
        return post(ControlKind::reject, request);
    }
    Response chart(const Request& request) const;
    Response description(const Request& request) const;

private:
    [[nodiscard]] Response file(const Request& request) const;
    [[nodiscard]] Response accept(const Request& request, const BusinessEvent& event) const;
    [[nodiscard]] Response post(ControlKind kind, const Request& request) const;

    ApiParts parts_;
};

using Answer = Response (Api::*)(const Request&) const;
struct Route {
    RouteName name;
    Answer answer;  ///< null: the server itself answers (the event stream)
};

constexpr std::string_view decision_prefix = "/api/v1/scaling/decisions/";
constexpr std::string_view mode_path = "/api/v1/scaling/{service}/mode";
constexpr std::string_view pause_path = "/api/v1/scaling/{service}/pause";
constexpr std::string_view resume_path = "/api/v1/scaling/{service}/resume";
constexpr std::string_view approve_path = "/api/v1/scaling/{service}/proposals/{id}/approve";
constexpr std::string_view reject_path = "/api/v1/scaling/{service}/proposals/{id}/reject";
constexpr std::array<Route, 16> routes{{
    {{"GET", "/api/v1/events/active"}, &Api::active_events},
    {{"GET", "/api/v1/metrics"}, &Api::chart},
    {{"GET", "/api/v1/predictions/current"}, &Api::predictions},
    {{"GET", "/api/v1/scaling/decisions"}, &Api::decisions},
    {{"GET", "/api/v1/scaling/decisions/{id}"}, &Api::decision},
    {{"GET", "/api/v1/scaling/status"}, &Api::status},
    {{"GET", events_path}, nullptr},
    {{"GET", "/health"}, &Api::health},
    {{"GET", "/metrics"}, &Api::metrics_text},
    {{"GET", "/openapi.yaml"}, &Api::description},
    {{"POST", "/api/v1/events"}, &Api::post_event},
    {{"POST", approve_path}, &Api::post_approve},
    {{"POST", reject_path}, &Api::post_reject},
    {{"POST", mode_path}, &Api::post_mode},
    {{"POST", pause_path}, &Api::post_pause},
    {{"POST", resume_path}, &Api::post_resume},
}};

/// What stands in the braces of `pattern`, in order; nothing when the path is another one.
std::optional<std::vector<std::string>> captured(std::string_view pattern, std::string_view path) {
    std::vector<std::string> values;
    for (;;) {
        const auto open = pattern.find('{');
        if (!path.starts_with(pattern.substr(0, open))) return std::nullopt;
        if (open == std::string_view::npos)
            return pattern == path ? std::optional(std::move(values)) : std::nullopt;
        path.remove_prefix(open);
        pattern.remove_prefix(pattern.find('}') + 1);
        const auto literal = pattern.substr(0, pattern.find('{'));
        const auto end = literal.empty()      ? path.size()
                         : literal == pattern ? path.size() - std::min(path.size(), literal.size())
                                              : path.rfind(literal);
        if (end == std::string_view::npos || end == 0) return std::nullopt;
        values.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
}

bool matches(std::string_view pattern, std::string_view path) {
    return captured(pattern, path).has_value();
}

Response not_allowed(const Request& request, std::string_view allow) {
    auto response = problem(
        405, fmt::format("{} is not possible here; use {}", printable(request.method), allow),
        request.path);
    response.headers.emplace("Allow", allow);
    return response;
}

Response Api::answer(const Request& request) const {
    std::string_view allow;
    for (const auto& route : routes) {
        if (route.answer == nullptr || !matches(route.name.path, request.path)) continue;
        if (route.name.method == request.method) return (this->*route.answer)(request);
        allow = route.name.method == "GET" ? "GET, HEAD" : route.name.method;
    }
    if (!allow.empty()) return not_allowed(request, allow);
    return file(request);
}

Response Api::file(const Request& request) const {
    const auto* found = web_file(request.path);
    if (found == nullptr)
        return problem(404, "there is nothing at this path; GET /openapi.yaml lists what there is",
                       request.path);
    if (request.method != "GET") return not_allowed(request, "GET, HEAD");
    // The browser asks each time and gets the bytes again only after an upgrade.
    const auto tag = fmt::format("\"{:016x}\"", fnv1a(found->bytes));
    Response response{.content_type = std::string(found->content_type),
                      .body = {},
                      .headers = {{"Cache-Control", "no-cache"}, {"ETag", tag}}};
    const auto asked = request.headers.find("if-none-match");
    if (asked != request.headers.end() && asked->second.contains(tag))
        response.status = 304;
    else
        response.body = found->bytes;
    return response;
}

Response Api::description(const Request& request) const {
    return file(request);
}

Response Api::health(const Request& request) const {
    QueryReader query(request);
    if (auto refused = query.refusal()) return *refused;
    const auto view = parts_.board.newest();
    json::array components;
    for (const auto& component : view->health) components.push_back(component_json(component));
    auto state = overall_health(*view);
    if (const auto stalled = stalled_turns(*view)) {
        components.push_back(component_json(*stalled));
        state = HealthState::failed;
    }
    auto response = ok(json::object{{"state", to_string(state)},
                                    {"version", parts_.version},
                                    {"at", time_json(view->at)},
                                    {"turn", view->turn},
                                    {"detail", view->turn == 0 ? "no turn has finished yet" : ""},
                                    {"components", std::move(components)}});
    if (state == HealthState::failed) response.status = 503;
    return response;
}

/// A turn that does not end cannot report itself: whoever asks looks at how old the newest one is.
std::optional<ComponentHealth> Api::stalled_turns(const FleetView& view) const {
    const auto age = parts_.now() - view.at;
    if (view.turn == 0 || age <= 3 * parts_.turn_interval) return std::nullopt;
    return ComponentHealth{
        .component = "pipeline",
        .state = HealthState::failed,
        .detail =
            fmt::format("no turn has ended for {}; nothing is decided: look at the log, restart",
                        format_duration(age)),
        .since = view.at};
}

Response Api::metrics_text(const Request& /*request*/) const {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = parts_.metrics_text(),
            .headers = {}};
}

Response Api::predictions(const Request& request) const {
    QueryReader query(request);
    const auto name = query.text("service");
    const auto after = query.text("after");
    const auto limit = query.count("limit", 100, predictions_page_max);
    const bool whole = query.choice("fields", detail_choices) == "full";
    if (auto refused = query.refusal()) return *refused;
    const auto view = parts_.board.newest();
    json::array services;
    json::value next;
    if (name) {
        const auto* service = find_series(*view, *name);
        if (service == nullptr) return no_service(*view, *name, request);
        if (service->path) services.push_back(prediction_json(*service, whole));
    } else {
        auto page = page_of(*view, after, limit, request);
        for (const auto* service : page.services)
            if (service->path) services.push_back(prediction_json(*service, whole));
        next = std::move(page.next);
    }
    return ok(json::object{{"at", time_json(view->at)},
                           {"predictions", std::move(services)},
                           {"next", std::move(next)}});
}

Response Api::status(const Request& request) const {
    QueryReader query(request);
    const auto name = query.text("service");
    const auto after = query.text("after");
    const auto limit = query.count("limit", 1000, status_page_max);
    if (auto refused = query.refusal()) return *refused;
    const auto view = parts_.board.newest();
    json::array services;
    json::value next;
    if (name) {
        const auto* service = find_service(*view, *name);
        if (service == nullptr) return no_service(*view, *name, request);
        services.push_back(status_json(*service, view->at));
    } else {
        auto page = page_of(*view, after, limit, request);
        for (const auto* service : page.services)
            services.push_back(status_json(*service, view->at));
        next = std::move(page.next);
    }
    json::array alerts;
    for (const auto& alert : view->alerts) alerts.push_back(alert_json(alert));
    return ok(json::object{{"at", time_json(view->at)},
                           {"turn", view->turn},
                           {"services", std::move(services)},
                           {"alerts", std::move(alerts)},
                           {"next", std::move(next)}});
}

/// One page of decisions as it is gathered.
struct DecisionPage {
    std::vector<std::string> items;
    std::optional<Cursor> next;
};

/// The cursor behind a row of `page` that follows the one behind `last`.
Cursor after(Timestamp at, const std::optional<Cursor>& last, const Page& page) {
    if (last && last->at == at) return {.at = at, .skip = last->skip + 1};
    const bool continues = !last && page.before == at + Duration(1);
    return {.at = at, .skip = continues ? page.skip + 1 : 1};
}

/// Walks down the page until `limit` rows are kept. A filtered walk stops after decisions_scan_max
/// rows and says where.
Result<DecisionPage> walk_decisions(
    Store& store, Page page, std::size_t limit,
    const std::function<std::optional<std::string>(const Decision&)>& keep) {
    DecisionPage out;
    std::optional<Cursor> last;
    for (std::size_t scanned = 0; scanned < decisions_scan_max;) {
        page.rows_max = std::min(limit + 1, decisions_page_max);
        TRY(const auto rows, store.decisions(page));
        for (const auto& row : rows) {
            if (out.items.size() == limit) {
                out.next = last;
                return out;
            }
            ++scanned;
            last = after(row.at, last, page);
            if (auto item = keep(row)) out.items.push_back(std::move(*item));
        }
        if (rows.size() < page.rows_max) return out;
        page.before = last->at + Duration(1);
        page.skip = last->skip;
    }
    out.next = last;
    return out;
}

Response Api::decisions(const Request& request) const {
    QueryReader query(request);
    const auto name = query.text("service");
    Page page{.since = query.time("since"), .before = query.time("before")};
    const auto limit = query.count("limit", 100, decisions_page_max);
    const bool whole = query.choice("fields", detail_choices) == "full";
    const bool changes_only = query.flag("changes");
    if (const auto text = query.text("cursor")) {
        const auto cursor = parse_cursor(*text);
        if (!cursor)
            query.complain("cursor", "is none that this server gave out; start without one");
        if (cursor && (!page.before || cursor->at < *page.before)) {
            page.before = cursor->at + Duration(1);
            page.skip = cursor->skip;
        }
    }
    if (auto refused = query.refusal()) return *refused;
    if (name) page.service = ServiceId(*name);
    const auto found = walk_decisions(parts_.store, page, limit, [&](const Decision& decision) {
        if (changes_only && !decision.changes()) return std::optional<std::string>();
        return std::optional(whole ? decision_to_json(decision)
                                   : compact_json(decision_summary_json(decision)));
    });
    if (!found) return problem(found.error(), request.path);
    const auto view = parts_.board.newest();
    if (name && found->items.empty() && !request.query.contains("cursor") &&
        find_service(*view, *name) == nullptr)
        return no_service(*view, *name, request);
    const auto next =
        found->next ? link_json(request, "cursor", cursor_text(*found->next)) : json::value();
    return {.body = fmt::format(R"({{"decisions":{},"next":{}}})", join_json(found->items),
                                compact_json(next)),
            .headers = {}};
}

Response Api::decision(const Request& request) const {
    QueryReader query(request);
    if (auto refused = query.refusal()) return *refused;
    const auto id = request.path.substr(decision_prefix.size());
    const auto found = parts_.store.decision(id);
    if (found) return {.body = decision_to_json(*found), .headers = {}};
    // The newest one may be in force and not worth a row of its own.
    for (const auto& service : parts_.board.newest()->services)
        if (service.decision && service.decision->id == id)
            return {.body = decision_to_json(*service.decision), .headers = {}};
    if (found.error().code != Errc::not_found) return problem(found.error(), request.path);
    return problem(
        404,
        fmt::format("no decision '{}'; GET /api/v1/scaling/decisions lists those that are kept",
                    printable(id)),
        request.path);
}

Response Api::post_event(const Request& request) const {
    QueryReader query(request);
    if (auto refused = query.refusal()) return *refused;
    const auto body = parse_json(request.body);
    if (!body)
        return problem(400, fmt::format("the body is {}", body.error().message), request.path);
    const auto view = parts_.board.newest();
    const auto names = names_of(*view);
    const auto read = read_event(*body, names);
    if (read.problems.empty()) return accept(request, read.event);
    const auto& first = read.problems.front();
    return problem(422,
                   fmt::format("{} {} wrong with the event; first: {} {}", read.problems.size(),
                               read.problems.size() == 1 ? "thing is" : "things are", first.field,
                               first.detail),
                   request.path, read.problems);
}

Response Api::accept(const Request& request, const BusinessEvent& event) const {
    const auto before = parts_.store.events(Timestamp{});
    if (!before) return problem(before.error(), request.path);
    const bool known = std::ranges::find(*before, event.id, &BusinessEvent::id) != before->end();
    if (const auto done = parts_.accept_event(event); !done)
        return problem(done.error(), request.path);
    auto response = ok(event_json(event));
    response.status = known ? 200 : 201;
    return response;
}

/// The service and, for a word about a proposal, its id.
std::vector<std::string> subject_of(ControlKind kind, std::string_view path) {
    switch (kind) {
        case ControlKind::mode:
            return captured(mode_path, path).value();
        case ControlKind::pause:
            return captured(pause_path, path).value();
        case ControlKind::resume:
            return captured(resume_path, path).value();
        case ControlKind::approve:
            return captured(approve_path, path).value();
        case ControlKind::reject:
            return captured(reject_path, path).value();
    }
    return {};
}

/// In force with the next turn: 202.
Response Api::post(ControlKind kind, const Request& request) const {
    QueryReader query(request);
    if (auto refused = query.refusal()) return *refused;
    const auto subject = subject_of(kind, request.path);
    const auto view = parts_.board.newest();
    const auto* service = find_service(*view, subject.front());
    if (service == nullptr) return no_service(*view, subject.front(), request);
    if (subject.size() > 1 && service->control.find(subject[1]) == nullptr)
        return problem(404,
                       fmt::format("no proposal '{}' of {} waits for an approval: it has expired, "
                                   "or is not wanted any more; GET /api/v1/scaling/status shows "
                                   "the one that waits",
                                   printable(subject[1]), subject.front()),
                       request.path);
    const auto body = parse_json(request.body);
    if (!body)
        return problem(400, fmt::format("the body is {}", body.error().message), request.path);
    auto read = read_control(kind, *body, parts_.now());
    if (!read.problems.empty())
        return problem(422,
                       fmt::format("the request cannot be taken: {} {}", read.problems[0].field,
                                   read.problems[0].detail),
                       request.path, read.problems);
    read.control.service = service->service.id;
    if (subject.size() > 1) read.control.proposal = subject[1];
    if (const auto done = parts_.accept_control(read.control); !done)
        return problem(done.error(), request.path);
    auto response = ok(control_json(read.control));
    response.status = 202;
    return response;
}

Response Api::active_events(const Request& request) const {
    QueryReader query(request);
    const auto at = query.time("at").value_or(parts_.now());
    const auto ahead = query.duration("upcoming").value_or(Duration(0));
    const auto name = query.text("service");
    if (auto refused = query.refusal()) return *refused;
    const auto view = parts_.board.newest();
    if (name && find_service(*view, *name) == nullptr) return no_service(*view, *name, request);
    const auto events = parts_.store.events(at);
    if (!events) return problem(events.error(), request.path);
    json::array active;
    json::array upcoming;
    for (const auto& event : *events) {
        const bool concerns =
            !name || event.services.empty() ||
            std::ranges::find(event.services, ServiceId(*name)) != event.services.end();
        if (!concerns || event.cancelled) continue;
        if (event.active_at(at)) active.push_back(event_json(event));
        if (event.start > at && event.start <= at + ahead) upcoming.push_back(event_json(event));
    }
    return ok(json::object{{"at", format_timestamp(at)},
                           {"active", std::move(active)},
                           {"upcoming", std::move(upcoming)}});
}

/// The span that was asked for, or what is wrong with it.
void check_span(const ChartQuery& chart, QueryReader& query) {
    if (chart.to <= chart.from) return query.complain("to", "must be after from");
    if (chart.to - chart.from > chart_span_max)
        return query.complain("from", "must be at most 400 days before to");
    if (chart.step < chart.service.service.fine_step)
        return query.complain("step",
                              fmt::format("must be at least {}, the step that is measured",
                                          format_duration(chart.service.service.fine_step)));
    if ((chart.to - chart.from) / chart.step >= static_cast<Duration::rep>(chart_points_max))
        query.complain("step",
                       fmt::format("gives more than {} points; take {} or more, or leave it out",
                                   chart_points_max,
                                   format_duration(chart_step(chart.from, chart.to, chart.step))));
}

Response Api::chart(const Request& request) const {
    QueryReader query(request);
    const auto name = query.text("service");
    const auto from = query.time("from");
    const auto to = query.time("to");
    const auto step = query.duration("step");
    if (!name && !request.query.contains("service")) query.complain("service", "is required");
    if (auto refused = query.refusal()) return *refused;
    const auto view = parts_.board.newest();
    const auto* service = find_series(*view, *name);
    if (service == nullptr) return no_service(*view, *name, request);
    // Half-open: one millisecond more, so that what is as new as the newest turn is in it.
    const auto end = to.value_or(view->at + Duration(1));
    const auto begin = from.value_or(end - chart_span_default);
    const ChartQuery chart{
        .service = *service,
        .now = view->at,
        .from = begin,
        .to = end,
        .step = step.value_or(chart_step(begin, end, service->service.fine_step))};
    check_span(chart, query);
    if (auto refused = query.refusal()) return *refused;
    const auto found = chart_json(parts_.store, chart);
    return found ? ok(*found) : problem(found.error(), request.path);
}

}  // namespace

Handler make_handler(ApiParts parts) {
    return [api = Api(std::move(parts))](const Request& request) { return api.answer(request); };
}

std::vector<RouteName> api_routes() {
    std::vector<RouteName> out;
    for (const auto& route : routes) out.push_back(route.name);
    return out;
}

}  // namespace forescale
