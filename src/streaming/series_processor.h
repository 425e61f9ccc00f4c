#pragma once
#include "base/time.h"
#include "domain/sample.h"
#include "streaming/window_builder.h"

#include <cstdint>
#include <vector>

namespace forescale {

/// How one series is cleaned and windowed.
struct StreamSettings {
    MetricKind kind = MetricKind::gauge;
    Duration sample_step = std::chrono::minutes(1);
    /// Window widths, ascending, each a multiple of the one before. The narrowest are made of
    /// points, the wider ones merge the closed narrower ones, so that only minutes of points are
    /// ever held.
    std::vector<Duration> widths{std::chrono::minutes(1), std::chrono::minutes(5),
                                 std::chrono::hours(1)};
    Duration lateness_max = std::chrono::minutes(2);  ///< how long a window waits for its points
                                                      ///< after its end
    Duration ahead_max = std::chrono::minutes(5);     ///< a sample further in the future is refused
    /// One close() marks at most about this many windows without points: a week of minutes. Of a
    /// longer gap the middle is skipped and counted (window_builder.h).
    std::size_t gap_windows_max = 10'080;
    std::size_t points_max = 1'000'000;  ///< points in open windows; more are refused and counted
};

/// What happened to points that were not taken, by reason; every one is counted, none vanishes.
struct StreamCounts {
    std::int64_t accepted = 0;
    std::int64_t duplicate = 0;    ///< same time and value as one taken before
    std::int64_t conflicting = 0;  ///< same time, another value: the first one stays
    std::int64_t late = 0;         ///< arrived after its windows were closed
    std::int64_t future = 0;
    std::int64_t not_a_number = 0;  ///< kept as a state, counted here too
    std::int64_t negative = 0;      ///< a gauge of demand below zero: kept as not_a_number
    std::int64_t counter_resets = 0;
    std::int64_t counter_gaps = 0;  ///< readings of a counter too far apart for a rate
    std::int64_t overflow = 0;      ///< more than points_max waited
    template <class Archive>
    void fields(Archive& archive) {
        archive(accepted, duplicate, conflicting, late, future, not_a_number, negative,
                counter_resets, counter_gaps, overflow);
    }
};

/// The stream of one series, without bus or clock: validation, de-duplication, ordering, counter to
/// rate, gap marking and windows. The same points in any order give the same windows, to the bit,
/// as long as each arrives before its narrowest window closes (end + lateness_max): sums are made
/// in time order when a window closes.
///
/// Times: a point that is known to be missing gives way to a value for the same time; otherwise the
/// first one stays. Samples lie on the grid of sample_step, counted from 1970; what lies between
/// may come too late for a window that is complete without it. Values: nan, inf and beyond 1e100
/// (whose sums would not be finite) are kept as not_a_number. Counters: a rate needs two readings
/// at most 1.5 steps apart, both with a value. A wider hole has no rate: its steps are missing.
/// Whatever is put there instead would depend on whether a reading in the hole is only late, and
/// with it on the order of arrival. Lower than the reading before: state counter_reset for that
/// step. Readings may jitter by a quarter of a step; those closer together than half a step may be
/// counted as conflicting.
class SeriesProcessor {
public:
    SeriesProcessor() : SeriesProcessor(StreamSettings{}) {}
    explicit SeriesProcessor(StreamSettings settings);

    /// Takes points as they arrived; returns what was accepted, processed (a counter's readings
    /// become rates, named by the start of the step that they describe), in time order.
    std::vector<Point> ingest(std::vector<Point> points, Timestamp now);

    /// Takes back points that ingest() returned in an earlier life of the process: same windows, no
    /// counting, no conversion. A counter's newest reading is not among them: restoring fields()
    /// afterwards brings it back.
    void replay(std::vector<Point> processed);

    /// Closes every window whose end + lateness_max has passed, and gaps between them; behind
    /// those, every window that has ended and has a value at each of its steps: nothing that could
    /// still come would change it, and decisions are not made on old data. The first window ever
    /// waits for lateness_max in any case. Ascending in end, then width. Gaps are marked from the
    /// first window ever seen on.
    std::vector<Window> close(Timestamp now);

    /// Windows of `width` that have ended by `now` but may still change (they lie within
    /// lateness_max); ascending. One without a point yet is among them, as missing.
    [[nodiscard]] std::vector<Window> provisional(Duration width, Timestamp now) const;

    [[nodiscard]] const StreamCounts& counts() const { return counts_; }
    [[nodiscard]] std::int64_t gap_windows_skipped() const {
        return builder_.gap_windows_skipped();
    }
    [[nodiscard]] const StreamSettings& settings() const { return settings_; }

    /// Small (some hundred bytes): it is stored with every turn. Settings are not part of it.
    template <class Archive>
    void fields(Archive& archive) {
        archive(counts_, builder_, pending_, readings_);
        if constexpr (Archive::is_reading) drop_closed();
    }

private:
    [[nodiscard]] bool admit(Point& point, Timestamp now);
    [[nodiscard]] std::vector<Point> rates_of(const std::vector<Point>& taken) const;
    [[nodiscard]] std::vector<Point> ingest_readings(std::vector<Point> readings);
    [[nodiscard]] bool is_complete(std::vector<Point>::const_iterator& point,
                                   Timestamp start) const;
    [[nodiscard]] Timestamp closable(Timestamp now) const;
    [[nodiscard]] Duration contiguous_max() const { return settings_.sample_step * 3 / 2; }
    void drop_closed();

    StreamSettings settings_;
    StreamCounts counts_;
    WindowBuilder builder_;
    std::vector<Point> pending_;   ///< processed points of open windows, ascending, one per time
    std::vector<Point> readings_;  ///< counters: readings in open windows, ascending, one per time
};

}  // namespace forescale
