#include "base/time.h"

#include "base/text.h"

#include <charconv>

namespace forescale {
namespace {

constexpr std::int64_t ms_per_second = 1000;
constexpr std::int64_t ms_per_minute = 60 * ms_per_second;
constexpr std::int64_t ms_per_hour = 60 * ms_per_minute;
constexpr std::int64_t ms_per_day = 24 * ms_per_hour;
/// 13 digits are milliseconds, not seconds: 1e11 s is the year 5138, 1e11 ms is 1973.
constexpr std::int64_t epoch_seconds_end = 100'000'000'000;

struct Civil {
    std::int64_t year;
    unsigned month;
    unsigned day;
};

// source  H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and
// civil_from_days
constexpr std::int64_t days_from_civil(Civil date) {
    const auto year = date.month <= 2 ? date.year - 1 : date.year;
    const auto era = (year >= 0 ? year : year - 399) / 400;
    const auto year_of_era = static_cast<unsigned>(year - era * 400);
    const auto day_of_year =
        (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
    const auto day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + std::int64_t{day_of_era} - 719468;
}

constexpr Civil civil_from_days(std::int64_t days) {
    days += 719468;
    const auto era = (days >= 0 ? days : days - 146096) / 146097;
    const auto day_of_era = static_cast<unsigned>(days - era * 146097);
    const auto year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const auto shifted = (5 * day_of_year + 2) / 153;
    const auto day = day_of_year - (153 * shifted + 2) / 5 + 1;
    const auto month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {std::int64_t{year_of_era} + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr bool is_leap(std::int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr unsigned days_in(std::int64_t year, unsigned month) {
    constexpr std::array<unsigned, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days.at(month - 1);
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads a text from the front. A step that does not match returns false and leaves the rest as it
/// is.
class Cursor {
public:
    explicit Cursor(std::string_view rest) : rest_(rest) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool accept(char c) {
        if (peek() != c || done()) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Exactly `count` digits.
    bool digits(std::size_t count, unsigned& out) {
        if (rest_.size() < count) return false;
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!is_digit(rest_[i])) return false;
            value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        out = value;
        return true;
    }
    /// ".25" as milliseconds; digits after the third are dropped. True when there is no fraction at
    /// all.
    bool fraction(std::int64_t& ms) {
        ms = 0;
        if (!accept('.')) return true;
        std::size_t count = 0;
        for (std::int64_t scale = 100; is_digit(peek()); ++count, scale /= 10) {
            ms += scale * (peek() - '0');
            rest_.remove_prefix(1);
        }
        return count > 0;
    }

private:
    std::string_view rest_;
};

std::unexpected<Error> not_a_timestamp(std::string_view text, std::string_view why) {
    return fail(Errc::invalid_argument,
                "'{}' is not a timestamp: {}; write 2026-03-01T12:00:00Z or Unix seconds",
                printable(text), why);
}

bool all_digits_or_dot(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

Result<Timestamp> parse_epoch(std::string_view text) {
    std::int64_t seconds = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const auto used = static_cast<std::size_t>(parsed.ptr - text.data());
    std::int64_t ms = 0;
    Cursor rest(text.substr(used));
    if (used == 0 || !rest.fraction(ms) || !rest.done())
        return not_a_timestamp(text, "it is no number");
    if (parsed.ec != std::errc{} || seconds >= epoch_seconds_end)
        return not_a_timestamp(text, "as Unix seconds it lies after the year 5138 (milliseconds?)");
    return Timestamp(Duration(seconds * ms_per_second + ms));
}

/// "2026-03-01"
bool read_date(Cursor& cursor, Civil& date) {
    unsigned year = 0;
    if (!cursor.digits(4, year) || !cursor.accept('-') || !cursor.digits(2, date.month) ||
        !cursor.accept('-') || !cursor.digits(2, date.day))
        return false;
    date.year = year;
    return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= days_in(date.year, date.month);
}

/// "12:00", "12:00:00", "12:00:00.250", as milliseconds of the day. Second 60 is let through for a
/// leap second.
bool read_clock(Cursor& cursor, std::int64_t& ms, bool& leap_second) {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    std::int64_t fraction = 0;
    if (!cursor.digits(2, hour) || !cursor.accept(':') || !cursor.digits(2, minute)) return false;
    if (cursor.accept(':') && (!cursor.digits(2, second) || !cursor.fraction(fraction)))
        return false;
    leap_second = second == 60;
    ms = std::int64_t{hour} * ms_per_hour + std::int64_t{minute} * ms_per_minute +
         std::int64_t{second} * ms_per_second + fraction;
    return hour < 24 && minute < 60 && second <= 60;
}

/// "Z", "+01:00", "-0530", "+01", as milliseconds that local time is ahead of UTC.
bool read_offset(Cursor& cursor, std::int64_t& ms) {
    ms = 0;
    if (cursor.accept('Z') || cursor.accept('z')) return true;
    const bool negative = cursor.peek() == '-';
    if (!cursor.accept('-') && !cursor.accept('+')) return false;
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!cursor.digits(2, hours)) return false;
    const bool colon = cursor.accept(':');
    if ((colon || !cursor.done()) && !cursor.digits(2, minutes)) return false;
    ms = std::int64_t{hours} * ms_per_hour + std::int64_t{minutes} * ms_per_minute;
    if (negative) ms = -ms;
    return hours < 24 && minutes < 60;
}

Result<Timestamp> parse_iso(std::string_view text) {
    Cursor cursor(text);
    Civil date{};
    std::int64_t clock = 0;
    std::int64_t offset = 0;
    bool leap_second = false;
    if (!read_date(cursor, date)) return not_a_timestamp(text, "no valid date at its beginning");
    if (cursor.done()) return not_a_timestamp(text, "it has a date and no time");
    if (!cursor.accept('T') && !cursor.accept('t') && !cursor.accept(' '))
        return not_a_timestamp(text, "after the date must come T and a time");
    if (!read_clock(cursor, clock, leap_second))
        return not_a_timestamp(text, "no valid time after the date");
    if (cursor.done()) return not_a_timestamp(text, "it has no offset (Z for UTC, +01:00)");
    if (!read_offset(cursor, offset) || !cursor.done())
        return not_a_timestamp(text, "after the time must come Z or an offset like +01:00");
    // A leap second is the last of its UTC day and counts as the first of the next one, as in Unix
    // time.
    const auto ms = days_from_civil(date) * ms_per_day + clock - offset;
    if (leap_second && (ms % ms_per_day + ms_per_day) % ms_per_day >= ms_per_second)
        return not_a_timestamp(text, "second 60 exists at 23:59 UTC only");
    return Timestamp(Duration(ms));
}

char* put_digits(char* out, std::uint64_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

/// Four digits; outside of 0000..9999 with a sign and as many as it takes.
char* put_year(char* out, char* end, std::int64_t year) {
    if (year >= 0 && year <= 9999) return put_digits(out, static_cast<std::uint64_t>(year), 4);
    if (year > 0) *out++ = '+';
    return std::to_chars(out, end, year).ptr;
}

struct Unit {
    std::string_view name;
    std::uint64_t ms;
};
/// Largest first: the order in which a duration is written.
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

std::unexpected<Error> not_a_duration(std::string_view text, std::string_view why) {
    return fail(Errc::invalid_argument,
                "'{}' is not a duration: {}; write 250ms, 30s, 5m, 1h30m or 2d", printable(text),
                why);
}

/// Takes "90m" from the front of `rest` and adds it to `sum`; units before `first` are used up
/// already. Returns why not, or nothing.
std::string_view take_part(std::string_view& rest, std::size_t& first, std::uint64_t& sum) {
    std::uint64_t count = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    const auto used = static_cast<std::size_t>(parsed.ptr - rest.data());
    if (used == 0) return "a whole number must stand before each unit";
    rest.remove_prefix(used);
    auto end = std::ranges::find_if_not(rest, [](char c) { return c >= 'a' && c <= 'z'; });
    const auto name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    if (name.empty()) return "a number has no unit";
    const auto unit = std::ranges::find(units, name, &Unit::name);
    if (unit == units.end()) return "the units are d, h, m, s and ms";
    const auto index = static_cast<std::size_t>(unit - units.begin());
    if (index < first) return "each unit may stand once, the largest first";
    std::uint64_t part = 0;
    if (parsed.ec != std::errc{} || __builtin_mul_overflow(count, unit->ms, &part) ||
        __builtin_add_overflow(sum, part, &sum))
        return "it is too long";
    first = index + 1;
    rest.remove_prefix(name.size());
    return {};
}

}  // namespace

Result<Timestamp> parse_timestamp(std::string_view text) {
    if (text.empty()) return not_a_timestamp(text, "it is empty");
    if (all_digits_or_dot(text)) return parse_epoch(text);
    return parse_iso(text);
}

std::string format_timestamp(Timestamp time) {
    const auto days = std::chrono::floor<std::chrono::days>(time.time_since_epoch());
    const auto date = civil_from_days(days.count());
    // Subtracting the floor first would overflow for the very first days that fit.
    const auto rest = time.time_since_epoch().count() % ms_per_day;
    const auto clock = static_cast<std::uint64_t>(rest < 0 ? rest + ms_per_day : rest);
    std::array<char, 40> text{};
    char* out = put_year(text.data(), text.data() + text.size(), date.year);
    *out++ = '-';
    out = put_digits(out, date.month, 2);
    *out++ = '-';
    out = put_digits(out, date.day, 2);
    *out++ = 'T';
    out = put_digits(out, clock / 3'600'000, 2);
    *out++ = ':';
    out = put_digits(out, clock / 60'000 % 60, 2);
    *out++ = ':';
    out = put_digits(out, clock / 1000 % 60, 2);
    if (clock % 1000 != 0) {
        *out++ = '.';
        out = put_digits(out, clock % 1000, 3);
    }
    *out++ = 'Z';
    return {text.data(), out};
}

Result<Duration> parse_duration(std::string_view text) {
    auto rest = text;
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);
    if (rest.empty()) return not_a_duration(text, "it is empty");
    if (rest == "0") return Duration(0);
    std::uint64_t sum = 0;
    for (std::size_t first = 0; !rest.empty();)
        if (const auto why = take_part(rest, first, sum); !why.empty())
            return not_a_duration(text, why);
    const auto magnitude_max =
        static_cast<std::uint64_t>(Duration::max().count()) + (negative ? 1U : 0U);
    if (sum > magnitude_max) return not_a_duration(text, "it is too long");
    return Duration(static_cast<Duration::rep>(negative ? 0U - sum : sum));
}

std::string format_duration(Duration duration) {
    if (duration == Duration(0)) return "0s";
    const bool negative = duration < Duration(0);
    // Unsigned, because the most negative value has no positive twin.
    auto rest = static_cast<std::uint64_t>(duration.count());
    if (negative) rest = 0U - rest;
    std::string text(negative ? "-" : "");
    for (const auto& unit : units) {
        if (rest / unit.ms > 0)
            fmt::format_to(std::back_inserter(text), "{}{}", rest / unit.ms, unit.name);
        rest %= unit.ms;
    }
    return text;
}

}  // namespace forescale
