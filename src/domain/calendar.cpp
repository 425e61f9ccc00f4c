#include "domain/calendar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace forescale {
namespace {

constexpr std::array<std::string_view, 7> day_names{"Mon", "Tue", "Wed", "Thu",
                                                    "Fri", "Sat", "Sun"};

std::optional<int> digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.front() == '-')
        return std::nullopt;
    return value;
}

/// "08:00" to "24:00", as minutes.
Result<int> parse_time_of_day(std::string_view text) {
    const auto problem = [&] {
        return fail(Errc::invalid_argument, "'{}' is no time of day like 08:00 (or 24:00)", text);
    };
    if (text.size() != 5 || text[2] != ':') return problem();
    const auto hours = digits(text.substr(0, 2));
    const auto minutes = digits(text.substr(3));
    if (!hours || !minutes || *minutes > 59) return problem();
    const int time = *hours * 60 + *minutes;
    if (time > WeekSpan::day_minutes) return problem();
    return time;
}

Result<int> parse_day(std::string_view text) {
    const auto* const found = std::ranges::find(day_names, text);
    if (found == day_names.end())
        return fail(Errc::invalid_argument, "'{}' is no day; one of {}", text,
                    fmt::join(day_names, ", "));
    return static_cast<int>(found - day_names.begin());
}

/// "Fri 18:00", as minutes of the week.
Result<int> parse_week_time(std::string_view text) {
    if (text.size() < 4 || text[3] != ' ')
        return fail(Errc::invalid_argument, "'{}' is no time of the week like 'Fri 18:00'", text);
    TRY(const int day_index, parse_day(text.substr(0, 3)));
    TRY(const int time, parse_time_of_day(text.substr(4)));
    return day_index * WeekSpan::day_minutes + time;
}

bool names_a_day(std::string_view text) {
    return !text.empty() && (text.front() < '0' || text.front() > '9');
}

WeekSpan span_of(int from, int to, int period) {
    const int begin = from % WeekSpan::week_minutes;
    const int length = ((to - from) % period + period) % period;
    return {begin, begin + length};
}

Result<std::vector<WeekSpan>> weekly_span(std::string_view from, std::string_view to) {
    TRY(const int begin, parse_week_time(from));
    TRY(const int end, parse_week_time(to));
    const WeekSpan span = span_of(begin, end, WeekSpan::week_minutes);
    if (span.from == span.to)
        return fail(Errc::invalid_argument, "'{}' to '{}' is empty; let it end later", from, to);
    return std::vector{span};
}

/// A whole day is from 00:00 to 24:00; any other pair of equal times is empty.
Result<int> minutes_between(std::string_view from, std::string_view to) {
    TRY(const int begin, parse_time_of_day(from));
    TRY(const int end, parse_time_of_day(to));
    if (begin == end || begin == WeekSpan::day_minutes)
        return fail(Errc::invalid_argument,
                    "'{}' to '{}' is empty; a whole day is from 00:00 to 24:00", from, to);
    return end > begin ? end - begin : end - begin + WeekSpan::day_minutes;
}

/// Local wall-clock time on the UTC line.
Result<Timestamp> parse_local(std::string_view text) {
    std::string iso(text.substr(0, std::min<std::size_t>(text.size(), 10)));
    const std::string_view rest = text.substr(iso.size());
    const bool has_time = rest.size() == 6 && (rest.front() == ' ' || rest.front() == 'T');
    iso += has_time ? fmt::format("T{}:00Z", rest.substr(1)) : "T00:00:00Z";
    const auto parsed = parse_timestamp(iso);
    if (!parsed || (!has_time && !rest.empty()))
        return fail(Errc::invalid_argument, "'{}' is no date like 2026-12-20 or 2026-12-20 18:00",
                    text);
    return *parsed;
}

}  // namespace

int minute_of_week(Timestamp local) {
    constexpr int monday = 3 * WeekSpan::day_minutes;  // 1970-01-01 was a Thursday
    const auto minutes = std::chrono::floor<std::chrono::minutes>(local).time_since_epoch().count();
    constexpr std::int64_t week = WeekSpan::week_minutes;
    return static_cast<int>(((minutes + monday) % week + week) % week);
}

bool contains(const std::vector<WeekSpan>& spans, int minute) {
    return std::ranges::any_of(spans, [=](const WeekSpan& span) { return span.contains(minute); });
}

int minutes_left(const std::vector<WeekSpan>& spans) {
    int left = 0;
    for (int minute = 0; minute < WeekSpan::week_minutes; ++minute)
        if (!contains(spans, minute)) ++left;
    return left;
}

Result<std::vector<WeekSpan>> parse_week_spans(const std::vector<std::string>& days,
                                               std::string_view from, std::string_view to) {
    if (days.empty() && names_a_day(from)) return weekly_span(from, to);
    TRY(const int begin, parse_time_of_day(from));
    TRY(const int length, minutes_between(from, to));
    std::vector<WeekSpan> out;
    for (const std::string_view name : day_names) {
        const auto times = std::ranges::count(days, name);
        if (times > 1) return fail(Errc::invalid_argument, "{} is named twice", name);
        if (times == 0 && !days.empty()) continue;
        TRY(const int day_index, parse_day(name));
        const int start = day_index * WeekSpan::day_minutes + begin;
        out.push_back({start, start + length});
    }
    for (const std::string& name : days) TRY_VOID(parse_day(name));
    return out;
}

Result<DatedSpan> parse_dated_span(const Zone& zone, std::string_view from, std::string_view to) {
    TRY(const Timestamp begin, parse_local(from));
    TRY(const Timestamp end, parse_local(to));
    const DatedSpan span{zone.from_local(begin, Zone::Twice::first),
                         zone.from_local(end, Zone::Twice::second)};
    if (span.to <= span.from)
        return fail(Errc::invalid_argument, "'{}' is not after '{}'; let it end later", to, from);
    return span;
}

}  // namespace forescale
