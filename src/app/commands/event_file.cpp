#include "app/commands/event_file.h"

#include "base/text_file.h"

namespace forescale {
namespace {

constexpr std::string_view header = "timestamp_start,timestamp_end,type,name";

Result<Timestamp> time_in(std::string_view cell, const std::string& where) {
    const auto time = parse_timestamp(cell);
    if (!time) return fail(Errc::invalid_argument, "{}: {}", where, time.error().message);
    return *time;
}

/// start,end,type,name; the name may hold commas.
Result<BusinessEvent> parse_event(std::string_view line, const std::string& where) {
    std::array<std::string_view, 4> cells;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto comma = line.find(',');
        if (comma == std::string_view::npos)
            return fail(Errc::invalid_argument, "{}: {} cells, expected {}", where, i + 1, header);
        cells.at(i) = line.substr(0, comma);
        line.remove_prefix(comma + 1);
    }
    cells.at(3) = line;
    TRY(const auto start, time_in(cells.at(0), where));
    TRY(const auto end, time_in(cells.at(1), where));
    if (end <= start)
        return fail(Errc::invalid_argument, "{}: the event ends at {}, not after its start {}",
                    where, cells.at(1), cells.at(0));
    BusinessEvent event;
    event.id = where;
    event.type = cells.at(2);
    event.name = cells.at(3);
    event.start = start;
    event.end = end;
    event.source = "file";
    return event;
}

}  // namespace

Result<std::vector<BusinessEvent>> read_events(const std::string& path) {
    std::vector<BusinessEvent> events;
    if (path.empty()) return events;
    TRY(auto file, TextFile::open(path));
    TRY(const auto first, file.next());
    if (!first || *first != header)
        return fail(Errc::invalid_argument, "{}:1: the header is '{}', expected '{}'", path,
                    first.value_or("nothing"), header);
    while (true) {
        TRY(const auto line, file.next());
        if (!line) return events;
        if (line->empty()) continue;
        TRY(auto event, parse_event(*line, fmt::format("{}:{}", path, file.line_number())));
        events.push_back(std::move(event));
    }
}

}  // namespace forescale
