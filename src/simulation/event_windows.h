#pragma once
#include "base/zone.h"
#include "domain/event.h"
#include "simulation/backtest_statistics.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace forescale {

struct BacktestSeries;
struct TraceGrid;

/// The stretches of time that events reach (reach_begin() to reach_end()), ascending: where reaches
/// overlap they are one window.
class EventWindows {
public:
    EventWindows() = default;
    /// holidays: local midnights; each is an event of its day.
    EventWindows(std::span<const BusinessEvent> events, std::span<const Timestamp> holidays,
                 const Zone& zone);
    /// Number of the window that a time lies in.
    [[nodiscard]] std::optional<std::size_t> at(Timestamp time) const;
    /// Whether any bucket of the test part lies in one.
    [[nodiscard]] bool reach_test_part(const TraceGrid& grid) const;

private:
    struct Window {
        Timestamp from;
        Timestamp until;
    };
    std::vector<Window> windows_;
};

/// What knowing the events was worth at one horizon on one series: the ensemble's forecasts of
/// targets inside the windows of events, beside those of a forecaster that was told of none.
struct EventScore {
    std::string series;
    Duration horizon{0};
    std::int64_t windows = 0;  ///< with a scored target
    std::int64_t count = 0;    ///< of targets
    double wape = 0, wape_without = 0;
    double ratio = 0;   ///< of the two; NaN where the error without is 0
    Interval ratio_95;  ///< by bootstrap over windows; NaN below 4
    double coverage_90 = 0, coverage_90_without = 0;
};

/// One score per horizon that has a target inside a window. `without`: the same series, played
/// without events.
[[nodiscard]] std::vector<EventScore> score_events(const BacktestSeries& series,
                                                   const BacktestSeries& without,
                                                   const EventWindows& windows);

/// Over series.
struct EventSummary {
    Duration horizon{0};
    std::int64_t series = 0, windows = 0, count = 0;
    double ratio = 0;                                 ///< geometric mean
    double coverage_90 = 0, coverage_90_without = 0;  ///< of all forecasts together
};
/// Ascending in horizon.
[[nodiscard]] std::vector<EventSummary> summarise(const std::vector<EventScore>& scores);

}  // namespace forescale
