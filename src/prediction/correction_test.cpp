#include "base/rng.h"
#include "prediction/forecaster.h"

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
        for (int i = 0; i < steps; ++i, ++i_) {
            Window window;
            window.start = monday + minutes(5) * i_;
            window.width = minutes(5);
            window.count = 1;
            window.sum = factor * usual(i_) * (0.95 + 0.1 * rng_.uniform());
            window.min = window.max = window.last = window.sum;
            window.state = SampleState::present;
            forecaster_.observe(window);
        }
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

}  // namespace
}  // namespace forescale
