#include "simulation/trace.h"

#include "base/assert.h"
#include "collectors/replay/csv.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace forescale {

namespace {
constexpr Duration grid_width_min = std::chrono::minutes(5);
/// More is a mistyped year, and would be a grid that no memory holds.
constexpr Duration gap_max = 366 * day;

Duration floor_to_days(Duration duration) {
    return duration / day * day;
}

std::string name_of(const std::string& path) {
    std::string name = std::filesystem::path(path).filename().string();
    for (const std::string_view ending : {".gz", ".csv"})
        if (name.ends_with(ending)) name.erase(name.size() - ending.size());
    return name;
}

Duration most_frequent_step(const std::vector<Point>& points) {
    std::map<Duration, std::size_t> seen;
    for (std::size_t i = 1; i < points.size(); ++i) ++seen[points[i].at - points[i - 1].at];
    const auto more_often = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::max_element(seen.begin(), seen.end(), more_often)->first;
}
}  // namespace

TracePlace place_of(const std::string& path) {
    const auto hash = path.rfind('#');
    if (hash == std::string::npos || std::filesystem::exists(path)) return {path, ""};
    return {path.substr(0, hash), path.substr(hash + 1)};
}

Result<std::size_t> column_of(const CsvReader& reader, const TracePlace& place) {
    const auto& columns = reader.columns();
    if (place.column.empty() && columns.size() == 1) return 0;
    if (place.column.empty())
        return fail(Errc::invalid_argument,
                    "{}:1: {} value columns; expected timestamp,value: give one file per series, "
                    "or name one column as {}#{}",
                    place.file, columns.size(), place.file, columns.front());
    const auto found = std::ranges::find(columns, place.column);
    if (found == columns.end())
        return fail(Errc::not_found, "{}:1: there is no column '{}'", place.file, place.column);
    return static_cast<std::size_t>(found - columns.begin());
}

TraceBuilder::TraceBuilder(std::string path) : path_(std::move(path)) {
    const TracePlace place = place_of(path_);
    file_ = place.file;
    trace_.name = name_of(place.file);
    if (!place.column.empty()) trace_.name += "_" + place.column;
}

Result<void> TraceBuilder::add(const Point& point, std::size_t line) {
    const auto where = [&] { return fmt::format("{}:{}", file_, line); };
    if (point.state != SampleState::present) return {};
    if (!trace_.points.empty() && point.at <= trace_.points.back().at)
        return fail(
            Errc::invalid_argument,
            "{}: time {} is {} {}; times must ascend: sort the file and remove repeated rows",
            where(), format_timestamp(point.at),
            point.at == trace_.points.back().at ? "the same as that of" : "before",
            point.at == trace_.points.back().at ? "the row before"
                                                : format_timestamp(trace_.points.back().at));
    if (!trace_.points.empty() && point.at - trace_.points.back().at > gap_max)
        return fail(Errc::invalid_argument,
                    "{}: time {} is {} after that of the row before; a gap is at most {}: correct "
                    "the time or split the file",
                    where(), format_timestamp(point.at),
                    format_duration(floor_to_days(point.at - trace_.points.back().at)),
                    format_duration(gap_max));
    if (point.value < 0.0)
        return fail(Errc::invalid_argument, "{}: value {} is negative; demand is zero or more",
                    where(), point.value);
    trace_.points.push_back(point);
    return {};
}

Result<Trace> TraceBuilder::finish(std::size_t line) && {
    const std::size_t samples = trace_.points.size();
    if (samples < 2)
        return fail(
            Errc::invalid_argument,
            "{}:{}: the file ends with {} sample{}; at least two are needed to know the step",
            path_, line, samples, samples == 1 ? "" : "s");
    trace_.step = most_frequent_step(trace_.points);
    return std::move(trace_);
}

Result<Trace> read_trace(const std::string& path) {
    const TracePlace place = place_of(path);
    TRY(CsvReader reader, CsvReader::open(place.file));
    TRY(const std::size_t column, column_of(reader, place));
    TraceBuilder builder(path);
    while (true) {
        TRY(const std::optional<CsvRow> row, reader.next());
        if (!row) break;
        TRY_VOID(builder.add(row->values[column], reader.line_number()));
    }
    return std::move(builder).finish(reader.line_number());
}

double percentile(std::vector<double> values, double percent) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double rank = percent / 100.0 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(values.begin(), at, values.end());
    if (below + 1 == values.size()) return *at;
    const double above = *std::min_element(at + 1, values.end());
    return *at + (rank - static_cast<double>(below)) * (above - *at);
}

TraceGrid trace_grid(const Trace& trace) {
    ASSERT(!trace.points.empty());
    const Duration width = std::max(grid_width_min, trace.step);
    const auto phase = [&](const Point& point) { return point.at - floor_to(point.at, width); };
    const Duration first_phase = phase(trace.points.front());
    const bool is_shifted =
        std::ranges::all_of(trace.points, [&](const Point& p) { return phase(p) == first_phase; });
    const Duration shift = is_shifted ? first_phase : Duration(0);
    const Timestamp first = floor_to(trace.points.front().at - shift, width) + shift;
    const Timestamp last = floor_to(trace.points.back().at - shift, width) + shift;
    return {.width = width,
            .first = first,
            .count = static_cast<std::size_t>((last - first) / width) + 1};
}

std::vector<Window> trace_windows(const Trace& trace, const TraceGrid& grid) {
    std::vector<Window> windows(grid.count);
    for (std::size_t i = 0; i < grid.count; ++i) {
        windows[i].start = grid.start(i);
        windows[i].width = grid.width;
    }
    for (const Point& point : trace.points) {
        Window& window = windows[static_cast<std::size_t>((point.at - grid.first) / grid.width)];
        window.min = window.count == 0 ? point.value : std::min(window.min, point.value);
        window.max = window.count == 0 ? point.value : std::max(window.max, point.value);
        window.sum += point.value;
        window.last = point.value;
        window.state = SampleState::present;
        ++window.count;
    }
    return windows;
}

}  // namespace forescale
