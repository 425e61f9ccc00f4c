#pragma once
#include "base/time.h"
#include "domain/service.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace forescale {

/// Missing is not zero: the state of a sample travels with it to the decision.
enum class SampleState : std::uint8_t {
    present,
    missing,        ///< the source answered, and had no value for this time
    stale,          ///< the source says that the series ended
    not_a_number,   ///< a value came that is no finite number
    counter_reset,  ///< a counter went backwards: no rate can be known for this step
};
[[nodiscard]] std::string_view to_string(SampleState state);

/// One measurement. `at` is the start of the span that it describes for a gauge, the instant of
/// reading for a counter.
struct Point {
    Timestamp at;
    double value = 0.0;  ///< meaningful only when present
    SampleState state = SampleState::present;

    friend bool operator==(const Point&, const Point&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, value, state);
    }
};

/// Points of one series, in any order. What metrics.raw and metrics.processed carry.
struct SampleBatch {
    ServiceId service;
    std::vector<Point> points;
};

/// All points of [start, start + width). What metrics.aggregated carries; the same points in any
/// order give the same bits.
struct Window {
    Timestamp start;
    Duration width{0};
    std::int64_t count = 0;  ///< present points; 0 marks a gap
    double sum = 0.0;
    double min = 0.0;
    double max = 0.0;
    double last = 0.0;
    SampleState state = SampleState::missing;  ///< present, or why it is not

    [[nodiscard]] bool present() const { return count > 0; }
    [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
    [[nodiscard]] Timestamp end() const { return start + width; }
    friend bool operator==(const Window&, const Window&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(start, width, count, sum, min, max, last, state);
    }
};

struct WindowBatch {
    ServiceId service;
    std::vector<Window> windows;
};

}  // namespace forescale
