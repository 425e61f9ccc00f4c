// The endpoints over every kind of real store: what they rely on (order, bounds, paging inside of
// one instant) must hold there.
#include "api/endpoints.h"
#include "api/test_fleet.h"
#include "base/json.h"
#include "storage/stores.h"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>

namespace forescale {
namespace {

using std::chrono::minutes;

class OverStore : public ::testing::TestWithParam<std::string> {
protected:
    OverStore() {
        std::filesystem::remove(path_);
        auto opened = open_store({.kind = GetParam(), .path = path_}, OpenMode::read_write);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        store_ = std::move(*opened);
        board_.publish(made_up_fleet({"cart", "shop"}));
    }

    json::value get(const std::string& path, std::map<std::string, std::string> query = {}) {
        const auto handler = make_handler(
            {.board = board_,
             .store = *store_,
             .metrics_text = [] { return std::string(); },
             .accept_event =
                 [this](BusinessEvent event) { return write(batch_of(std::move(event))); },
             .now = [] { return fleet_now; },
             .version = "0.1.0"});
        const auto response = handler(
            {.method = "GET", .path = path, .query = std::move(query), .headers = {}, .body = {}});
        EXPECT_EQ(response.status, 200) << response.body;
        return *parse_json(response.body);
    }
    Result<void> write(const Batch& batch) { return store_->write(batch); }
    static Batch batch_of(BusinessEvent event) {
        Batch batch;
        batch.events.push_back(std::move(event));
        return batch;
    }

    std::string path_ = ::testing::TempDir() + "api_over_store.db";
    std::unique_ptr<Store> store_;
    ViewBoard board_;
};

TEST_P(OverStore, DecisionPagesLoseAndRepeatNothing) {
    Batch batch;
    for (int turn = 10; turn > 0; --turn)
        for (const char* service : {"cart", "shop"})
            batch.decisions.push_back(made_up_decision(service, fleet_now - minutes(turn), 5, 6));
    ASSERT_TRUE(write(batch));
    std::set<std::string> seen;
    std::map<std::string, std::string> query{{"limit", "3"}, {"fields", "summary"}};
    std::size_t rows = 0;
    for (int page = 0; page < 100; ++page) {
        const auto body = get("/api/v1/scaling/decisions", query);
        for (const auto& item : body.at("decisions").as_array()) {
            seen.emplace(item.at("id").as_string());
            ++rows;
        }
        if (body.at("next").is_null()) break;
        const std::string next(body.at("next").as_string());
        const auto cursor = next.find("cursor=") + 7;
        query["cursor"] = next.substr(cursor, next.find('&', cursor) - cursor);
    }
    EXPECT_EQ(rows, 20U);
    EXPECT_EQ(seen.size(), 20U);
}

TEST_P(OverStore, TheChartIsDrawnFromWhatWasStored) {
    Batch batch;
    const ServiceId shop("shop");
    for (int m = 60; m > 0; --m)
        batch.raw.push_back({.service = shop,
                             .point = {.at = fleet_now - minutes(m), .value = 100.0 + m},
                             .turn = fleet_now - minutes(m - 1)});
    for (int m = 60; m > 0; m -= 5)
        batch.predictions.push_back({.service = shop,
                                     .origin = fleet_now - minutes(m),
                                     .horizon = headline_horizons[0],
                                     .quantiles = made_up_quantiles(100, 0.1),
                                     .confidence = 0.8,
                                     .actual = {}});
    batch.decisions = {made_up_decision("shop", fleet_now - minutes(30), 4, 6)};
    ASSERT_TRUE(write(batch));
    const auto chart = get("/api/v1/metrics", {{"service", "shop"}});
    EXPECT_EQ(chart.at("actual").as_array().size(), 60U);
    EXPECT_EQ(chart.at("actual").at(59).at("mean").to_number<double>(), 101.0);
    EXPECT_EQ(chart.at("forecast").as_array().size(), 10U);  // what was said of [.., now]
    EXPECT_EQ(chart.at("capacity").at(0).at("desired"), 6);
}

TEST_P(OverStore, AnEventIsActiveOnceItIsAccepted) {
    ASSERT_TRUE(write(batch_of({.id = "e",
                                .type = "t",
                                .name = "n",
                                .services = {},
                                .start = fleet_now - minutes(1),
                                .end = fleet_now + minutes(1),
                                .source = "api"})));
    EXPECT_EQ(get("/api/v1/events/active").at("active").as_array().size(), 1U);
}

std::vector<std::string> kinds() {
    std::vector<std::string> out;
    for (const auto& [name, make] : stores()) out.emplace_back(name);
    return out;
}
INSTANTIATE_TEST_SUITE_P(Stores, OverStore, ::testing::ValuesIn(kinds()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace forescale
