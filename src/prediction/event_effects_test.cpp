#include "prediction/event_effects.h"

#include "base/archive.h"
#include "base/rng.h"
#include "models/trained.h"
#include "prediction/forecaster.h"
#include "prediction/test_windows.h"

#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration step = minutes(5);
constexpr Timestamp begin{day * 20'000};  // a Friday
constexpr int per_day = static_cast<int>(day / step);

BusinessEvent match(int day_number, double uplift = 0.0) {
    BusinessEvent event;
    event.id = fmt::format("match-{}", day_number);
    event.type = "match";
    event.name = event.id;
    event.start = begin + day * day_number + hours(18);
    event.end = event.start + hours(2);
    event.expected_uplift = uplift;
    return event;
}

double usual(int i, Rng& rng) {
    const double turn = 2.0 * std::numbers::pi * static_cast<double>(i % per_day) / per_day;
    return 100.0 * (1.5 - std::cos(turn)) * (0.98 + 0.04 * rng.uniform());
}

/// What a match really does: it doubles demand from an hour before to the end, by `strength`.
double response(const std::vector<BusinessEvent>& matches, Timestamp at, double strength = 2.0) {
    for (const BusinessEvent& event : matches)
        if (at >= event.start - hours(1) && at < event.end) return strength;
    return 1.0;
}

/// The service, fed with what it is fed in life.
struct Played {
    EventEffects effects{step, Zone(), {}};
    Series demand{step, static_cast<std::size_t>(day * 29 / step)};
    Rng rng{3};
    int steps = 0;
    double usual_now = 0.0;
    double cleaned_now = 0.0;

    void one(double factor) {
        usual_now = usual(steps, rng);
        const Timestamp at = begin + step * steps++;
        cleaned_now = effects.clean(demand, at, usual_now * factor);
        demand.append(at, cleaned_now);
        std::ignore = effects.settle(demand);
    }
    void to(int step_number, const std::vector<BusinessEvent>& happen) {
        while (steps < step_number) one(response(happen, begin + step * steps));
    }
};

TEST(EventEffects, LearnTheResponseOfATypeAlongItsOwnClock) {
    const std::vector<BusinessEvent> matches{match(15), match(18), match(20)};
    Played played;
    std::vector<BusinessEvent> known = matches;
    known.push_back(match(22));
    played.effects.know(known);
    const auto factor_at = [&](Duration from_start) {
        return std::exp(played.effects.at(match(22).start + from_start).log_factor);
    };
    played.to(14 * per_day, matches);
    EXPECT_DOUBLE_EQ(factor_at(hours(1)), 1.0) << "nothing is known of matches";
    played.to(17 * per_day, matches);
    EXPECT_GT(factor_at(hours(1)), 1.5) << "one was seen";
    played.to(21 * per_day, matches);
    EXPECT_NEAR(factor_at(hours(1)), 2.0, 0.15);
    EXPECT_NEAR(factor_at(-minutes(30)), 2.0, 0.25) << "the ramp";
    EXPECT_NEAR(factor_at(-minutes(150)), 1.0, 0.1);
    EXPECT_NEAR(factor_at(hours(4)), 1.0, 0.1);
    EXPECT_DOUBLE_EQ(factor_at(hours(7)), 1.0) << "out of reach";
}

TEST(EventEffects, TakeTheMatchesOutOfTheHistory) {
    const std::vector<BusinessEvent> matches{match(15), match(18), match(20)};
    Played played;
    played.effects.know(matches);
    played.to(22 * per_day, matches);
    Rng rng(3);
    double most = 0.0;
    for (int i = 0; i < 22 * per_day; ++i) {
        const double without = usual(i, rng);
        const double kept = played.demand.at(begin + step * i);
        if (!std::isnan(kept)) most = std::max(most, std::abs(std::log(kept / without)));
    }
    EXPECT_LT(most, 0.25) << "demand was twice as high";
}

Window window_of(int i, double value) {
    return window_at(begin + step * i, step, value);
}

TEST(EventEffects, AStrongerMatchIsMetWhileItLasts) {
    const std::vector<BusinessEvent> matches{match(5), match(8), match(10), match(12)};
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    forecaster.know(matches);
    Rng rng(3);
    double now = 0.0;
    const int under_way =
        12 * per_day + 19 * 12;  // an hour of the last one, which is twice as strong
    for (int i = 0; i < under_way; ++i) {
        const double factor = response(matches, begin + step * i);
        now = usual(i, rng) * (i >= 12 * per_day ? factor * factor : factor);
        forecaster.observe(window_of(i, now));
    }
    EXPECT_NEAR(forecaster.forecast().at(minutes(15))[median_index] / now, 1.0, 0.25);
    EXPECT_GT(forecaster.event_effect(begin + step * under_way).log_factor, 1.1 * std::log(2.0))
        << "a part is put down to the match";
}

TEST(EventEffects, WhatIsStatedCountsUntilTypesWereSeen) {
    Played played;
    const std::vector<BusinessEvent> stated{match(3, 1.0), match(4, 1.0)};
    played.effects.know(stated);
    played.to(2 * per_day, {});
    const EventEffect effect = played.effects.at(match(3).start + minutes(10));
    EXPECT_NEAR(std::exp(effect.log_factor), 2.0, 1e-9);
    EXPECT_GT(effect.deviation, 0.0) << "a statement is not certain";
    EXPECT_TRUE(played.effects.at(match(3).start - minutes(10)).is_none());
    EXPECT_TRUE(played.effects.at(match(3).end).is_none());
    played.to(4 * per_day + 3 * 12, {});  // nothing came of it
    EXPECT_LT(std::exp(played.effects.at(match(4).start + minutes(10)).log_factor), 1.6);
}

TEST(EventEffects, ACancelledEventIsGoneAndWhatItTaughtToo) {
    std::vector<BusinessEvent> matches{match(15), match(18)};
    Played played;
    std::vector<BusinessEvent> known{match(15), match(18), match(22)};
    played.effects.know(known);
    played.to(20 * per_day, matches);
    const Timestamp then = match(22).start + hours(1);
    EXPECT_GT(played.effects.at(then).log_factor, 0.4);
    for (BusinessEvent& event : known) event.cancelled = event.id != match(22).id;
    played.effects.know(known);
    EXPECT_TRUE(played.effects.at(then).is_none()) << "no match was seen";
    known.back().cancelled = true;
    played.effects.know(known);
    EXPECT_TRUE(played.effects.at(then).is_none());
}

TEST(EventEffects, HolidaysAreAnEventOfTheirOwn) {
    Played played;
    played.effects = EventEffects(step, Zone(), {begin + day * 15, begin + day * 20});
    while (played.steps < 19 * per_day) played.one(played.steps / per_day == 15 ? 0.5 : 1.0);
    const double once = std::exp(played.effects.at(begin + day * 20 + hours(12)).log_factor);
    EXPECT_GT(once, 0.6) << "one holiday says little of the next";
    EXPECT_LT(once, 0.9);
    EXPECT_TRUE(played.effects.at(begin + day * 21 + hours(12)).is_none());
}

/// Half of the usual demand on Saturdays, a third on Sundays.
double weekly(int i) {
    const int weekday = (i / per_day + 4) % 7;  // 0 is Monday
    return weekday == 6 ? 1.0 / 3.0 : weekday == 5 ? 0.5 : 1.0;
}

TEST(EventEffects, AHolidayIsLikeASundayBeforeOneWasSeen) {
    Played played;
    const Timestamp wednesday = begin + day * 19;
    const Timestamp sunday = begin + day * 23;
    played.effects = EventEffects(step, Zone(), {wednesday, sunday});
    while (played.steps < 18 * per_day + 12 * 12) played.one(weekly(played.steps));
    const auto at = [&](Timestamp time) { return played.effects.at(time); };
    const double noon = std::exp(at(wednesday + hours(12)).log_factor);
    EXPECT_NEAR(noon, std::pow(1.0 / 3.0, 0.7), 0.03);
    EXPECT_GT(at(wednesday + hours(12)).deviation, 0.2) << "nobody knows how far it is one";
    EXPECT_GT(std::exp(at(wednesday + minutes(5)).log_factor), 0.9)
        << "the night is still the eve's";
    EXPECT_TRUE(at(wednesday + day + hours(5)).is_none());
    while (played.steps < 22 * per_day + 12 * 12)
        played.one(played.steps / per_day == 19 ? 1.0 / 3.0 : weekly(played.steps));
    EXPECT_NEAR(std::exp(at(sunday + hours(12)).log_factor), 1.0, 0.1) << "it is one already";
}

TEST(EventEffects, AServiceLearnsHowFarItsHolidaysAreSundays) {
    const auto expected_after = [](double factor) {
        Played played;
        std::vector<Timestamp> off;
        for (int d = 19; d <= 47; d += 7) off.push_back(begin + day * d);  // Wednesdays
        played.effects = EventEffects(step, Zone(), off);
        while (played.steps < 46 * per_day + 12 * 12) {
            const int d = played.steps / per_day;
            played.one(d >= 19 && (d - 19) % 7 == 0 ? factor : weekly(played.steps));
        }
        return std::exp(played.effects.at(off.back() + hours(12)).log_factor);
    };
    EXPECT_NEAR(expected_after(1.0 / 3.0), 1.0 / 3.0, 0.07);
    EXPECT_NEAR(expected_after(1.0), 1.0, 0.25) << "open on holidays";
}

TEST(EventEffects, TheDayBetweenAHolidayAndAWeekendIsABridge) {
    Played played;
    const Timestamp thursday = begin + day * 20;
    played.effects = EventEffects(step, Zone(), {thursday});
    while (played.steps < 20 * per_day + 12 * 12) played.one(weekly(played.steps));
    const double friday = std::exp(played.effects.at(thursday + day + hours(12)).log_factor);
    EXPECT_GT(friday, 0.6);
    EXPECT_LT(friday, 0.85);
}

/// Three services were doubled by matches, and one did not notice.
std::shared_ptr<TrainedModels> fleet_of_matches() {
    FleetEventType matches;
    matches.type = "match";
    matches.services = 4;
    matches.curve.fill(std::log(2.0));
    matches.spread.fill(0.1);
    auto trained = std::make_shared<TrainedModels>();
    trained->version = "fleet";
    trained->events.types.push_back(matches);
    return trained;
}

TEST(EventEffects, AServiceThatNeverSawATypeBeginsWithWhatItDidToOthers) {
    const std::vector<BusinessEvent> matches{match(15), match(18), match(20), match(22)};
    const auto trained = fleet_of_matches();
    const Timestamp then = match(22).start + hours(1);
    const auto effect_after = [&](int day_number, double strength) {
        Played played;
        played.effects.learn_from({trained, &trained->events});
        played.effects.know(matches);
        while (played.steps < day_number * per_day)
            played.one(response(matches, begin + step * played.steps, strength));
        return played.effects.at(then);
    };
    const EventEffect unseen = effect_after(14, 1.0);
    EXPECT_GT(std::exp(unseen.log_factor), 1.6);
    EXPECT_LT(std::exp(unseen.log_factor), 2.0) << "services may be like no other";
    const EventEffect seen = effect_after(21, 3.0);
    EXPECT_GT(seen.log_factor, unseen.log_factor + 0.1) << "three of its own count more and more";
    EXPECT_GT(unseen.deviation, seen.deviation) << "nobody knows what it does here";
    const EventEffect unmoved = effect_after(21, 1.0);
    EXPECT_LT(unmoved.log_factor, 0.7 * unseen.log_factor);
}

TEST(EventEffects, WhatOneTypeDidToOthersSaysNothingOfAnother) {
    BusinessEvent concert = match(3);
    concert.type = "concert";
    Played played;
    played.effects.know({concert});
    const auto trained = fleet_of_matches();
    played.effects.learn_from({trained, &trained->events});
    played.to(2 * per_day, {});
    EXPECT_TRUE(played.effects.at(concert.start + hours(1)).is_none());
}

TEST(EventEffects, WhatIsStatedGoesBeforeWhatHappenedToOthers) {
    const auto trained = fleet_of_matches();
    Played played;
    played.effects.learn_from({trained, &trained->events});
    played.effects.know({match(3, 0.5)});
    played.to(2 * per_day, {});
    EXPECT_NEAR(std::exp(played.effects.at(match(3).start + hours(1)).log_factor), 1.5, 1e-9);
}

TEST(EventEffects, AForecasterTakesTheFleetsEventsFromItsTrainedModels) {
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    forecaster.know({match(3)});
    Rng rng(9);
    for (int i = 0; i < 2 * per_day; ++i) forecaster.observe(window_of(i, usual(i, rng)));
    const Timestamp then = match(3).start + hours(1);
    EXPECT_TRUE(forecaster.event_effect(then).is_none());
    forecaster.adopt(fleet_of_matches());
    const EventEffect known = forecaster.event_effect(then);
    EXPECT_GT(known.log_factor, 0.4);
    ASSERT_TRUE(forecaster.load(forecaster.save()));
    EXPECT_DOUBLE_EQ(forecaster.event_effect(then).log_factor, known.log_factor)
        << "a restart keeps what was adopted";
    forecaster.adopt(nullptr);
    EXPECT_TRUE(forecaster.event_effect(then).is_none());
}

/// Matches that do nothing; the step `odd` has `odd_value`.
Forecaster played_with(int odd, double odd_value) {
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    forecaster.know({match(9), match(11)});
    Rng rng(3);
    for (int i = 0; i < 11 * per_day; ++i) {
        Window window = window_of(i, usual(i, rng));
        if (i == odd) window = window_of(i, odd_value);
        if (i == odd && std::isnan(odd_value)) window.state = SampleState::missing;
        forecaster.observe(window);
        if (i == odd + 1) {
            EXPECT_LT(std::abs(forecaster.event_effect(window.start + minutes(5)).log_factor), 0.1)
                << "the match was not so strong";
        }
    }
    return forecaster;
}

TEST(EventEffects, ASampleThatIsNotBelievedTeachesNoMoreThanAGap) {
    const Timestamp then = match(11).start + hours(1);
    for (const Duration from_start : {-hours(2), hours(1), hours(7)}) {
        const int odd = static_cast<int>((match(9).start + from_start - begin) / step);
        const Forecaster spiked = played_with(odd, 1e12);
        EXPECT_EQ(spiked.noticed().disbelieved_steps, 1);
        const EventEffect learned = spiked.event_effect(then);
        const EventEffect of_gap = played_with(odd, Series::missing).event_effect(then);
        EXPECT_DOUBLE_EQ(learned.log_factor, of_gap.log_factor);
        EXPECT_DOUBLE_EQ(learned.deviation, of_gap.deviation);
        EXPECT_LT(std::abs(learned.log_factor), 0.05);
    }
}

TEST(EventEffects, NoCurveAndNoSumOfEventsGoesBeyondAFactorThatEventsHave) {
    std::vector<CurveSample> samples;
    for (std::size_t k = 5; k < 11; ++k)
        samples.push_back({.place = {.knot = k}, .log_factor = 25.0});
    for (const double knot : fit_curve(samples, {}, 0.05)) EXPECT_LE(knot, effect_max);
    BusinessEvent other = match(3, 99.0);
    other.id = "other";
    Played played;
    played.effects.know({match(3, 99.0), other});
    played.to(2 * per_day, {});
    EXPECT_DOUBLE_EQ(played.effects.at(match(3).start + hours(1)).log_factor, effect_max);
}

TEST(EventEffects, NoQuantileReachesBeyondWhatIsPlausibleWithTheEvent) {
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    auto trained = fleet_of_matches();
    trained->events.types.front().spread.fill(9.0);  // nobody knows what matches do
    forecaster.adopt(trained);
    forecaster.know({match(9)});
    Rng rng(3);
    for (int i = 0; i < 9 * per_day + 12 * 12; ++i) forecaster.observe(window_of(i, usual(i, rng)));
    constexpr double peak = 255.0;
    for (const ForecastPoint& point : forecaster.forecast().points) {
        const Timestamp target = forecaster.forecast().origin + point.horizon;
        const double factor = std::exp(forecaster.event_effect(target).log_factor);
        EXPECT_LE(point.quantiles.back(), 3.1 * peak * std::max(factor, 1.0));
        EXPECT_TRUE(std::ranges::is_sorted(point.quantiles));
    }
}

TEST(EventEffects, OfTheFirstTwoDaysGiveDefinedEffects) {
    for (int first = 20; first <= 60; ++first) {
        BusinessEvent early = match(0);
        early.id = "early";
        early.start = begin + hours(first);
        early.end = early.start + hours(2);
        Played played;
        played.effects.know({early, match(6)});
        played.to(6 * per_day, {early});
        const EventEffect later = played.effects.at(match(6).start + hours(1));
        EXPECT_TRUE(std::isfinite(later.log_factor) && std::isfinite(later.deviation)) << first;
        for (const double kept : played.demand.values()) ASSERT_FALSE(std::isnan(kept)) << first;
    }
}

TEST(EventEffects, MeetGapsZerosAndEventsWithoutEnd) {
    BusinessEvent endless = match(3, 0.5);
    endless.id = "endless";
    endless.end = endless.start + day * 30;
    BusinessEvent closed = match(5, -1.0);
    Played played;
    played.effects.know({endless, closed, match(6), match(7)});
    for (int i = 0; i < 14 * per_day; ++i) {
        const bool gap = i / 50 % 3 == 0;
        played.one(gap ? Series::missing : i % 7 == 0 ? 0.0 : 1.0);
        ASSERT_EQ(std::isnan(played.cleaned_now), gap);
        if (!gap) {
            ASSERT_TRUE(std::isfinite(played.cleaned_now) && played.cleaned_now >= 0.0);
        }
        const EventEffect effect = played.effects.at(begin + step * i + hours(1));
        ASSERT_TRUE(std::isfinite(effect.log_factor) && std::isfinite(effect.deviation));
    }
}

TEST(EventEffects, WidenTheQuantilesByWhatIsNotKnown) {
    Quantiles quantiles{};
    for (std::size_t i = 0; i < quantiles.size(); ++i)
        quantiles[i] = 90.0 + 2.0 * static_cast<double>(i);
    const Quantiles lifted =
        with_effect(quantiles, {.log_factor = std::log(2.0), .deviation = 0.3});
    EXPECT_DOUBLE_EQ(lifted[median_index], 2.0 * quantiles[median_index]);
    EXPECT_TRUE(std::ranges::is_sorted(lifted));
    EXPECT_NEAR(lifted[10] / lifted[median_index], std::exp(1.645 * 0.3), 0.05);
    const Quantiles zeros = with_effect(Quantiles{}, {.log_factor = 1.0, .deviation = 1.0});
    EXPECT_DOUBLE_EQ(zeros.back(), 0.0);
}

TEST(EventEffects, AForecasterWithEventsGoesOnToTheBit) {
    Service service;
    service.id = ServiceId("shop");
    const std::vector<BusinessEvent> matches{match(3), match(5), match(7)};
    Forecaster kept(service);
    kept.know(matches);
    Rng rng(9);
    int i = 0;
    for (; i < 5 * per_day + 19 * 12; ++i)  // in the middle of the second match
        kept.observe(window_of(i, usual(i, rng) * response(matches, begin + step * i)));
    Forecaster loaded(service);
    loaded.know(matches);
    ASSERT_TRUE(loaded.load(kept.save()));
    for (; i < 7 * per_day + 19 * 12; ++i) {
        const double value = usual(i, rng) * response(matches, begin + step * i);
        kept.observe(window_of(i, value));
        loaded.observe(window_of(i, value));
    }
    EXPECT_GT(kept.event_effect(begin + step * i + minutes(30)).log_factor, 0.3);
    EXPECT_EQ(kept.save(), loaded.save());
}

TEST(EventEffects, ALeadTimeCountsItsLargestMoment) {
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    Rng rng(9);
    for (int i = 0; i < per_day; ++i) forecaster.observe(window_of(i, usual(i, rng)));
    LeadDemand demand{.from = begin + day, .lead = minutes(10), .quantiles = {}, .level_max = 0.99};
    demand.quantiles.fill(10.0);
    const auto lifted = [&](Duration from, Duration to, double uplift) {
        BusinessEvent event = match(1, uplift);
        event.start = demand.from + from;
        event.end = demand.from + to;
        forecaster.know({event});
        return with_events(demand, minutes(1), forecaster).quantiles[median_index];
    };
    EXPECT_NEAR(lifted(minutes(5), minutes(30), 1.0), 20.0, 1e-9);
    EXPECT_NEAR(lifted(-minutes(30), minutes(30), -0.5), 5.0, 1e-9);
    EXPECT_NEAR(lifted(-minutes(30), minutes(5), -0.5), 10.0, 1e-9) << "it ends within";
    EXPECT_NEAR(lifted(minutes(11), minutes(30), 1.0), 10.0, 1e-9) << "it begins later";
}

TEST(EventEffects, ALeadTimeReachesNoFurtherThanThePath) {
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    Rng rng(9);
    for (int i = 0; i < per_day; ++i) forecaster.observe(window_of(i, usual(i, rng)));
    const double most = forecaster.plausible_max();
    LeadDemand demand{.from = begin + day, .lead = minutes(10), .quantiles = {}, .level_max = 0.99};
    for (std::size_t i = 0; i < demand.quantiles.size(); ++i)
        demand.quantiles[i] = most * (0.5 + 0.03 * static_cast<double>(i));
    BusinessEvent event = match(1, 3.0);
    event.start = demand.from;
    event.end = demand.from + hours(1);
    forecaster.know({event});
    const EventEffect effect = forecaster.event_effect(demand.from + minutes(5));
    ASSERT_GT(with_effect(demand.quantiles, effect).back(), 4.0 * most);
    const Quantiles bounded = with_events(demand, minutes(1), forecaster).quantiles;
    EXPECT_LE(bounded.back(), 4.0 * most + 1e-6);
    EXPECT_TRUE(std::ranges::is_sorted(bounded));
    EXPECT_NEAR(bounded[median_index], 4.0 * demand.quantiles[median_index], 1e-6);
}

}  // namespace
}  // namespace forescale
