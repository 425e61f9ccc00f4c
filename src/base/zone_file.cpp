#include "base/zone_file.h"

#include "base/text.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace forescale {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr int year_first = 1970;
constexpr int year_end = 2070;

std::int64_t year_start_s(int year) {
    using namespace std::chrono;
    return sys_seconds(sys_days(std::chrono::year(year) / January / 1)).time_since_epoch().count();
}

/// An offset that holds from an instant on, both in seconds.
struct Change {
    std::int64_t from_s;
    std::int64_t offset_s;
};

/// Big-endian numbers from the front of a byte string; past its end everything is zero and failed()
/// says so.
class Bytes {
public:
    explicit Bytes(std::string_view rest) : rest_(rest) {}

    std::string_view take(std::size_t count) {
        if (count > rest_.size()) {
            failed_ = true;
            rest_ = {};
            return {};
        }
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::int64_t integer(std::size_t width) {
        std::uint64_t value = 0;
        const auto bytes = take(width);
        for (const char c : bytes) value = (value << 8U) | static_cast<unsigned char>(c);
        const auto shift = 64 - 8 * width;
        return bytes.empty() ? 0 : static_cast<std::int64_t>(value << shift) >> shift;
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    std::string_view rest_;
    bool failed_ = false;
};

struct Header {
    char version = 0;
    std::size_t utc_flags = 0;
    std::size_t standard_flags = 0;
    std::size_t leap_seconds = 0;
    std::size_t transitions = 0;
    std::size_t types = 0;
    std::size_t name_bytes = 0;

    /// Size of what follows the header, with times of `time_bytes`.
    [[nodiscard]] std::size_t data_bytes(std::size_t time_bytes) const {
        return transitions * (time_bytes + 1) + types * 6 + name_bytes +
               leap_seconds * (time_bytes + 4) + standard_flags + utc_flags;
    }
};

bool read_header(Bytes& bytes, Header& header) {
    const auto magic = bytes.take(4);
    const auto version = bytes.take(1);
    bytes.take(15);
    for (auto* count : {&header.utc_flags, &header.standard_flags, &header.leap_seconds,
                        &header.transitions, &header.types, &header.name_bytes})
        *count = static_cast<std::size_t>(bytes.integer(4) & 0xffffffff);
    if (bytes.failed() || magic != "TZif") return false;
    header.version = version.front();
    return header.types > 0;
}

/// The listed changes, and first the offset that holds before all of them.
bool read_changes(Bytes& bytes, const Header& header, std::vector<Change>& changes) {
    auto times = Bytes(bytes.take(header.transitions * 8));
    const auto indices = bytes.take(header.transitions);
    auto types = Bytes(bytes.take(header.types * 6));
    bytes.take(header.data_bytes(8) - header.transitions * 9 - header.types * 6);
    if (bytes.failed()) return false;
    std::vector<std::int64_t> offsets(header.types);
    for (auto& offset : offsets) {
        offset = types.integer(4);
        types.take(2);
    }
    changes.push_back({std::numeric_limits<std::int64_t>::min(), offsets.front()});
    for (const char index : indices) {
        const auto type = static_cast<unsigned char>(index);
        if (type >= offsets.size()) return false;
        changes.push_back({times.integer(8), offsets[type]});
    }
    return std::ranges::is_sorted(changes, {}, &Change::from_s);
}

/// The day of a yearly change: "M3.5.0" (last Sunday of March), "J60" (28 February is 59 in every
/// year), "59" (from 0).
struct YearDay {
    enum class Kind : std::uint8_t { month_week_day, julian, zero_based } kind = Kind::zero_based;
    int month = 1;
    int week = 1;  ///< 5 is the last one
    int day = 0;   ///< of the week from Sunday, or of the year

    [[nodiscard]] std::int64_t start_s(int year) const {
        using namespace std::chrono;
        const auto first = year_start_s(year);
        const bool leap = std::chrono::year(year).is_leap();
        if (kind == Kind::julian) return first + (day - 1 + (leap && day > 59 ? 1 : 0)) * day_s;
        if (kind == Kind::zero_based) return first + day * day_s;
        const auto in_month =
            std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month));
        const weekday wanted(static_cast<unsigned>(day));
        const sys_days days = week == 5 ? sys_days(in_month / wanted[last])
                                        : sys_days(in_month / wanted[static_cast<unsigned>(week)]);
        return sys_seconds(days).time_since_epoch().count();
    }
};

/// What the file says of the years after its last transition, in the form of the TZ variable of
/// POSIX.
struct FutureRule {
    std::int64_t standard_s = 0;
    bool has_summer = false;
    std::int64_t summer_s = 0;
    YearDay summer_day;
    std::int64_t summer_clock_s = 7200;
    YearDay standard_day;
    std::int64_t standard_clock_s = 7200;
};

class RuleReader {
public:
    explicit RuleReader(std::string_view rest) : rest_(rest) {}

    std::optional<FutureRule> read() {
        FutureRule rule;
        if (!name() || !clock(rule.standard_s)) return std::nullopt;
        rule.standard_s = -rule.standard_s;  // POSIX counts hours west of Greenwich
        if (rest_.empty()) return rule;
        rule.has_summer = true;
        if (!name()) return std::nullopt;
        rule.summer_s = rule.standard_s + 3600;
        if (!rest_.starts_with(',')) {
            if (!clock(rule.summer_s)) return std::nullopt;
            rule.summer_s = -rule.summer_s;
        }
        if (!change(rule.summer_day, rule.summer_clock_s) ||
            !change(rule.standard_day, rule.standard_clock_s))
            return std::nullopt;
        return rest_.empty() ? std::optional(rule) : std::nullopt;
    }

private:
    bool accept(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool number(int low, int high, int& out) {
        const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
        if (parsed.ec != std::errc{} || out < low || out > high) return false;
        rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
        return true;
    }
    /// "CEST" or "<+0330>"
    bool name() {
        const bool quoted = accept('<');
        const auto is_letter = [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        };
        std::size_t size = 0;
        while (size < rest_.size() && (quoted ? rest_[size] != '>' : is_letter(rest_[size])))
            ++size;
        rest_.remove_prefix(size);
        return size >= 3 && (!quoted || accept('>'));
    }
    /// "-1", "3:30", "+5:45:00" as seconds
    bool clock(std::int64_t& seconds) {
        const bool negative = accept('-');
        if (!negative) accept('+');
        int hours = 0;
        int minutes = 0;
        int rest = 0;
        if (!number(0, 167, hours))
            return false;  // RFC 8536 allows a change up to a week away from its day
        if (accept(':') && !number(0, 59, minutes)) return false;
        if (accept(':') && !number(0, 59, rest)) return false;
        seconds = (std::int64_t{hours} * 60 + minutes) * 60 + rest;
        if (negative) seconds = -seconds;
        return true;
    }
    bool change(YearDay& day, std::int64_t& clock_s) {
        if (!accept(',') || !year_day(day)) return false;
        return !accept('/') || clock(clock_s);
    }
    bool year_day(YearDay& out) {
        if (accept('M')) {
            out.kind = YearDay::Kind::month_week_day;
            return number(1, 12, out.month) && accept('.') && number(1, 5, out.week) &&
                   accept('.') && number(0, 6, out.day);
        }
        if (accept('J')) {
            out.kind = YearDay::Kind::julian;
            return number(1, 365, out.day);
        }
        return number(0, 365, out.day);
    }

    std::string_view rest_;
};

/// Appends what the rule says about the time after the last change.
void append_future(const FutureRule& rule, std::vector<Change>& changes) {
    const auto after = changes.back().from_s;
    std::vector<Change> future;
    for (int year = year_first; rule.has_summer && year < year_end; ++year) {
        future.push_back(
            {rule.summer_day.start_s(year) + rule.summer_clock_s - rule.standard_s, rule.summer_s});
        future.push_back({rule.standard_day.start_s(year) + rule.standard_clock_s - rule.summer_s,
                          rule.standard_s});
    }
    std::ranges::sort(future, {}, &Change::from_s);
    for (const auto& change : future)
        if (change.from_s > after) changes.push_back(change);
}

/// "\nCET-1CEST,M3.5.0,M10.5.0/3\n"; an empty rule says nothing about the future.
bool read_footer(std::string_view footer, std::vector<Change>& changes) {
    if (footer.size() < 2 || footer.front() != '\n') return false;
    const auto end = footer.find('\n', 1);
    if (end == std::string_view::npos) return false;
    if (end == 1) return true;
    const auto rule = RuleReader(footer.substr(1, end - 1)).read();
    if (rule) append_future(*rule, changes);
    return rule.has_value();
}

/// Drops what lies outside of the years kept and what changes nothing; the first one holds from
/// 1970 on.
std::vector<Zone::Transition> keep_years(const std::vector<Change>& changes) {
    const auto first_s = year_start_s(year_first);
    std::vector<Change> kept;
    for (const auto& change : changes) {
        const Change moved{std::max(change.from_s, first_s), change.offset_s};
        if (moved.from_s >= year_start_s(year_end)) break;
        if (!kept.empty() && kept.back().from_s == moved.from_s) kept.pop_back();
        if (kept.empty() || kept.back().offset_s != moved.offset_s) kept.push_back(moved);
    }
    std::vector<Zone::Transition> transitions;
    for (const auto& change : kept)
        transitions.push_back({Timestamp(std::chrono::seconds(change.from_s)),
                               std::chrono::seconds(change.offset_s)});
    return transitions;
}

}  // namespace

Result<std::vector<Zone::Transition>> parse_zone_file(std::string_view bytes) {
    Bytes reader(bytes);
    Header header;
    std::vector<Change> changes;
    // The first half repeats everything with 32-bit times for readers of 1986.
    if (!read_header(reader, header) || header.version < '2')
        return fail(Errc::corrupt, "it is no time-zone file of version 2 or later");
    reader.take(header.data_bytes(4));
    if (!read_header(reader, header) || !read_changes(reader, header, changes))
        return fail(Errc::corrupt, "the time-zone file is cut off or damaged");
    if (!read_footer(reader.rest(), changes))
        return fail(Errc::corrupt, "the rule for future years '{}' cannot be read",
                    printable(reader.rest()));
    return keep_years(changes);
}

}  // namespace forescale
