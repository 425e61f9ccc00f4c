#include "base/rng.h"
#include "prediction/forecaster.h"
#include "prediction/test_windows.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int per_day = 288;
constexpr Timestamp monday{day * 4};

/// A service with a daily shape, its demand multiplied by what the test says.
class Watched {
public:
    void observe_for(int steps, double factor) {
        for (int i = 0; i < steps; ++i) observe(factor * usual(i_) * (0.95 + 0.1 * rng_.uniform()));
    }
    void observe(double demand) {
        forecaster_.observe(window_at(monday + minutes(5) * i_++, minutes(5), demand));
    }
    /// What a member says over what would be usual at that time; NaN: nothing.
    [[nodiscard]] double said(std::string_view member, Duration horizon) const {
        const auto& members = forecaster_.forecast().members;
        const auto at = std::ranges::find(members, member, &MemberView::name) - members.begin();
        return forecaster_.member_medians(horizon)[static_cast<std::size_t>(at)] /
               usual(i_ - 1 + static_cast<int>(horizon / minutes(5)));
    }
    /// The median of the path over what would be usual at that time.
    [[nodiscard]] double expected(Duration horizon) const {
        return forecaster_.forecast().at(horizon)[median_index] /
               usual(i_ - 1 + static_cast<int>(horizon / minutes(5)));
    }
    [[nodiscard]] const Forecaster& forecaster() const { return forecaster_; }
    void restart() {
        Forecaster next(shop());
        ASSERT_TRUE(next.load(forecaster_.save()));
        forecaster_ = std::move(next);
    }

private:
    static double usual(int i) {
        return 100.0 * (1.5 + std::sin(static_cast<double>(i % per_day) / per_day * 6.283185));
    }
    static Service shop() {
        Service service;
        service.id = ServiceId("shop");
        service.grid_step = minutes(5);
        return service;
    }
    Forecaster forecaster_{shop()};
    Rng rng_{1};
    int i_ = 0;
};

TEST(PastCorrection, ANewLevelIsSaidByEveryFitAtOnce) {
    Watched service;
    service.observe_for(14 * per_day, 1.0);
    for (int hour = 0; hour < 12 && service.forecaster().noticed().level_shifts == 0; ++hour)
        service.observe_for(12, 2.5);
    ASSERT_EQ(service.forecaster().noticed().level_shifts, 1);
    for (const std::string_view member : {"arima", "prophet", "theta"})
        EXPECT_NEAR(service.said(member, hours(24)), 2.5, 0.4) << member;
    EXPECT_NEAR(service.said("flair", hours(1)), 2.5, 0.4);
    for (const int ahead : {1, 4, 8, 12, 18, 24})
        EXPECT_NEAR(service.expected(hours(ahead)), 2.5, 0.4) << ahead;
}

TEST(PastCorrection, AnOutageOfTwoDaysLeavesNoMark) {
    Watched service;
    service.observe_for(14 * per_day, 1.0);
    service.observe_for(2 * per_day, 0.02);
    service.observe_for(12, 1.0);
    ASSERT_EQ(service.forecaster().noticed().incidents, 1);
    service.observe_for(2 * per_day, 1.0);
    for (const std::string_view member : {"arima", "prophet", "theta"})
        EXPECT_NEAR(service.said(member, hours(24)), 1.0, 0.1) << member;
    for (const int ahead : {1, 4, 8, 12, 18, 24})
        EXPECT_NEAR(service.expected(hours(ahead)), 1.0, 0.1) << ahead;
}

/// A restart in the middle of it changes nothing.
TEST(PastCorrection, ADoubtGoesOnInTheNextLife) {
    for (const double factor : {2.5, 0.02}) {
        Watched unbroken;
        Watched restarted;
        for (Watched* service : {&unbroken, &restarted}) {
            service->observe_for(14 * per_day, 1.0);
            service->observe_for(24, factor);
            ASSERT_TRUE(service->forecaster().noticed().in_doubt) << factor;
            if (service == &restarted) service->restart();
            service->observe_for(per_day / 2, factor);
            service->observe_for(per_day / 2, factor > 1.0 ? factor : 1.0);
        }
        ASSERT_EQ(unbroken.forecaster().noticed().level_shifts, factor > 1.0 ? 1 : 0);
        ASSERT_EQ(unbroken.forecaster().noticed().incidents, factor > 1.0 ? 0 : 1);
        EXPECT_TRUE(unbroken.forecaster().save() == restarted.forecaster().save()) << factor;
    }
}

/// Demand of a service that is an hour old, and next to nothing at first.
TEST(PastCorrection, RareDemandOfAYoungServiceIsBelieved) {
    const auto demands = std::to_array<double (*)(int)>({
        [](int i) { return i % 2 == 1 ? 50.0 : 0.0; },
        [](int i) { return i < 11 ? 0.0 : 50.0; },
    });
    for (const auto& demand : demands) {
        Watched service;
        for (int i = 0; i < 30; ++i) service.observe(demand(i));
        const Quantiles soon = service.forecaster().forecast().at(hours(1));
        EXPECT_GE(soon.back(), 45.0);
        EXPECT_LT(soon.back(), 1000.0);
    }
}

}  // namespace
}  // namespace forescale
