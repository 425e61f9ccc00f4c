#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "base/time.h"
#include "domain/sample.h"

namespace forescale {

/// How one series is cleaned and windowed.
struct StreamSettings {
    MetricKind kind = MetricKind::gauge;
    Duration sample_step = std::chrono::minutes(1);
    /// Window widths, ascending, each a multiple of the one before. The narrowest are made of points, the wider ones merge the
    /// closed narrower ones, so that only minutes of points are ever held.
    std::vector<Duration> widths{std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::hours(1)};
    Duration lateness_max = std::chrono::minutes(2);  ///< a sample may arrive this long after the end of its step
    Duration ahead_max = std::chrono::minutes(5);     ///< a sample further in the future than this is refused
};

/// What happened to points that were not taken, by reason; every one is counted, none vanishes.
struct StreamCounts {
    std::int64_t accepted = 0;
    std::int64_t duplicate = 0;       ///< same time and value as one taken before
    std::int64_t conflicting = 0;     ///< same time, another value: the first one stays
    std::int64_t late = 0;            ///< arrived after its windows were closed
    std::int64_t future = 0;
    std::int64_t not_a_number = 0;    ///< kept as a state, counted here too
    std::int64_t negative = 0;        ///< a gauge of demand below zero: kept as not_a_number
    std::int64_t counter_resets = 0;
    template <class Archive>
    void fields(Archive& archive) {
        archive(accepted, duplicate, conflicting, late, future, not_a_number, negative, counter_resets);
    }
};

/// The stream of one series, without bus or clock: validation, de-duplication, ordering, counter to rate, gap marking and
/// windows. The same points in any order within lateness_max give the same windows, to the bit: sums are made in time order
/// when a window closes.
class SeriesProcessor {
public:
    SeriesProcessor() = default;
    explicit SeriesProcessor(StreamSettings settings);

    /// Takes points as they arrived; returns what was accepted, processed (a counter's readings become rates, named by the start
    /// of the step that they describe), in time order.
    std::vector<Point> ingest(std::vector<Point> points, Timestamp now);

    /// Takes back points that ingest() returned in an earlier life of the process: same windows, no counting, no conversion.
    void replay(const std::vector<Point>& processed);

    /// Closes every window whose end + lateness_max has passed, and gaps between them; ascending in end, then width.
    /// Gaps are marked from the first window ever seen on.
    std::vector<Window> close(Timestamp now);

    /// Windows of `width` that have ended by `now` but may still change (they lie within lateness_max); ascending.
    [[nodiscard]] std::vector<Window> provisional(Duration width, Timestamp now) const;

    [[nodiscard]] const StreamCounts& counts() const { return counts_; }

    /// Small (some hundred bytes): it is stored with every turn. Settings are not part of it.
    template <class Archive>
    void fields(Archive& archive);

private:
    StreamSettings settings_;
    StreamCounts counts_;
};

}  // namespace forescale
