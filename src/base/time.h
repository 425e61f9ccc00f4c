#pragma once
#include "base/error.h"

#include <chrono>
#include <string>
#include <string_view>

namespace forescale {

/// UTC, milliseconds since 1970. Every time in the program is one of these; zones exist only in
/// Zone.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

constexpr Duration day = std::chrono::hours(24);

/// "2026-03-01T12:00:00Z" (fraction and numeric offset allowed, offset required) or Unix seconds as
/// digits.
/// errors  invalid_argument with the text and what was expected
[[nodiscard]] Result<Timestamp> parse_timestamp(std::string_view text);

/// ISO-8601 with Z; milliseconds only when they are not zero.
[[nodiscard]] std::string format_timestamp(Timestamp time);

/// "300s", "5m", "1h30m", "250ms", "2d".
/// errors  invalid_argument
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back as the same value: "5m", "1h30m", "250ms".
[[nodiscard]] std::string format_duration(Duration duration);

/// The start of the step that `time` lies in; steps are counted from 1970-01-01T00:00Z.
[[nodiscard]] constexpr Timestamp floor_to(Timestamp time, Duration step) {
    const auto since = time.time_since_epoch();
    const auto rest = ((since % step) + step) % step;
    return Timestamp(since - rest);
}

[[nodiscard]] constexpr double in_seconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

}  // namespace forescale
