#include "base/log.h"

#include "base/text.h"
#include "base/time.h"

#include <atomic>
#include <cerrno>
#include <mutex>

#include <unistd.h>

namespace forescale::log {
namespace {

constexpr std::int64_t minute_ms = 60'000;
/// Event names are literals in the code; this bounds the memory if one is not.
constexpr std::size_t event_names_max = 1000;

/// What became of one event name in the current minute.
struct Repeats {
    int written = 0;
    std::int64_t held_back = 0;
    Level level = Level::info;
};

std::string_view level_name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::off:
            return "off";
    }
    return "off";
}

/// The length of the well-formed UTF-8 sequence at the front of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const auto lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead < 0xf0) {
        const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead < 0xf5) {
        const bool overlong = lead == 0xf0 && byte(1) < 0x90;
        const bool beyond = lead == 0xf4 && byte(1) >= 0x90;
        return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

/// Appends `text` between quotes. One line stays one line, and bytes that are no UTF-8 become the
/// replacement character.
void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        const auto length = sequence_length(text);
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte == 0x7f)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        else if (length == 0)
            out += "\xef\xbf\xbd";
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

bool is_bare(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    });
}

void append_logfmt(std::string& out, std::string_view key, const Value& value) {
    if (!out.empty()) out += ' ';
    out += key;
    out += '=';
    if (is_bare(value.text))
        out += value.text;
    else
        append_quoted(out, value.text);
}

/// JSON has no numbers for NaN and infinity: they become text.
bool is_json_literal(const Value& value) {
    return !value.quoted && value.text.find('n') == std::string::npos;
}

void append_json(std::string& out, std::string_view key, const Value& value) {
    out += out.empty() ? '{' : ',';
    append_quoted(out, key);
    out += ':';
    if (is_json_literal(value))
        out += value.text;
    else
        append_quoted(out, value.text);
}

/// Each key stands once in a line, and these are taken.
bool is_reserved(std::string_view key) {
    return key == "time" || key == "level" || key == "event";
}

/// The one logger of the process: settings that are fixed before threads start, and the counts
/// behind a lock.
class Logger {
public:
    void configure(const Settings& settings) {
        const std::scoped_lock lock(mutex_);
        settings_ = settings;
        repeats_.clear();
        level_ = settings.level;
    }
    [[nodiscard]] bool enabled(Level level) const {
        return level != Level::off && level >= level_.load(std::memory_order_relaxed);
    }
    void write(Level level, std::string_view event, std::span<const Pair> pairs) {
        const std::scoped_lock lock(mutex_);
        const auto now = settings_.now();
        report_finished(now);
        if (may_write(level, event)) emit(now, level, event, pairs);
    }
    void flush() {
        const std::scoped_lock lock(mutex_);
        const auto now = settings_.now();
        for (auto& [event, repeats] : repeats_) report(now, event, repeats);
    }

private:
    static std::int64_t minute_of(Timestamp time) {
        return time.time_since_epoch().count() / minute_ms;
    }
    /// Once a minute: what was held back in the minutes before is told, and events long silent are
    /// forgotten.
    void report_finished(Timestamp now) {
        if (minute_of(now) == minute_) return;
        minute_ = minute_of(now);
        for (auto& [event, repeats] : repeats_) report(now, event, repeats);
        repeats_.clear();
    }
    void report(Timestamp now, std::string_view event, Repeats& repeats) {
        if (repeats.held_back == 0) return;
        const std::array<Pair, 2> pairs{{{"repeated", {std::string(event), true}},
                                         {"count", {fmt::format("{}", repeats.held_back), false}}}};
        emit(now, repeats.level, "log_lines_held_back", pairs);
        repeats.held_back = 0;
    }
    bool may_write(Level level, std::string_view event) {
        auto found = repeats_.find(event);
        if (found == repeats_.end()) {
            if (repeats_.size() >= event_names_max) return true;
            found = repeats_.emplace(event, Repeats{}).first;
        }
        auto& repeats = found->second;
        repeats.level = std::max(repeats.level, level);
        if (repeats.written < settings_.events_per_minute_max) {
            ++repeats.written;
            return true;
        }
        ++repeats.held_back;
        return false;
    }
    void emit(Timestamp now, Level level, std::string_view event, std::span<const Pair> pairs) {
        std::string line;
        const auto append = settings_.format == Format::json ? append_json : append_logfmt;
        append(line, "time", {format_timestamp(now), true});
        append(line, "level", {std::string(level_name(level)), true});
        append(line, "event", {std::string(event), true});
        for (const auto& [key, value] : pairs)
            append(line, is_reserved(key) ? fmt::format("{}_", key) : std::string(key), value);
        line += settings_.format == Format::json ? "}\n" : "\n";
        settings_.sink(line);
    }

    std::mutex mutex_;
    Settings settings_;
    std::atomic<Level> level_ = Level::info;
    std::map<std::string, Repeats, std::less<>> repeats_;
    std::int64_t minute_ = 0;
};

Logger& logger() {
    static Logger the;
    return the;
}

template <class Enum, std::size_t N>
Result<Enum> parse_choice(std::string_view what, std::string_view text,
                          const std::array<std::pair<std::string_view, Enum>, N>& choices) {
    std::string names;
    for (const auto& [name, value] : choices) {
        if (name == text) return value;
        names += names.empty() ? "" : ", ";
        names += name;
    }
    return fail(Errc::invalid_argument, "'{}' is no log {}; choose one of {}", printable(text),
                what, names);
}

}  // namespace

void write_stderr(std::string_view line) {
    while (!line.empty()) {
        const auto n = ::write(STDERR_FILENO, line.data(), line.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;  // nobody reads stderr: there is nowhere left to complain
        line.remove_prefix(static_cast<std::size_t>(n));
    }
}

Timestamp system_now() {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

void configure(const Settings& settings) {
    logger().configure(settings);
}
void flush() {
    logger().flush();
}
bool enabled(Level level) {
    return logger().enabled(level);
}
void write(Level level, std::string_view event, const Pair* pairs, std::size_t count) {
    logger().write(level, event, std::span(pairs, count));
}

Result<Level> parse_level(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, Level>, 5> levels{{{"debug", Level::debug},
                                                                        {"info", Level::info},
                                                                        {"warn", Level::warn},
                                                                        {"error", Level::error},
                                                                        {"off", Level::off}}};
    return parse_choice("level", text, levels);
}

Result<Format> parse_format(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, Format>, 2> formats{
        {{"logfmt", Format::logfmt}, {"json", Format::json}}};
    return parse_choice("format", text, formats);
}

}  // namespace forescale::log
