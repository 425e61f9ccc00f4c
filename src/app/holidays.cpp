#include "app/holidays.h"

#include "base/text.h"
#include "base/text_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace forescale {

namespace embedded {
extern const std::string_view holidays_txt;
}

namespace {
constexpr int year_first = 2010;
constexpr int year_last = 2035;

using Days = std::set<Timestamp>;

/// The part of `text` before `separator`, which is taken off it.
std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::optional<Timestamp> day_of(std::string_view year, std::string_view month,
                                std::string_view day_of_month) {
    const auto time = parse_timestamp(fmt::format("{}-{}-{}T00:00:00Z", year, month, day_of_month));
    return time ? std::optional(*time) : std::nullopt;
}

// ---- what is part of the program

/// Adds or removes the days of one group of the data file: `*` or a year, then MMDD after MMDD.
void apply_group(std::string_view group, bool adds, Days& days) {
    const bool always = group.starts_with('*');
    const std::string_view year = group.substr(0, always ? 1 : 4);
    for (std::size_t at = year.size(); at + 4 <= group.size(); at += 4) {
        const auto month = group.substr(at, 2);
        const auto of_month = group.substr(at + 2, 2);
        for (int y = year_first; y <= year_last; ++y) {
            if (!always && fmt::format("{}", y) != year) continue;
            const auto midnight = day_of(fmt::format("{}", y), month, of_month);
            if (!midnight) continue;
            if (adds)
                days.insert(*midnight);
            else
                days.erase(*midnight);
        }
    }
}

void apply_groups(std::string_view groups, Days& days) {
    bool adds = true;
    while (!groups.empty()) {
        const auto group = take(groups, ' ');
        if (group == "=") return;
        if (group == "-")
            adds = false;
        else
            apply_group(group, adds, days);
    }
}

/// Every place of the data file with its groups; a subdivision that is like its country has none.
const std::map<std::string, std::string_view, std::less<>>& places() {
    static const auto all = [] {
        std::map<std::string, std::string_view, std::less<>> found;
        for (std::string_view text = embedded::holidays_txt; !text.empty();) {
            std::string_view groups = take(text, '\n');
            if (groups.empty() || groups.starts_with('#')) continue;
            const std::string place(take(groups, ' '));
            found[place] = groups;
            const auto same = groups.find("= ");
            if (same == std::string_view::npos) continue;
            for (std::string_view names = groups.substr(same + 2); !names.empty();)
                found[place + "-" + std::string(take(names, ' '))] = {};
        }
        return found;
    }();
    return all;
}

/// What somebody may have meant by an unknown place: the subdivisions of its country, or near
/// names.
std::string hint_for(std::string_view place) {
    const std::string country(place.substr(0, place.find('-')));
    std::vector<std::string_view> names;
    std::vector<std::string_view> of_country;
    for (const auto& [name, groups] : places()) {
        names.push_back(name);
        if (name.starts_with(country + "-")) of_country.push_back(name);
    }
    if (country.size() < place.size() && places().contains(country)) {
        if (of_country.empty())
            return fmt::format("{} is known without subdivisions: write {}", country, country);
        const auto near = nearest(place, of_country);
        if (near) return fmt::format("did you mean {}?", *near);
        return fmt::format("subdivisions known of {}: {}", country, fmt::join(of_country, ", "));
    }
    const auto near = nearest(place, names);
    return near ? fmt::format("did you mean {}?", *near)
                : "use a code of ISO 3166 like US or US-NY, or name the days in `holidays`";
}

// ---- files

Error at_line(const std::string& path, std::size_t line, std::string message) {
    return {Errc::invalid_argument, fmt::format("{}:{}: {}", path, line, message)};
}

Result<Days> read_csv(TextFile& file, const std::string& path) {
    Days days;
    while (true) {
        TRY(const auto line, file.next());
        if (!line) return days;
        std::string_view cells = *line;
        if (cells.empty()) continue;
        const auto date = take(cells, ',');
        const auto midnight = date.size() == 10
                                  ? day_of(date.substr(0, 4), date.substr(5, 2), date.substr(8, 2))
                                  : std::nullopt;
        if (!midnight || date[4] != '-' || date[7] != '-')
            return std::unexpected(
                at_line(path, file.line_number(),
                        fmt::format("'{}' is no day like 2026-12-25", printable(date))));
        days.insert(*midnight);
    }
}

/// One VEVENT, as far as it is read.
struct AllDay {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;  ///< exclusive
    bool yearly = false;
};

void insert_days(const AllDay& event, Days& days) {
    if (!event.from) return;  // not of whole days
    const Timestamp to = std::max(event.to.value_or(*event.from + day), *event.from + day);
    for (Timestamp at = *event.from; at < to; at += day) {
        if (!event.yearly) {
            days.insert(at);
            continue;
        }
        const std::string text = format_timestamp(at);
        for (int y = year_first; y <= year_last; ++y)
            if (const auto again = day_of(fmt::format("{}", y), std::string_view(text).substr(5, 2),
                                          std::string_view(text).substr(8, 2)))
                days.insert(*again);
    }
}

/// The day of a line like DTSTART;VALUE=DATE:20261225; nothing when it names a time.
std::optional<Timestamp> ical_day(std::string_view value) {
    if (value.size() != 8) return std::nullopt;
    return day_of(value.substr(0, 4), value.substr(4, 2), value.substr(6, 2));
}

/// What a line of an event adds to it. Returns what is wrong with the line; empty: nothing.
std::string add_line(std::string_view name, std::string_view value, AllDay& event) {
    if (name == "DTSTART") event.from = ical_day(value);
    if (name == "DTEND") event.to = ical_day(value);
    if (name != "RRULE") return {};
    event.yearly = value == "FREQ=YEARLY";
    if (event.yearly) return {};
    return fmt::format("the rule '{}' is not read, only FREQ=YEARLY is; write such days out",
                       printable(value));
}

Result<Days> read_ical(TextFile& file, const std::string& path) {
    Days days;
    AllDay event;
    bool inside = false;
    while (true) {
        TRY(const auto line, file.next());
        if (!line) return days;
        std::string_view value = *line;
        if (value.ends_with('\r')) value.remove_suffix(1);
        if (value.starts_with(' ')) continue;  // goes on with a line that is not read
        const std::string_view whole = value;
        std::string_view name = take(value, ':');
        name = take(name, ';');
        if (whole == "BEGIN:VEVENT") {
            event = {};
            inside = true;
        }
        if (!inside) continue;
        if (const std::string wrong = add_line(name, value, event); !wrong.empty())
            return std::unexpected(at_line(path, file.line_number(), wrong));
        if (whole != "END:VEVENT") continue;
        insert_days(event, days);
        inside = false;
    }
}

}  // namespace

Result<std::vector<Timestamp>> holidays_of(std::string_view place) {
    const auto found = places().find(place);
    if (found == places().end())
        return fail(Errc::not_found, "no holidays are known of the country '{}'; {}",
                    printable(place), hint_for(place));
    Days days;
    const auto country = places().find(place.substr(0, place.find('-')));
    if (country != places().end()) apply_groups(country->second, days);
    if (country != found) apply_groups(found->second, days);
    return std::vector<Timestamp>(days.begin(), days.end());
}

Result<std::vector<Timestamp>> read_holidays(const std::string& path) {
    TRY(auto file, TextFile::open(path));
    TRY(const auto first, file.next());
    std::string_view header = first ? std::string_view(*first) : std::string_view("nothing");
    if (header.ends_with('\r')) header.remove_suffix(1);
    Result<Days> days = Days{};
    if (header == "BEGIN:VCALENDAR")
        days = read_ical(file, path);
    else if (header == "date" || header == "date,name")
        days = read_csv(file, path);
    else
        return std::unexpected(
            at_line(path, 1,
                    fmt::format("it begins with '{}', expected the header 'date,name' of a CSV "
                                "file, or BEGIN:VCALENDAR",
                                printable(header))));
    if (!days) return std::unexpected(std::move(days).error());
    return std::vector<Timestamp>(days->begin(), days->end());
}

Result<std::vector<Timestamp>> usual_holidays(const std::string& country, const std::string& file) {
    if (!file.empty()) return read_holidays(file);
    if (!country.empty()) return holidays_of(country);
    return std::vector<Timestamp>{};
}

}  // namespace forescale
