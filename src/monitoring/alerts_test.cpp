#include "monitoring/alerts.h"

#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

Alert alert(std::string name, std::string service, Severity severity, int since_s) {
    return {.name = std::move(name),
            .service = std::move(service),
            .severity = severity,
            .summary = "look at it",
            .since = Timestamp(std::chrono::seconds(since_s))};
}

TEST(AlertManager, RaisingAgainKeepsSince) {
    AlertManager alerts;
    alerts.raise(alert("slow", "shop", Severity::warning, 10));
    auto again = alert("slow", "shop", Severity::warning, 99);
    again.summary = "still slow";
    alerts.raise(again);
    ASSERT_EQ(alerts.firing().size(), 1U);
    EXPECT_EQ(alerts.firing()[0].since, Timestamp(std::chrono::seconds(10)));
    EXPECT_EQ(alerts.firing()[0].summary, "still slow");
    EXPECT_EQ(alerts.changes().size(), 1U);
}

TEST(AlertManager, NameAndServiceAreTheIdentity) {
    AlertManager alerts;
    alerts.raise(alert("slow", "shop", Severity::warning, 1));
    alerts.raise(alert("slow", "blog", Severity::warning, 2));
    alerts.raise(alert("down", "shop", Severity::warning, 3));
    EXPECT_EQ(alerts.firing().size(), 3U);
    alerts.clear("slow", "blog");
    EXPECT_EQ(alerts.firing().size(), 2U);
    alerts.clear("slow", "nobody");
    EXPECT_EQ(alerts.firing().size(), 2U);
}

TEST(AlertManager, MostSevereFirstThenOldest) {
    AlertManager alerts;
    alerts.raise(alert("a", "", Severity::info, 1));
    alerts.raise(alert("b", "", Severity::critical, 9));
    alerts.raise(alert("c", "", Severity::critical, 5));
    alerts.raise(alert("d", "", Severity::warning, 2));
    std::string order;
    for (const auto& one : alerts.firing()) order += one.name;
    EXPECT_EQ(order, "cbda");
}

TEST(AlertManager, ChangesComeOnceInOrder) {
    AlertManager alerts;
    alerts.raise(alert("a", "", Severity::warning, 1));
    alerts.raise(alert("a", "", Severity::critical, 2));  // worse: news
    alerts.raise(alert("a", "", Severity::critical, 3));  // the same: none
    alerts.clear("a", "");
    alerts.clear("a", "");
    const auto news = alerts.changes();
    ASSERT_EQ(news.size(), 3U);
    EXPECT_TRUE(news[0].firing);
    EXPECT_EQ(news[0].alert.severity, Severity::warning);
    EXPECT_TRUE(news[1].firing);
    EXPECT_EQ(news[1].alert.severity, Severity::critical);
    EXPECT_EQ(news[1].alert.since, Timestamp(std::chrono::seconds(1)));
    EXPECT_FALSE(news[2].firing);
    EXPECT_TRUE(alerts.changes().empty());
}

TEST(AlertManager, RaisedAgainAfterClearStartsAnew) {
    AlertManager alerts;
    alerts.raise(alert("a", "", Severity::warning, 1));
    alerts.clear("a", "");
    alerts.raise(alert("a", "", Severity::warning, 50));
    EXPECT_EQ(alerts.firing()[0].since, Timestamp(std::chrono::seconds(50)));
}

TEST(AlertManager, WhatComesAndGoesIsClearedOnceItIsQuiet) {
    AlertManager alerts;
    constexpr Duration quiet = std::chrono::seconds(60);
    const auto clear_at = [&](int now_s) {
        alerts.clear_after("a", "", Timestamp(std::chrono::seconds(now_s)), quiet);
        return alerts.firing().empty();
    };
    alerts.raise(alert("a", "", Severity::warning, 100));
    EXPECT_FALSE(clear_at(159));
    alerts.raise(alert("a", "", Severity::warning, 160));
    EXPECT_FALSE(clear_at(219));
    EXPECT_EQ(alerts.firing()[0].since, Timestamp(std::chrono::seconds(100)));
    EXPECT_TRUE(clear_at(220));
    EXPECT_EQ(alerts.changes().size(), 2U) << "raised once, cleared once";
}

TEST(AlertManager, UnfetchedChangesAreBounded) {
    AlertManager alerts;
    for (std::size_t i = 0; i < AlertManager::changes_max; ++i) {
        alerts.raise(alert("a", "", Severity::warning, 1));
        alerts.clear("a", "");
    }
    EXPECT_EQ(alerts.changes().size(), AlertManager::changes_max);
}

TEST(AlertManager, NothingIsLostBetweenThreads) {
    AlertManager alerts;
    constexpr int threads = 4;
    constexpr int rounds = 500;
    std::vector<AlertManager::Change> news;
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t)
            workers.emplace_back([&alerts, t] {
                for (int i = 0; i < rounds; ++i) {
                    alerts.raise(alert("a", fmt::format("s{}", t), Severity::warning, i));
                    alerts.clear("a", fmt::format("s{}", t));
                }
            });
        for (int i = 0; i < 200; ++i) {
            for (auto& change : alerts.changes()) news.push_back(std::move(change));
            std::ignore = alerts.firing();
        }
    }
    for (auto& change : alerts.changes()) news.push_back(std::move(change));
    EXPECT_EQ(news.size(), static_cast<std::size_t>(threads * rounds * 2));
    EXPECT_TRUE(alerts.firing().empty());
}

}  // namespace
}  // namespace forescale
