#include "collectors/replay/csv.h"

#include "base/text.h"

#include <charconv>
#include <set>

namespace forescale {
namespace {

constexpr std::string_view header_forms =
    "expected `timestamp,value`, or `timestamp,` and one column name per service";

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Takes the text up to the next comma off the front of `rest`; `rest` becomes nothing behind the
/// last cell.
std::string_view take_cell(std::optional<std::string_view>& rest) {
    const auto comma = rest->find(',');
    const auto cell = trimmed(rest->substr(0, comma));
    if (comma == std::string_view::npos)
        rest.reset();
    else
        rest->remove_prefix(comma + 1);
    return cell;
}

std::size_t count_cells(std::string_view line) {
    return static_cast<std::size_t>(std::ranges::count(line, ',')) + 1;
}

std::string shown(std::string_view cell) {
    return printable(cell, 40);
}

/// Reads exactly `count` digits at `from`; -1 when there is anything else.
int digits(std::string_view text, std::size_t from, std::size_t count) {
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// "2026-03-01T12:00:00Z", the form of nearly every row, at a tenth of the cost of the general
/// parser. Anything else, also what is no valid time, is left to that parser.
std::optional<Timestamp> parse_common_time(std::string_view text) {
    if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text[19] != 'Z')
        return std::nullopt;
    const int year = digits(text, 0, 4), month = digits(text, 5, 2),
              day_of_month = digits(text, 8, 2);
    const int hour = digits(text, 11, 2), minute = digits(text, 14, 2),
              second = digits(text, 17, 2);
    if (year < 0 || month < 0 || day_of_month < 0 || hour < 0 || minute < 0 || second < 0)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day_of_month)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<CsvReader> CsvReader::open(const std::string& path) {
    TRY(auto file, TextFile::open(path));
    CsvReader reader(std::move(file));
    TRY_VOID(reader.read_header());
    return reader;
}

std::unexpected<Error> CsvReader::wrong(const std::string& what) const {
    return fail(Errc::invalid_argument, "{}:{}: {}", path(), line_number(), what);
}

Result<void> CsvReader::read_header() {
    TRY(const auto line, file_.next());
    if (!line)
        return fail(Errc::invalid_argument, "{}: the file is empty; {}", path(), header_forms);
    if (line->find('"') != std::string_view::npos)
        return wrong(
            "a quote in the header; quoted cells are not read, write the names without quotes");
    if (count_cells(*line) - 1 > columns_max)
        return wrong(
            fmt::format("{} columns; at most {} are read", count_cells(*line) - 1, columns_max));
    std::optional rest(*line);
    const auto first = take_cell(rest);
    if (first != "timestamp" || !rest)
        return wrong(fmt::format("the header is \"{}\"; {}", shown(*line), header_forms));
    std::set<std::string_view> seen;
    while (rest) {
        const auto name = take_cell(rest);
        if (name.empty())
            return wrong(
                fmt::format("column {} has no name; {}", columns_.size() + 2, header_forms));
        if (!seen.insert(name).second)
            return wrong(fmt::format("column \"{}\" stands twice in the header", shown(name)));
        columns_.emplace_back(name);
    }
    return {};
}

Result<std::optional<CsvRow>> CsvReader::end_of_file() {
    exhausted_ = true;
    if (any_line_) return std::nullopt;
    any_line_ = true;  // said once; after that it is an end like any other
    return fail(Errc::invalid_argument,
                "{}: only a header, no rows; expected at least one row below it", path());
}

Result<std::optional<CsvRow>> CsvReader::next() {
    while (!exhausted_) {
        auto line = file_.next();
        if (!line) {
            exhausted_ = true;
            return std::unexpected(std::move(line).error());
        }
        if (!*line) return end_of_file();
        if (trimmed(**line).empty()) continue;
        any_line_ = true;
        TRY(auto row, parse_row(**line));
        return row;
    }
    return std::nullopt;
}

Result<CsvRow> CsvReader::parse_row(std::string_view line) const {
    CsvRow row;
    row.values.reserve(columns_.size());
    std::optional rest(line);
    TRY(row.at, parse_time(take_cell(rest)));
    while (rest && row.values.size() < columns_.size()) {
        TRY(const auto point, parse_value(row.values.size(), take_cell(rest), row.at));
        row.values.push_back(point);
    }
    if (rest || row.values.size() < columns_.size())
        return wrong(fmt::format("{} cells; expected {}: a timestamp and {} {}", count_cells(line),
                                 columns_.size() + 1, columns_.size(),
                                 columns_.size() == 1 ? "value" : "values"));
    return row;
}

Result<Timestamp> CsvReader::parse_time(std::string_view cell) const {
    if (const auto common = parse_common_time(cell)) return *common;
    if (cell.find('"') != std::string_view::npos)
        return wrong(fmt::format("timestamp {}: quoted cells are not read; write it without quotes",
                                 shown(cell)));
    constexpr std::size_t seconds_digits_max =
        11;  // up to the year 5138; milliseconds of today have 13
    if (all_digits(cell) && cell.size() > seconds_digits_max)
        return wrong(
            fmt::format("timestamp \"{}\" is too large for Unix seconds; are these milliseconds?",
                        shown(cell)));
    auto time = parse_timestamp(cell);
    if (time) return *time;
    return wrong(
        fmt::format("timestamp \"{}\" is no time; expected ISO-8601 with its offset, such as "
                    "2026-03-01T12:00:00Z, or Unix seconds",
                    shown(cell)));
}

Result<Point> CsvReader::parse_value(std::size_t column, std::string_view cell,
                                     Timestamp at) const {
    if (cell.empty()) return Point{.at = at, .value = 0.0, .state = SampleState::missing};
    double value = 0.0;
    const auto* const end = cell.data() + cell.size();
    const bool has_plus = cell.front() == '+' && !cell.substr(1).starts_with('-');
    const auto* const begin = cell.data() + (has_plus ? 1 : 0);
    const auto [stop, problem] = std::from_chars(begin, end, value);
    if (problem == std::errc{} && stop == end) {
        if (!std::isfinite(value))
            return Point{.at = at, .value = 0.0, .state = SampleState::not_a_number};
        return Point{.at = at, .value = value};
    }
    if (problem == std::errc::result_out_of_range)
        return wrong(fmt::format("column {}: {} is out of the range of a double",
                                 shown(columns_[column]), shown(cell)));
    return wrong(fmt::format(
        "column {}: \"{}\" is not a number; expected one such as 12.5, an empty cell for a missing "
        "sample, or nan; no quotes, no thousands separator",
        shown(columns_[column]), shown(cell)));
}

}  // namespace forescale
