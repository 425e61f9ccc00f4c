#pragma once
#include "base/error.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

/// Structured log: an event name, then key-value pairs.
///     log::info("replicas_changed", "service", id, "from", 4, "to", 9);
/// One line per event on stderr, as logfmt or JSON, with UTC time, level and event in front. Values
/// are numbers, text, times (ISO 8601), durations ("5m"), quantities, enums with a to_string, and
/// what fmt can write. The same event repeated more than `events_per_minute_max` times a minute is
/// counted instead of written, and the count is told in one line by the first event of a later
/// minute, or by flush(). Thread-safe.
namespace forescale::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };
enum class Format : std::uint8_t { logfmt, json };

/// One write(2), so that lines of several processes do not mix.
void write_stderr(std::string_view line);
[[nodiscard]] Timestamp system_now();

struct Settings {
    Level level = Level::info;
    Format format = Format::logfmt;
    int events_per_minute_max = 60;  ///< per event name
    /// Gets each whole line with its line end, one at a time. Must not log itself.
    std::function<void(std::string_view line)> sink = write_stderr;
    std::function<Timestamp()> now = system_now;
};
/// Before the first thread is started.
void configure(const Settings& settings);
/// Tells what is held back now; for the end of the process.
void flush();

[[nodiscard]] Result<Level> parse_level(std::string_view text);
[[nodiscard]] Result<Format> parse_format(std::string_view text);

/// One value as text; `quoted` tells JSON whether it is a string.
struct Value {
    std::string text;
    bool quoted = false;
};
using Pair = std::pair<std::string_view, Value>;
[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view event, const Pair* pairs, std::size_t count);

template <class T>
[[nodiscard]] Value to_value(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
        return {value ? "true" : "false", false};
    else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, char>)
        return {fmt::format("{}", value), false};
    else if constexpr (std::is_same_v<T, Timestamp>)
        return {format_timestamp(value), true};
    else if constexpr (std::is_convertible_v<T, Duration>)
        return {format_duration(value), true};
    else if constexpr (requires {
                           value.value() + value.value();
                           value <=> value;
                       })  // Quantity
        return to_value(value.value());
    else if constexpr (requires { std::string_view(to_string(value)); })
        return {std::string(to_string(value)), true};
    else
        return {fmt::format("{}", value), true};
}

template <class... Rest>
void collect(Pair* /*out*/) {}
template <class T, class... Rest>
void collect(Pair* out, std::string_view key, const T& value, const Rest&... rest) {
    *out = {key, to_value(value)};
    if constexpr (sizeof...(rest) > 0) collect(out + 1, rest...);
}

template <class... Args>
void event(Level level, std::string_view name, const Args&... args) {
    static_assert(sizeof...(args) % 2 == 0, "keys and values come in pairs");
    if (!enabled(level)) return;
    std::array<Pair, sizeof...(args) / 2 + 1> pairs;
    if constexpr (sizeof...(args) > 0) collect(pairs.data(), args...);
    write(level, name, pairs.data(), sizeof...(args) / 2);
}

template <class... Args>
void debug(std::string_view name, const Args&... args) {
    event(Level::debug, name, args...);
}
template <class... Args>
void info(std::string_view name, const Args&... args) {
    event(Level::info, name, args...);
}
template <class... Args>
void warn(std::string_view name, const Args&... args) {
    event(Level::warn, name, args...);
}
template <class... Args>
void error(std::string_view name, const Args&... args) {
    event(Level::error, name, args...);
}

}  // namespace forescale::log
