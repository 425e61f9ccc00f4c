#include "collectors/replay/replay.h"

namespace forescale {
namespace {

constexpr std::string_view single_column = "value";

/// "data/shop.csv.gz" -> "shop"
std::string stem_of(std::string_view path) {
    path = path.substr(path.find_last_of('/') + 1);
    for (const std::string_view ending : {".gz", ".csv"})
        if (path.ends_with(ending) && path.size() > ending.size())
            path.remove_suffix(ending.size());
    return std::string(path);
}

std::vector<ServiceId> services_of(const std::string& path, const SeriesSpan& span,
                                   const CollectorSettings& settings) {
    std::vector<ServiceId> services;
    for (const auto& column : span.columns) services.emplace_back(column);
    if (span.columns.size() == 1 && !settings.service.empty()) return {ServiceId(settings.service)};
    if (span.columns.size() == 1 && span.columns.front() == single_column)
        return {ServiceId(stem_of(path))};
    return services;
}

Result<Duration> step_of(const std::string& path, const SeriesSpan& span,
                         const CollectorSettings& settings) {
    if (settings.sample_step < Duration(0))
        return fail(Errc::invalid_argument, "sample_step {} ms is negative",
                    settings.sample_step.count());
    if (settings.sample_step > Duration(0)) return settings.sample_step;
    if (span.step > Duration(0)) return span.step;
    return fail(
        Errc::invalid_argument,
        "{}: the distance of its samples cannot be told from {} usable row(s); state sample_step",
        path, span.rows);
}

/// Adds a row's points to the batches of its file, which begin at `first_batch`: one per service.
void append(const CsvRow& row, const std::vector<ServiceId>& services, std::size_t first_batch,
            std::vector<SampleBatch>& out) {
    if (out.size() == first_batch)
        for (const auto& service : services) out.push_back({.service = service, .points = {}});
    for (std::size_t i = 0; i < services.size(); ++i)
        out[first_batch + i].points.push_back(row.values[i]);
}

}  // namespace

Result<std::unique_ptr<ReplayCollector>> ReplayCollector::open(const CollectorSettings& settings) {
    if (settings.files.empty())
        return fail(Errc::invalid_argument, "replay: no files; name at least one CSV file");
    auto replay = std::make_unique<ReplayCollector>();
    for (const auto& path : settings.files) TRY_VOID(replay->add_file(path, settings));
    return replay;
}

Result<void> ReplayCollector::add_file(const std::string& path, const CollectorSettings& settings) {
    TRY(const auto span, scan_series(path));
    TRY(const auto step, step_of(path, span, settings));
    File file{.path = path, .step = step, .services = services_of(path, span, settings)};
    for (const auto& service : file.services) {
        for (const auto& other : series_)
            if (other.service == service.str() && other.step != step)
                return fail(
                    Errc::invalid_argument,
                    "{} feeds {} every {}, but {} every {}; give them services of their own", path,
                    service, format_duration(step), other.path, format_duration(other.step));
        series_.push_back({.service = service.str(),
                           .path = path,
                           .step = step,
                           .first = span.first,
                           .last = span.last,
                           .rows = span.rows});
    }
    files_.push_back(std::move(file));
    return {};
}

Timestamp ReplayCollector::first() const {
    return std::ranges::min(series_, {}, &ReplaySeries::first).first;
}

Timestamp ReplayCollector::end() const {
    const auto end_of = [](const ReplaySeries& one) { return one.last + one.step; };
    return end_of(std::ranges::max(series_, {}, end_of));
}

Result<std::vector<SampleBatch>> ReplayCollector::collect(Timestamp from, Timestamp to) {
    if (to < from)
        return fail(Errc::invalid_argument,
                    "replay: asked for ({}, {}], which ends before it begins",
                    format_timestamp(from), format_timestamp(to));
    std::vector<SampleBatch> batches;
    for (auto& file : files_) {
        auto done = go_to(file, from);
        if (done) done = play(file, to, &batches);
        if (!done) {
            file.rows.reset();
            return std::unexpected(std::move(done).error());
        }
    }
    return batches;
}

/// Stands in front of the first row that became known after `from`.
Result<void> ReplayCollector::go_to(File& file, Timestamp from) {
    if (!file.rows || from < file.position) {
        TRY(auto reader, CsvReader::open(file.path));
        if (reader.columns().size() != file.services.size())
            return fail(Errc::conflict,
                        "{}: {} columns, but {} at the start; the file was changed, start again",
                        file.path, reader.columns().size(), file.services.size());
        file.rows.emplace(std::move(reader), file.step);
        file.rows->count_rejected_after(file.rejected_line);
    }
    return play(file, from, nullptr);
}

/// Passes every row that is known by `to`, into `out` if there is one.
Result<void> ReplayCollector::play(File& file, Timestamp to, std::vector<SampleBatch>* out) {
    const auto first_batch = out ? out->size() : 0;
    while (true) {
        auto next = file.rows->front();
        note_rejected(file);
        if (!next) return std::unexpected(std::move(next).error());
        if (*next == nullptr || (*next)->known > to) break;
        if (out) append((*next)->row, file.services, first_batch, *out);
        file.rows->pop();
    }
    file.position = to;
    return {};
}

void ReplayCollector::note_rejected(File& file) {
    const auto rejected = file.rows->take_rejected();
    if (rejected.count == 0) return;
    if (rejected_.count == 0) rejected_.first = rejected.first;
    rejected_.count += rejected.count;
    file.rejected_line = file.rows->rejected_line();
}

Result<std::unique_ptr<Collector>> make_replay(const CollectorSettings& settings) {
    return ReplayCollector::open(settings);
}

}  // namespace forescale
