#include "features/feature.h"

#include "base/rng.h"
#include "features/blocks.h"
#include "features/fine_ring.h"
#include "features/past.h"
#include "features/profile.h"

#include <bit>
#include <cstring>
#include <set>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration step = minutes(5);
constexpr Timestamp monday{day * 4};  // 1970-01-05T00:00Z

std::size_t history_steps() {
    return static_cast<std::size_t>(feature_history / step) + 1;
}

/// A day shape with noise and some missing steps.
std::vector<double> traffic(std::size_t count, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
        const double turn = static_cast<double>(i % 288) / 288.0 * 6.283185;
        const double value = 100.0 * (1.5 + std::sin(turn)) * (0.9 + 0.2 * rng.uniform());
        values.push_back(rng.uniform() < 0.02 ? Series::missing : value);
    }
    return values;
}
Series series_of(std::span<const double> values, Timestamp first) {
    Series series(step, history_steps());
    for (const double value : values) {
        series.append(first, value);
        first += step;
    }
    return series;
}
std::vector<double> row_at(const Series& demand, Duration ahead, const Zone& zone = {}) {
    std::vector<double> row(feature_columns());
    compute_features({.demand = demand, .zone = zone, .holidays = {}, .scale = 100.0},
                     demand.newest() + ahead, row);
    return row;
}
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}
/// First column of a block.
std::size_t column_of(std::string_view name) {
    std::size_t column = 0;
    for (const Feature& feature : all_features()) {
        if (feature.name == name) return column;
        column += feature.width;
    }
    ADD_FAILURE() << name << " is not in the list";
    return 0;
}

TEST(Features, ListHasUniqueNamesAndOriginBlocksFirst) {
    std::set<std::string_view> names;
    bool target_seen = false;
    std::size_t columns = 0;
    for (const Feature& feature : all_features()) {
        EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
        EXPECT_FALSE(feature.help.empty());
        EXPECT_FALSE(target_seen && feature.of == FeatureOf::origin) << feature.name;
        target_seen = target_seen || feature.of == FeatureOf::target;
        columns += feature.width;
    }
    EXPECT_EQ(columns, feature_columns());
}

// Online: one series that grows past its capacity. Batch: for each origin a series made anew from
// just the history that features may read.
TEST(Features, BatchAndOnlineAreEqualToTheBit) {
    const std::vector<double> values = traffic(288 * 40, 1);
    Series online(step, history_steps());
    Timestamp at = monday;
    for (std::size_t i = 0; i < values.size(); ++i, at += step) {
        online.append(at, values[i]);
        if (i % 997 != 5) continue;
        const std::size_t from = i + 1 > history_steps() ? i + 1 - history_steps() : 0;
        const Series batch =
            series_of(std::span(values).subspan(from, i + 1 - from), monday + step * from);
        for (const Duration ahead :
             {Duration(minutes(15)), Duration(hours(1)), Duration(hours(24))})
            EXPECT_TRUE(same_bits(row_at(online, ahead), row_at(batch, ahead))) << "origin " << i;
    }
}

TEST(Features, NoiseAfterTheOriginChangesNothing) {
    const std::vector<double> values = traffic(288 * 10, 2);
    const std::size_t origin = 288 * 8 + 100;
    const std::vector<double> alone =
        row_at(series_of(std::span(values).first(origin + 1), monday), hours(24));
    std::vector<double> other = values;
    for (std::size_t i = origin + 1; i < other.size(); ++i) other[i] = 1e6;
    Series series(step, history_steps());
    std::vector<double> then;
    for (std::size_t i = 0; i < other.size(); ++i) {
        series.append(monday + step * i, other[i]);
        if (i == origin) then = row_at(series, hours(24));
    }
    EXPECT_TRUE(same_bits(alone, then));
}

TEST(Features, AreRatiosSoThatAnyUnitWillDo) {
    std::vector<double> values = traffic(288 * 9, 3);
    const std::vector<double> row = row_at(series_of(values, monday), hours(1));
    for (double& value : values) value *= 1e-3;
    const Series small = series_of(values, monday);
    std::vector<double> scaled(feature_columns());
    compute_features({.demand = small, .zone = {}, .holidays = {}, .scale = 0.1},
                     small.newest() + hours(1), scaled);
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (std::isnan(row[i])) continue;
        EXPECT_NEAR(row[i], scaled[i], 1e-9) << i;
    }
}

TEST(Features, ShortHistoryReadsAsNaNAndNeverAsZeroDemand) {
    const Series one = series_of(std::vector<double>{50.0}, monday);
    const std::vector<double> row = row_at(one, hours(24));
    EXPECT_TRUE(std::isnan(row[column_of("lags")]));
    EXPECT_TRUE(std::isnan(row[column_of("slot_change")]));
    EXPECT_DOUBLE_EQ(row[column_of("constant")], 1.0);
}

TEST(Features, NowIsTheNewestSampleOfTheLastHalfHour) {
    std::vector<double> values(100, 40.0);
    values.insert(values.end(), 6, Series::missing);
    EXPECT_DOUBLE_EQ(
        level_now({.demand = series_of(values, monday), .zone = {}, .holidays = {}, .scale = 40.0}),
        std::log(2.0));
    values.push_back(Series::missing);
    EXPECT_TRUE(std::isnan(level_now(
        {.demand = series_of(values, monday), .zone = {}, .holidays = {}, .scale = 40.0})));
}

// The clocks go forward at 01:00Z: 09:00 local is 08:00Z the day before and 07:00Z after it, 23
// hours later.
TEST(Features, SameSlotFollowsTheWallClockAcrossDaylightSaving) {
    const Timestamp change = monday + day * 6 + hours(1);
    const Zone zone("Somewhere/Summer", {{monday - day * 400, hours(1)}, {change, hours(2)}});
    const Series demand = series_of(std::vector<double>(288 * 10, 1.0), monday);
    const FeatureContext context{.demand = demand, .zone = zone, .holidays = {}};
    const Timestamp nine_after = monday + day * 6 + hours(7);
    const Past::Steps back = same_slot(context, nine_after, 1);
    EXPECT_EQ(demand.newest() - step * back, nine_after - hours(23));
    EXPECT_EQ(demand.newest() - step * same_slot(context, nine_after + day, 1), nine_after);
}

TEST(Features, TimeOfWeekAndHolidayUseTheLocalDay) {
    const Zone tokyo("Asia/Tokyo", {{Timestamp{}, hours(9)}});
    const Timestamp friday_16h = monday + day * 4 + hours(16);  // Saturday 01:00 in Tokyo
    const Series demand = series_of(std::vector<double>(2, 1.0), friday_16h - step);
    const std::vector<Timestamp> holidays{monday + day * 5};
    std::vector<double> row(feature_columns());
    compute_features({.demand = demand, .zone = tokyo, .holidays = holidays}, friday_16h, row);
    EXPECT_NEAR(row[column_of("time_of_week")], 1.0 / 24.0 - 0.5, 1e-12);
    EXPECT_DOUBLE_EQ(row[column_of("time_of_week") + 2], 1.0);
    EXPECT_DOUBLE_EQ(row[column_of("holiday")], 1.0);
    compute_features({.demand = demand, .zone = {}, .holidays = holidays}, friday_16h, row);
    EXPECT_DOUBLE_EQ(row[column_of("time_of_week") + 2], 0.0);
    EXPECT_DOUBLE_EQ(row[column_of("holiday")], 0.0);
}

TEST(Features, FourierIsSineAndCosineOfTheTargetsTime) {
    const Series demand = series_of(std::vector<double>(2, 1.0), monday);
    const std::vector<double> row = row_at(demand, hours(6) - step);
    const std::size_t first = column_of("fourier");
    EXPECT_NEAR(row[first], 1.0, 1e-12);  // a quarter of the day
    EXPECT_NEAR(row[first + 1], 0.0, 1e-12);
    EXPECT_NEAR(row[first + 3], -1.0, 1e-12);  // half a turn of the second harmonic
}

TEST(Features, RatesAreFirstAndSecondDifferences) {
    const std::vector<double> values{0.0, std::expm1(1.0), std::expm1(3.0)};
    Series demand = series_of(values, monday);
    std::vector<double> row(feature_columns());
    compute_features({.demand = demand, .zone = {}, .holidays = {}, .scale = 1.0}, demand.newest(),
                     row);
    EXPECT_NEAR(row[column_of("rates")], 2.0, 1e-12);
    EXPECT_NEAR(row[column_of("rates") + 1], 1.0, 1e-12);
}

TEST(Profile, OneIncidentDoesNotMoveIt) {
    std::vector<double> values(288 * 8, 10.0);
    for (std::size_t i = 0; i < 288; ++i) values[288 * 3 + i] = 10'000.0;
    const Series demand = series_of(values, monday);
    const SlotProfile profile =
        slot_profile({.demand = demand, .zone = {}, .holidays = {}}, demand.newest() + hours(1));
    EXPECT_DOUBLE_EQ(profile.trimmed, 10.0);
    EXPECT_GT(profile.mean, 1000.0);
}

TEST(Profile, TrimmedMeanOfFewValues) {
    std::vector<double> none{Series::missing};
    std::vector<double> two{1.0, Series::missing, 3.0};
    std::vector<double> seven{100.0, 1.0, 2.0, 3.0, 4.0, 5.0, -50.0};
    EXPECT_TRUE(std::isnan(trimmed_mean(none)));
    EXPECT_DOUBLE_EQ(trimmed_mean(two), 2.0);
    EXPECT_DOUBLE_EQ(trimmed_mean(seven), 3.0);
}

TEST(Past, TheFutureAndWhatIsGoneReadAsMissing) {
    const Series demand = series_of(std::vector<double>{1.0, 2.0, 3.0}, monday);
    const Past past(demand);
    EXPECT_DOUBLE_EQ(past.at(0), 3.0);
    EXPECT_TRUE(std::isnan(past.at(-1)));
    EXPECT_TRUE(std::isnan(past.at(3)));
    EXPECT_DOUBLE_EQ(past.around(0, 1), 2.5);
    EXPECT_TRUE(std::isnan(past.mean(-5, 3)));
}

TEST(SlotProfiles, KeptOnesAreThoseComputedAnewAlsoAcrossClockChanges) {
    const Zone zone = *load_zone("Europe/Berlin");
    const std::vector<double> values = traffic(288 * 40, 3);
    Series demand(step, history_steps());
    SlotProfiles profiles(step);
    Timestamp at = *parse_timestamp("2024-03-01T00:00:00Z");
    std::size_t found = 0;
    for (std::size_t i = 0; i < values.size(); ++i, at += step) {
        demand.append(at, values[i]);
        const FeatureContext anew{.demand = demand, .zone = zone, .holidays = {}};
        FeatureContext kept = anew;
        kept.profiles = &profiles;
        profiles.look(kept);
        if (i % 13 != 5) continue;
        for (const Duration ahead :
             {Duration(0), Duration(step), Duration(hours(3)), Duration(day)}) {
            found += profiles.find(at + ahead) != nullptr;
            EXPECT_EQ(std::bit_cast<std::uint64_t>(slot_profile(anew, at + ahead).trimmed),
                      std::bit_cast<std::uint64_t>(slot_profile(kept, at + ahead).trimmed));
            EXPECT_EQ(std::bit_cast<std::uint64_t>(week_profile(anew, at + ahead)),
                      std::bit_cast<std::uint64_t>(week_profile(kept, at + ahead)));
        }
    }
    EXPECT_GT(found, 2300U);  // of 886 * 3: all but those beyond the clock changes
    SlotProfiles again(step);
    again.rebuild({.demand = demand, .zone = zone, .holidays = {}});
    EXPECT_NE(again.find(at + hours(3)), nullptr);
}

TEST(FineRing, KeepsTheSamplesThatEndWithTheStep) {
    using std::chrono::minutes;
    FineRing ring(minutes(1), minutes(5));
    for (int i = 0; i < 20; ++i)
        if (i != 17) ring.add(Timestamp(minutes(i)), i);
    const auto kept = ring.up_to(Timestamp(minutes(15)));
    ASSERT_EQ(kept.size(), 15U);
    EXPECT_EQ(kept.front(), 5.0);
    EXPECT_EQ(kept.back(), 19.0);
    EXPECT_TRUE(std::isnan(kept[12]));
    ring.add(Timestamp(minutes(3)), 99.0);  // late: what was seen stays
    EXPECT_EQ(ring.up_to(Timestamp(minutes(15))).back(), 19.0);
    EXPECT_TRUE(ring.up_to(Timestamp(minutes(20))).empty());
}

TEST(FineRing, AGapOfDaysLeavesNothingOld) {
    using std::chrono::minutes;
    FineRing ring(minutes(1), minutes(5));
    for (int i = 0; i < 20; ++i) ring.add(Timestamp(minutes(i)), 1.0);
    const Timestamp later(day * 3);
    ring.add(later + minutes(4), 7.0);
    const auto kept = ring.up_to(later);
    EXPECT_EQ(std::ranges::count_if(kept, [](double v) { return std::isnan(v); }), 14);
    EXPECT_EQ(kept.back(), 7.0);
}

TEST(FineRing, WhereNothingIsFinerThereIsNothing) {
    FineRing ring(std::chrono::minutes(5), std::chrono::minutes(5));
    ring.add(Timestamp{}, 1.0);
    EXPECT_TRUE(ring.up_to(Timestamp{}).empty());
}

TEST(FineLevels, SayWhereTheStepIsGoing) {
    using std::chrono::minutes;
    Series demand(minutes(5), 10);
    demand.append(Timestamp{}, 3.0);
    const Zone utc;
    std::vector<double> fine(15, 1.0);
    fine.back() = 7.0;
    const FeatureContext context{.demand = demand,
                                 .zone = utc,
                                 .holidays = {},
                                 .scale = 1.0,
                                 .fine = fine,
                                 .fine_step = minutes(1)};
    std::array<double, 5> levels{};
    blocks::fine_levels(context, context.origin(), levels);
    EXPECT_DOUBLE_EQ(levels[0], std::log(8.0 / 4.0));
    EXPECT_DOUBLE_EQ(levels[1], std::log(5.0 / 4.0));
    EXPECT_GT(levels[2], levels[3]);
    EXPECT_GT(levels[3], levels[4]);
    std::array<double, 1> deviation{};
    blocks::fine_deviation(context, context.origin(), deviation);
    EXPECT_NEAR(deviation[0], std::sqrt(63.0 / 15.0 - 1.4 * 1.4) / 2.4, 1e-12);
}

}  // namespace
}  // namespace forescale
