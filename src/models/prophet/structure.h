#pragma once
#include "base/zone.h"

#include <cstdint>
#include <span>
#include <vector>

namespace forescale::prophet {

/// What a regressor row depends on beside time.
struct Calendar {
    const Zone& zone;                     ///< seasons follow this wall clock
    std::span<const Timestamp> holidays;  ///< local midnights, ascending
};

/// What a column stands for.
enum class Part : std::uint8_t { constant, slope, change_point, daily, weekly, season, holiday };

/// The columns of the additive model over one history, and their values at any time.
struct Structure {
    static constexpr std::size_t change_points = 25;
    static constexpr std::size_t trend_columns = 2 + change_points;
    static constexpr std::size_t holiday_columns = 7;  ///< day before, the day (5), day after

    Timestamp from;                 ///< of the history that is fitted
    Duration span{0};               ///< its length
    std::int32_t daily = 0;         ///< harmonics of the day
    std::int32_t weekly = 0;        ///< harmonics of the week, 0 when the history is too short for
                                    ///< one; every seventh is left out: it is the day's
    std::vector<Duration> seasons;  ///< other periods, `season_harmonics` each

    /// For a history of `bucket`s that begins at `from`; `found` are significant periods, strongest
    /// first.
    [[nodiscard]] static Structure of(Timestamp from, Duration span, Duration bucket,
                                      std::span<const Duration> found);

    /// In this order: trend, waves of day and week, other periods, holidays.
    [[nodiscard]] std::size_t columns() const;
    [[nodiscard]] std::size_t wave_columns() const;
    [[nodiscard]] std::vector<Part> parts() const;
    /// Share of the span at which a change point lies: evenly over the first 85 %.
    [[nodiscard]] static double change_point_at(std::size_t index);
    /// Values of all columns at a time. After the history the trend turns flat: a slope is
    /// carried on for one more day in all, however far the time lies. out [columns()]
    void row(const Calendar& calendar, Timestamp at, std::span<double> out) const;
    // Its three parts; what is asked of waves depends on time_of_week() alone.
    void trend_row(Timestamp at, std::span<double> out) const;
    void wave_row(Duration of_week, std::span<double> out) const;
    void other_row(const Calendar& calendar, Timestamp at, std::span<double> out) const;
    /// Since the local Monday began.
    [[nodiscard]] static Duration time_of_week(const Calendar& calendar, Timestamp at);

    template <class Archive>
    void fields(Archive& archive) {
        archive(from, span, daily, weekly, seasons);
    }
};

}  // namespace forescale::prophet
