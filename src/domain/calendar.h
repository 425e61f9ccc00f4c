#pragma once
#include "base/error.h"
#include "base/time.h"
#include "base/zone.h"

#include <string>
#include <vector>

namespace forescale {

/// Minutes of a week on a wall clock, Monday 00:00 is 0: [from, to). `to` lies up to a week after
/// `from`, so that a span over midnight, or over the end of the week, is one.
struct WeekSpan {
    static constexpr int day_minutes = 24 * 60;
    static constexpr int week_minutes = 7 * day_minutes;
    int from = 0;  ///< 0 .. week_minutes - 1
    int to = 0;    ///< from + 1 .. from + week_minutes

    [[nodiscard]] bool contains(int minute) const {
        return (from <= minute && minute < to) || minute + week_minutes < to;
    }
    [[nodiscard]] bool overlaps(const WeekSpan& other) const {
        return contains(other.from) || other.contains(from);
    }
    friend bool operator==(const WeekSpan&, const WeekSpan&) = default;
};

/// Instants: [from, to).
struct DatedSpan {
    Timestamp from;
    Timestamp to;
    [[nodiscard]] bool contains(Timestamp time) const { return from <= time && time < to; }
    friend bool operator==(const DatedSpan&, const DatedSpan&) = default;
};

/// Of a wall-clock time as Zone::to_local() gives it.
[[nodiscard]] int minute_of_week(Timestamp local);

[[nodiscard]] bool contains(const std::vector<WeekSpan>& spans, int minute);
/// Minutes of the week that no span covers.
[[nodiscard]] int minutes_left(const std::vector<WeekSpan>& spans);

/// The spans that an operator means by days (Mon .. Sun; none: every day), "08:00" and "20:00", or
/// by no days, "Fri 18:00" and "Mon 08:00". A `to` that is not after `from` lies on the next day;
/// "24:00" ends a day.
/// errors  invalid_argument: no such time or day, empty, a day twice
[[nodiscard]] Result<std::vector<WeekSpan>> parse_week_spans(const std::vector<std::string>& days,
                                                             std::string_view from,
                                                             std::string_view to);

/// The instants that "2026-12-20", or "2026-12-20 18:00", is in a zone. A day ends when the next
/// one begins: "2026-12-20" to "2026-12-26" is six days and not the 26th. A time that a clock
/// change leaves out is the one as long after it; of one that comes twice, a span begins at the
/// first and ends at the second.
/// errors  invalid_argument: no such date, not after `from`
[[nodiscard]] Result<DatedSpan> parse_dated_span(const Zone& zone, std::string_view from,
                                                 std::string_view to);

}  // namespace forescale
