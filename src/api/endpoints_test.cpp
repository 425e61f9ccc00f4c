#include "api/endpoints.h"

#include "api/live.h"
#include "api/test_fleet.h"
#include "base/json.h"
#include "storage/decision_json.h"

#include <set>

#include <gmock/gmock.h>

namespace forescale {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A handler over a fake store and a made-up fleet.
class Endpoints : public ::testing::Test {
protected:
    Endpoints() { board_.publish(made_up_fleet({"cart", "shop", "warehouse"})); }

    Response get(const std::string& path, std::map<std::string, std::string> query = {}) {
        return handler_(
            {.method = "GET", .path = path, .query = std::move(query), .headers = {}, .body = {}});
    }
    Response post_to(const std::string& path, const std::string& body) {
        return handler_({.method = "POST", .path = path, .query = {}, .headers = {}, .body = body});
    }
    Response post(const std::string& body) {
        return handler_(
            {.method = "POST", .path = "/api/v1/events", .query = {}, .headers = {}, .body = body});
    }
    /// The body of a 200.
    json::value read(const std::string& path, std::map<std::string, std::string> query = {}) {
        return body_of(get(path, std::move(query)));
    }
    static json::value body_of(const Response& response, int status = 200) {
        EXPECT_EQ(response.status, status) << response.body;
        auto body = parse_json(response.body);
        EXPECT_TRUE(body) << response.body;
        return body ? *body : json::value(json::object());
    }
    static std::vector<std::string> field_names(const json::value& problem) {
        std::vector<std::string> out;
        for (const auto& error : problem.at("errors").as_array())
            out.emplace_back(error.at("field").as_string());
        return out;
    }
    /// Follows `next` to the end; the ids in order.
    std::vector<std::string> walk(std::map<std::string, std::string> query) {
        std::vector<std::string> ids;
        for (int pages = 0; pages < 1000; ++pages) {
            const auto body = read("/api/v1/scaling/decisions", query);
            for (const auto& item : body.at("decisions").as_array())
                ids.emplace_back(item.at("id").as_string());
            if (body.at("next").is_null()) return ids;
            const std::string next(body.at("next").as_string());
            query["cursor"] = next.substr(next.find("cursor=") + 7);
            query["cursor"] = query["cursor"].substr(0, query["cursor"].find('&'));
        }
        ADD_FAILURE() << "the pages never end";
        return ids;
    }

    FakeStore store_;
    ViewBoard board_;
    std::vector<BusinessEvent> accepted_;
    std::vector<Control> controls_;
    Timestamp now_ = fleet_now;
    Handler handler_ = make_handler({.board = board_,
                                     .store = store_,
                                     .metrics_text = [] { return std::string("forescale_up 1\n"); },
                                     .accept_event = [this](BusinessEvent event) -> Result<void> {
                                         accepted_.push_back(event);
                                         store_.put(event);
                                         return {};
                                     },
                                     .accept_control = [this](Control control) -> Result<void> {
                                         controls_.push_back(std::move(control));
                                         return {};
                                     },
                                     .now = [this] { return now_; },
                                     .version = "1.2.3"});
};

TEST_F(Endpoints, HealthIsTheWorstComponent) {
    EXPECT_EQ(read("/health").at("state"), "ok");
    auto view = made_up_fleet({"shop"});
    view->health.push_back(
        {.component = "bus", .state = HealthState::degraded, .detail = "slow", .since = fleet_now});
    board_.publish(view);
    EXPECT_EQ(read("/health").at("state"), "degraded");
    view = made_up_fleet({"shop"});
    view->health.front().state = HealthState::failed;
    board_.publish(view);
    EXPECT_EQ(body_of(get("/health"), 503).at("state"), "failed");
}

TEST_F(Endpoints, HealthFailsWhenNoTurnEnds) {
    now_ = fleet_now + std::chrono::seconds(90);
    EXPECT_EQ(read("/health").at("state"), "ok");
    now_ += std::chrono::seconds(1);
    EXPECT_THAT(get("/health").body, HasSubstr("no turn has ended for"));
    EXPECT_EQ(body_of(get("/health"), 503).at("state"), "failed");
}

TEST_F(Endpoints, BeforeTheFirstTurnEverythingAnswers) {
    board_.publish(std::make_shared<FleetView>());
    EXPECT_EQ(read("/health").at("state"), "degraded");
    EXPECT_THAT(read("/api/v1/scaling/status").at("services").as_array(), IsEmpty());
    EXPECT_THAT(read("/api/v1/predictions/current").at("predictions").as_array(), IsEmpty());
    EXPECT_THAT(get("/api/v1/metrics", {{"service", "shop"}}).body,
                HasSubstr("no turn has finished yet"));
    auto view = std::make_shared<FleetView>();
    view->turn = 1;
    view->services.emplace_back().service.id = ServiceId("new");
    board_.publish(view);
    const auto status = read("/api/v1/scaling/status").at("services").at(0);
    EXPECT_EQ(status.at("ground"), "starting");
    EXPECT_TRUE(status.at("newest").is_null());
    EXPECT_EQ(read("/api/v1/metrics", {{"service", "new"}}).at("actual").as_array().size(), 0U);
}

TEST_F(Endpoints, MetricsTextIsForPrometheus) {
    const auto response = get("/metrics");
    EXPECT_EQ(response.body, "forescale_up 1\n");
    EXPECT_THAT(response.content_type, HasSubstr("text/plain; version=0.0.4"));
}

TEST_F(Endpoints, PredictionsCarryEveryQuantileAndTheHeadlines) {
    const auto all = read("/api/v1/predictions/current");
    ASSERT_EQ(all.at("predictions").as_array().size(), 3U);
    const auto one =
        read("/api/v1/predictions/current", {{"service", "shop"}}).at("predictions").at(0);
    EXPECT_EQ(one.at("service"), "shop");
    for (const char* name : {"15m", "1h", "24h"})
        EXPECT_EQ(one.at("headline").at(name).at("quantiles").as_object().size(),
                  quantile_levels.size());
    EXPECT_EQ(one.at("headline").at("15m").at("at"), "2026-03-01T12:15:00Z");
    const auto path = made_up_path(fleet_now, 400.0);
    EXPECT_EQ(one.at("path").as_array().size(), path->points.size());
    EXPECT_DOUBLE_EQ(one.at("path").at(0).at("quantiles").at("0.5").to_number<double>(),
                     path->points.front().quantiles.at(median_index));
    EXPECT_EQ(one.at("members").at(3).at("asleep"), true);
    EXPECT_FALSE(read("/api/v1/predictions/current", {{"fields", "summary"}})
                     .at("predictions")
                     .at(0)
                     .as_object()
                     .contains("path"));
}

TEST_F(Endpoints, ServicesArePagedByName) {
    const auto first = read("/api/v1/scaling/status", {{"limit", "2"}});
    EXPECT_EQ(first.at("services").as_array().size(), 2U);
    EXPECT_EQ(first.at("next"), "/api/v1/scaling/status?limit=2&after=shop");
    const auto second = read("/api/v1/scaling/status", {{"limit", "2"}, {"after", "shop"}});
    ASSERT_EQ(second.at("services").as_array().size(), 1U);
    EXPECT_EQ(second.at("services").at(0).at("service"), "warehouse");
    EXPECT_TRUE(second.at("next").is_null());
}

TEST_F(Endpoints, StatusTellsWhatAnOperatorAsks) {
    const auto one = read("/api/v1/scaling/status", {{"service", "shop"}}).at("services").at(0);
    EXPECT_EQ(one.at("ready"), 6);
    EXPECT_EQ(one.at("pending"), 1);
    EXPECT_EQ(one.at("desired"), 7);
    EXPECT_EQ(one.at("ground"), "forecast");
    EXPECT_EQ(one.at("reason"), "forecast");
    EXPECT_EQ(one.at("lead_time_learned"), false);
    EXPECT_EQ(one.at("newest").at("age_s").to_number<double>(), 0.0);
    EXPECT_EQ(one.at("operation").at("state"), "executing");
    EXPECT_GT(one.at("utilization").to_number<double>(), 0.0);
}

TEST_F(Endpoints, DemandSignalsAreSeenThroughTheirService) {
    const auto status = read("/api/v1/scaling/status", {{"service", "warehouse"}});
    const auto& service = status.at("services").as_array().at(0);
    EXPECT_EQ(service.at("signal"), "queue");
    EXPECT_EQ(service.at("signals").as_array().at(0).at("series"), "warehouse/queue");
    EXPECT_EQ(service.at("capacity_evidence").at("from"), "utilization");
    const auto whole = read("/api/v1/predictions/current", {{"service", "warehouse"}});
    const auto& own = whole.at("predictions").as_array().at(0);
    EXPECT_EQ(own.at("signals").as_array().at(0).at("service"), "warehouse/queue");
    const auto one = read("/api/v1/predictions/current", {{"service", "warehouse/queue"}});
    EXPECT_EQ(one.at("predictions").as_array().at(0), own.at("signals").as_array().at(0));
    EXPECT_EQ(read("/api/v1/metrics", {{"service", "warehouse/queue"}}).at("service"),
              "warehouse/queue");
    EXPECT_EQ(get("/api/v1/metrics", {{"service", "warehouse/cpu"}}).status, 404);
    EXPECT_EQ(get("/api/v1/scaling/status", {{"service", "warehouse/queue"}}).status, 404)
        << "it has no size of its own";
    EXPECT_FALSE(read("/api/v1/scaling/status", {{"service", "shop"}})
                     .at("services")
                     .as_array()
                     .at(0)
                     .as_object()
                     .contains("signals"));
}

TEST_F(Endpoints, MissingDataIsNoZero) {
    auto view = made_up_fleet({"shop"});
    view->services[0].newest = {
        .at = fleet_now - minutes(20), .value = 0.0, .state = SampleState::missing};
    board_.publish(view);
    const auto one = read("/api/v1/scaling/status").at("services").at(0);
    EXPECT_TRUE(one.at("newest").at("value").is_null());
    EXPECT_EQ(one.at("newest").at("state"), "missing");
    EXPECT_EQ(one.at("newest").at("stale"), true);
    EXPECT_TRUE(one.at("utilization").is_null());
    EXPECT_THAT(turn_event_json(*view), HasSubstr(R"("demand":null,"state":"missing")"));
}

TEST_F(Endpoints, UnknownServicesAndParametersNameTheNearest) {
    for (const char* path :
         {"/api/v1/scaling/status", "/api/v1/predictions/current", "/api/v1/metrics",
          "/api/v1/scaling/decisions", "/api/v1/events/active"}) {
        const auto missing = body_of(get(path, {{"service", "shp"}}), 404);
        EXPECT_THAT(std::string(missing.at("detail").as_string()), HasSubstr("did you mean shop?"))
            << path;
        const auto misspelt = body_of(get(path, {{"sevice", "shop"}, {"service", "shop"}}), 400);
        EXPECT_THAT(field_names(misspelt), ElementsAre("sevice")) << path;
        EXPECT_EQ(misspelt.at("instance"), path);
    }
}

TEST_F(Endpoints, BadParametersAreAllReportedAtOnce) {
    const auto body = body_of(get("/api/v1/scaling/decisions", {{"since", "yesterday"},
                                                                {"limit", "0"},
                                                                {"fields", "some"},
                                                                {"cursor", "x"},
                                                                {"changes", "maybe"}}),
                              400);
    auto names = field_names(body);
    std::ranges::sort(names);
    EXPECT_THAT(names, ElementsAre("changes", "cursor", "fields", "limit", "since"));
    for (const char* limit : {"501", "-1", "1x", "", "99999999999999999999"})
        EXPECT_EQ(get("/api/v1/scaling/decisions", {{"limit", limit}}).status, 400) << limit;
    EXPECT_EQ(get("/api/v1/scaling/decisions", {{"limit", "500"}}).status, 200);
}

TEST_F(Endpoints, AnUnencodedPlusOfAnOffsetIsUnderstood) {
    EXPECT_EQ(read("/api/v1/events/active", {{"at", "2026-03-01T13:00:00 01:00"}}).at("at"),
              "2026-03-01T12:00:00Z");
}

TEST_F(Endpoints, DecisionPagesLoseAndRepeatNothing) {
    std::vector<std::string> expected;
    for (int turn = 20; turn > 0; --turn)
        for (const char* service : {"cart", "shop", "warehouse"}) {
            const auto at = fleet_now - minutes(turn);
            store_.rows.decisions.push_back(
                made_up_decision(service, at, 5, turn % 4 == 0 ? 6 : 5));
        }
    auto sorted = store_.rows.decisions;
    std::ranges::stable_sort(sorted, std::ranges::greater{}, &Decision::at);
    for (const auto& decision : sorted) expected.push_back(decision.id);
    for (const char* limit : {"1", "2", "3", "7", "59", "60", "500"})
        EXPECT_EQ(walk({{"limit", limit}}), expected) << limit;

    std::erase_if(sorted,
                  [](const Decision& d) { return d.service.str() != "shop" || !d.changes(); });
    std::vector<std::string> changes;
    for (const auto& decision : sorted) changes.push_back(decision.id);
    EXPECT_EQ(changes.size(), 5U);
    EXPECT_EQ(walk({{"limit", "2"}, {"service", "shop"}, {"changes", "true"}}), changes);
    EXPECT_EQ(walk({{"service", "shop"},
                    {"since", "2026-03-01T11:50:00Z"},
                    {"before", "2026-03-01T11:55:00Z"}})
                  .size(),
              5U);
}

TEST_F(Endpoints, ADecisionIsWholeOrASummary) {
    const auto decision = made_up_decision("shop", fleet_now - minutes(5), 5, 7);
    store_.rows.decisions = {decision};
    const auto whole = read("/api/v1/scaling/decisions").at("decisions").at(0);
    EXPECT_EQ(whole, *parse_json(decision_to_json(decision)));
    const auto summary =
        read("/api/v1/scaling/decisions", {{"fields", "summary"}}).at("decisions").at(0);
    EXPECT_FALSE(summary.as_object().contains("steps"));
    EXPECT_EQ(summary.at("current"), 5);
    EXPECT_EQ(read("/api/v1/scaling/decisions/" + decision.id), whole);
    EXPECT_EQ(get("/api/v1/scaling/decisions/none").status, 404);
}

TEST_F(Endpoints, TheDecisionInForceIsFoundEvenWhenItIsNotKept) {
    const auto id = board_.newest()->services[1].decision->id;
    EXPECT_EQ(read("/api/v1/scaling/decisions/" + id).at("service"), "shop");
}

constexpr std::string_view good_event =
    R"({"id":"cup-final","type":"match","name":"Cup final","services":["shop"],"start":"2026-03-01T11:00:00Z",)"
    R"("end":"2026-03-01T14:00:00+01:00","expected_uplift":0.5})";

TEST_F(Endpoints, AnEventIsStoredOnce) {
    const auto first = body_of(post(std::string(good_event)), 201);
    EXPECT_EQ(first.at("end"), "2026-03-01T13:00:00Z");
    EXPECT_EQ(first.at("source"), "api");
    EXPECT_EQ(body_of(post(std::string(good_event)), 200), first);
    EXPECT_EQ(store_.rows.events.size(), 1U);
    EXPECT_EQ(read("/api/v1/events/active").at("active").at(0), first);
}

TEST_F(Endpoints, AnEventWithoutAnIdGetsTheSameOneEachTime) {
    const std::string body =
        R"({"type":"sale","name":"Spring","start":"2026-03-02T00:00:00Z","end":"2026-03-03T00:00:00Z"})";
    const auto first = body_of(post(body), 201);
    EXPECT_THAT(std::string(first.at("id").as_string()), ::testing::StartsWith("event-"));
    EXPECT_EQ(body_of(post(body), 200).at("id"), first.at("id"));
}

TEST_F(Endpoints, EveryFieldOfABadEventIsNamed) {
    const auto body =
        body_of(post(R"({"id":"a b","name":"","services":["shp",3],"start":"soon","end":5,)"
                     R"("expected_uplift":-1,"cancelled":"no","kind":"x"})"),
                422);
    auto names = field_names(body);
    std::ranges::sort(names);
    EXPECT_THAT(names, ElementsAre("cancelled", "end", "expected_uplift", "id", "kind", "name",
                                   "services[0]", "services[1]", "start", "type"));
    EXPECT_TRUE(accepted_.empty());
    EXPECT_EQ(field_names(body_of(post(R"({"type":"t","name":"n","start":"2026-03-02T00:00:00Z",)"
                                       R"("end":"2026-03-02T00:00:00Z"})"),
                                  422)),
              std::vector<std::string>{"end"});
    for (const char* text : {"", "{", "[]", "null", "\"x\"", "{\"type\":\"\xff\"}"}) {
        const auto status = post(text).status;
        EXPECT_TRUE(status == 400 || status == 422) << text << " gave " << status;
    }
}

TEST_F(Endpoints, ActiveEventsAreThoseOfTheMoment) {
    const auto event = [](const char* id, int from, int to, std::vector<ServiceId> services) {
        return BusinessEvent{.id = id,
                             .type = "t",
                             .name = "n",
                             .services = std::move(services),
                             .start = fleet_now + std::chrono::hours(from),
                             .end = fleet_now + std::chrono::hours(to),
                             .source = "file"};
    };
    store_.rows.events = {event("past", -3, -1, {}),
                          event("ending", -3, 0, {}),
                          event("on", -1, 1, {ServiceId("cart")}),
                          event("starting", 0, 1, {}),
                          event("later", 23, 25, {}),
                          event("much_later", 25, 26, {})};
    store_.rows.events.push_back(event("cancelled", -1, 1, {}));
    store_.rows.events.back().cancelled = true;
    const auto ids = [](const json::value& list) {
        std::set<std::string> out;
        for (const auto& item : list.as_array()) out.emplace(item.at("id").as_string());
        return out;
    };
    const auto now = read("/api/v1/events/active", {{"upcoming", "24h"}});
    EXPECT_EQ(ids(now.at("active")), (std::set<std::string>{"on", "starting"}));
    EXPECT_EQ(ids(now.at("upcoming")), (std::set<std::string>{"later"}));
    EXPECT_EQ(ids(read("/api/v1/events/active", {{"service", "shop"}}).at("active")),
              (std::set<std::string>{"starting"}));
    EXPECT_EQ(ids(read("/api/v1/events/active", {{"at", "2026-03-01T10:00:00Z"}}).at("active")),
              (std::set<std::string>{"past", "ending"}));
}

TEST_F(Endpoints, TheChartShowsLoadForecastAndCapacity) {
    const ServiceId shop("shop");
    for (int m = 120; m > 0; --m)
        store_.rows.raw.push_back(
            {.service = shop,
             .point = {.at = fleet_now - minutes(m),
                       .value = static_cast<double>(m),
                       .state = m == 60 ? SampleState::missing : SampleState::present},
             .turn = fleet_now - minutes(m - 1)});
    for (int m = 120; m > 0; m -= 5)
        for (const Duration horizon : headline_horizons)
            store_.rows.predictions.push_back({.service = shop,
                                               .origin = fleet_now - minutes(m),
                                               .horizon = horizon,
                                               .quantiles = made_up_quantiles(m, 0.1),
                                               .actual = {}});
    store_.rows.decisions = {made_up_decision("shop", fleet_now - minutes(300), 3, 4),
                             made_up_decision("shop", fleet_now - minutes(30), 4, 6)};
    const auto chart = read("/api/v1/metrics", {{"service", "shop"},
                                                {"from", "2026-03-01T11:00:00Z"},
                                                {"to", "2026-03-01T12:00:00.001Z"}});
    EXPECT_EQ(chart.at("step_s").to_number<double>(), 60.0);
    const auto& actual = chart.at("actual").as_array();
    EXPECT_EQ(actual.size(), 59U);  // 11:00 is missing, and nothing stands before it
    EXPECT_EQ(actual.front().at("mean").to_number<double>(), 59.0);
    const auto& band = chart.at("forecast").as_array();
    ASSERT_EQ(band.size(), 13U);  // one row in 5 min, of the 15 min horizon only
    EXPECT_EQ(band.front().at("at"), "2026-03-01T11:00:00Z");
    EXPECT_DOUBLE_EQ(band.front().at("p50").to_number<double>(), 75.0);
    EXPECT_LT(band.front().at("p05").to_number<double>(),
              band.front().at("p95").to_number<double>());
    const auto& capacity = chart.at("capacity").as_array();
    ASSERT_EQ(capacity.size(), 3U);
    EXPECT_EQ(capacity[0].at("at"), "2026-03-01T11:00:00Z");  // what held before the range
    EXPECT_EQ(capacity[0].at("ready"), 3);
    EXPECT_EQ(capacity[1].at("desired_capacity").to_number<double>(), 600.0);
    EXPECT_EQ(capacity[2].at("ready"), 6);
    EXPECT_EQ(chart.at("future").as_array().size(), made_up_path(fleet_now, 1.0)->points.size());
}

TEST_F(Endpoints, AGapInTheChartIsNoZero) {
    for (const int m : {10, 9, 3, 2})
        store_.rows.raw.push_back({.service = ServiceId("shop"),
                                   .point = {.at = fleet_now - minutes(m), .value = 7.0},
                                   .turn = fleet_now - minutes(m)});
    const auto actual = read("/api/v1/metrics", {{"service", "shop"}}).at("actual").as_array();
    ASSERT_EQ(actual.size(), 9U);
    EXPECT_TRUE(actual[2].at("mean").is_null());
    EXPECT_EQ(actual[2].at("state"), "missing");
    EXPECT_EQ(actual[7].at("mean").to_number<double>(), 7.0);
}

TEST_F(Endpoints, LongRangesComeFromTheHours) {
    const ServiceId shop("shop");
    for (int h = 24 * 60; h > 0; --h)
        store_.rows.hourly.push_back({.service = shop,
                                      .window = {.start = fleet_now - std::chrono::hours(h),
                                                 .width = std::chrono::hours(1),
                                                 .count = 2,
                                                 .sum = 10.0,
                                                 .min = 4.0,
                                                 .max = 6.0,
                                                 .last = 4.0,
                                                 .state = SampleState::present}});
    const auto chart =
        read("/api/v1/metrics", {{"service", "shop"}, {"from", "2026-01-01T00:00:00Z"}});
    EXPECT_EQ(chart.at("resolution"), "hourly");
    EXPECT_EQ(chart.at("step_s").to_number<double>(), 3600.0);
    EXPECT_LE(chart.at("actual").as_array().size(), 2000U);
    EXPECT_EQ(chart.at("actual").at(3).at("mean").to_number<double>(), 5.0);
    EXPECT_EQ(chart.at("actual").at(3).at("max").to_number<double>(), 6.0);
    // Raw is gone, and a short step was asked for: hours are better than nothing.
    EXPECT_EQ(read("/api/v1/metrics", {{"service", "shop"},
                                       {"from", "2026-02-01T00:00:00Z"},
                                       {"to", "2026-02-02T00:00:00Z"}})
                  .at("resolution"),
              "hourly");
}

TEST_F(Endpoints, ChartsThatAreTooFineOrTooLongAreRefused) {
    const auto refused = [&](std::map<std::string, std::string> query) {
        query["service"] = "shop";
        return field_names(body_of(get("/api/v1/metrics", std::move(query)), 400));
    };
    EXPECT_THAT(refused({{"step", "30s"}}), ElementsAre("step"));
    EXPECT_THAT(refused({{"step", "1m"}, {"from", "2026-02-01T00:00:00Z"}}), ElementsAre("step"));
    EXPECT_THAT(refused({{"from", "2020-01-01T00:00:00Z"}}), ElementsAre("from"));
    EXPECT_THAT(refused({{"from", "2026-03-01T12:00:00Z"}, {"to", "2026-03-01T12:00:00Z"}}),
                ElementsAre("to"));
    EXPECT_THAT(field_names(body_of(get("/api/v1/metrics"), 400)), ElementsAre("service"));
}

TEST_F(Endpoints, AStoreThatDoesNotAnswerIsA503) {
    store_.failure = Error{Errc::unavailable, "database is locked; try again"};
    for (const char* path :
         {"/api/v1/scaling/decisions", "/api/v1/scaling/decisions/x", "/api/v1/events/active"}) {
        const auto response = get(path);
        EXPECT_EQ(body_of(response, 503).at("detail"), "database is locked; try again");
        EXPECT_EQ(response.headers.at("Retry-After"), "5");
    }
    EXPECT_EQ(get("/api/v1/metrics", {{"service", "shop"}}).status, 503);
    EXPECT_EQ(post(std::string(good_event)).status, 503);
    EXPECT_EQ(get("/api/v1/scaling/status").status, 200);  // the newest turn needs no store
}

TEST_F(Endpoints, OtherMethodsAndPathsAreRefusedWithWhatIsPossible) {
    const auto wrong = handler_(
        {.method = "DELETE", .path = "/api/v1/events", .query = {}, .headers = {}, .body = {}});
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.at("Allow"), "POST");
    EXPECT_EQ(
        handler_({.method = "POST", .path = "/health", .query = {}, .headers = {}, .body = {}})
            .headers.at("Allow"),
        "GET, HEAD");
    EXPECT_EQ(body_of(get("/api/v1/nothing"), 404).at("instance"), "/api/v1/nothing");
    EXPECT_EQ(get("/../etc/passwd").status, 404);
}

TEST_F(Endpoints, ThePageIsPartOfTheProgram) {
    const auto page = get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("<title>Forescale</title>"));
    // Nothing may come from another host, and no script may stand in the page: the content security
    // policy forbids both.
    EXPECT_THAT(page.body, Not(HasSubstr("//")));
    EXPECT_THAT(page.body, Not(HasSubstr("style=")));
    for (const char* file :
         {"/app.js", "/chart.js", "/style.css", "/dygraph.js", "/dygraph.css", "/icon.svg"})
        EXPECT_THAT(get(file).body, Not(IsEmpty())) << file;
    EXPECT_THAT(get("/app.js").body, Not(HasSubstr("innerHTML")));
    Request again{.method = "GET", .path = "/app.js", .query = {}, .headers = {}, .body = {}};
    again.headers["if-none-match"] = get("/app.js").headers.at("ETag");
    EXPECT_EQ(handler_(again).status, 304);
}

TEST_F(Endpoints, AModeIsSetForAWhile) {
    const auto answer = post_to("/api/v1/scaling/shop/mode",
                                R"({"by":"kim","why":"sale","mode":"approve","for":"2h"})");
    EXPECT_EQ(body_of(answer, 202).at("mode"), "approve");
    ASSERT_EQ(controls_.size(), 1U);
    EXPECT_EQ(controls_[0].service, ServiceId("shop"));
    EXPECT_EQ(controls_[0].mode, Mode::approve);
    EXPECT_EQ(controls_[0].until, fleet_now + std::chrono::hours(2));
    EXPECT_EQ(controls_[0].by, "kim");
    EXPECT_EQ(post_to("/api/v1/scaling/shop/mode", R"({"by":"kim","mode":"configured"})").status,
              202);
    EXPECT_FALSE(controls_[1].mode);
}

TEST_F(Endpoints, APauseNeedsAnEndAndAName) {
    const std::string path = "/api/v1/scaling/shop/pause";
    EXPECT_THAT(field_names(body_of(post_to(path, R"({"for":"1h"})"), 422)), ElementsAre("by"));
    EXPECT_THAT(field_names(body_of(post_to(path, R"({"by":"kim"})"), 422)), ElementsAre("until"));
    EXPECT_THAT(field_names(body_of(post_to(path, R"({"by":"kim","for":"32d"})"), 422)),
                ElementsAre("for"));
    EXPECT_THAT(
        field_names(body_of(
            post_to(path, R"({"by":"k","until":"2020-01-01T00:00:00Z","direction":"sideways"})"),
            422)),
        ElementsAre("direction", "until"));
    EXPECT_THAT(field_names(body_of(post_to(path, R"({"by":"k","for":"1h","mode":"x"})"), 422)),
                ElementsAre("mode"));
    EXPECT_THAT(controls_, IsEmpty());
    EXPECT_EQ(post_to(path, R"({"by":"kim","for":"1h","direction":"down"})").status, 202);
    EXPECT_EQ(controls_.back().direction, Direction::down);
    EXPECT_EQ(post_to("/api/v1/scaling/shoe/pause", R"({"by":"kim","for":"1h"})").status, 404);
    EXPECT_EQ(post_to(path, "[").status, 400);
    EXPECT_EQ(get(path).status, 405);
}

TEST_F(Endpoints, OnlyWhatWaitsCanBeApproved) {
    auto view = made_up_fleet({"shop"});
    view->services[0].control = with_proposal("shop-20260301T120000Z");
    board_.publish(view);
    EXPECT_EQ(read("/api/v1/scaling/status").at("services").at(0).at("proposal").at("id"),
              "shop-20260301T120000Z");
    const std::string path = "/api/v1/scaling/shop/proposals/";
    EXPECT_EQ(post_to(path + "shop-20260301T110000Z/approve", R"({"by":"kim"})").status, 404);
    EXPECT_EQ(post_to(path + "shop-20260301T120000Z/approve", R"({"by":""})").status, 422);
    EXPECT_EQ(post_to(path + "shop-20260301T120000Z/approve", R"({"by":"kim"})").status, 202);
    EXPECT_EQ(post_to(path + "shop-20260301T120000Z/reject", R"({"by":"kim"})").status, 202);
    ASSERT_EQ(controls_.size(), 2U);
    EXPECT_EQ(controls_[0].kind, ControlKind::approve);
    EXPECT_EQ(controls_[1].kind, ControlKind::reject);
    EXPECT_EQ(controls_[1].proposal, "shop-20260301T120000Z");
}

}  // namespace
}  // namespace forescale
