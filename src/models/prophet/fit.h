#pragma once
#include "domain/series.h"
#include "models/prophet/structure.h"

#include <array>
#include <optional>

namespace forescale::prophet {

/// What a level is made of, in log levels; the level is the sum.
struct Components {
    double trend = 0.0;
    double daily = 0.0;
    double weekly = 0.0;  ///< what the day of the week changes, hour by hour
    double season = 0.0;  ///< other periods that were found
    double holiday = 0.0;

    [[nodiscard]] double level() const { return trend + daily + weekly + season + holiday; }
};

/// What past holidays taught, so that the next one, months later, finds it.
using HolidayEffect = std::array<double, Structure::holiday_columns>;

/// A fitted model.
struct Fit {
    Structure structure;
    std::vector<double> coefficients;  ///< [structure.columns()]
    double level_max = 0.0;            ///< largest level fitted to
    double scale = 0.0;                ///< robust standard deviation of the residuals

    [[nodiscard]] Components components(const Calendar& calendar, Timestamp at) const;
    /// All but the trend, which is left at 0.
    [[nodiscard]] Components habits(const Calendar& calendar, Timestamp at) const;
    /// Log level at a time, within what the history makes plausible: 0 to its maximum plus one.
    [[nodiscard]] double level(const Calendar& calendar, Timestamp at) const;
    [[nodiscard]] HolidayEffect holiday_effect() const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(structure, coefficients, level_max, scale);
    }
};

/// Fits log levels of a history. Maximum a posteriori of
///     level = trend + Fourier terms of day, week and `found` periods + holidays + noise,
/// where the trend is linear between change points whose changes of slope have a Laplace prior, so
/// that most are zero. Noise is Huber's; recent days count more. Both the Laplace prior and
/// Huber's loss are quadratic with weights that follow from the last solution: the normal equations
/// are solved a few times until the residuals settle.
/// levels   log levels per bucket, NaN: missing; a bucket is taken at its middle
/// found    significant periods, strongest first
/// holiday  what is believed of holidays before this history
/// returns  nullopt with less than 3 days of buckets, or when nothing finite comes out
/// cost     O(iterations * buckets * columns^2): 60 days of hours and 86 columns take some ms
/// source   Taylor and Letham 2018, The American Statistician 72(1),
///          doi:10.1080/00031305.2017.1380080; reweighting: Holland and Welsch 1977,
///          doi:10.1080/03610927708827533
[[nodiscard]] std::optional<Fit> fit(const Series& levels, const Calendar& calendar,
                                     std::span<const Duration> found, const HolidayEffect& holiday);

/// The components of a demand history, per step from its first bucket until `until`, which may lie
/// after it: what a report draws. hourly: demand; scale as in log_level(). Empty when there are
/// less than 3 days of history.
[[nodiscard]] std::vector<Components> decompose(const Series& hourly, double scale,
                                                const Calendar& calendar,
                                                std::span<const Duration> found, Timestamp until);

/// The log levels of a demand history.
[[nodiscard]] Series log_levels(const Series& demand, double scale);

}  // namespace forescale::prophet
