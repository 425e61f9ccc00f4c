#include "app/training_data.h"

#include "simulation/trace.h"
#include "storage/store.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr Duration history_max = day * 60;
constexpr Duration history_min = day * 14;
constexpr Duration piece_min = day * 10;
constexpr Duration fine_step_min = std::chrono::minutes(1);

double value_of(const Window& window) {
    return window.present() ? window.mean() : Series::missing;
}

std::vector<Window> fine_windows(const Trace& trace, const TraceGrid& grid, Duration fine) {
    if (fine >= grid.width || grid.width % fine != Duration(0)) return {};
    const auto per_step = static_cast<std::size_t>(grid.width / fine);
    return trace_windows(trace,
                         {.width = fine, .first = grid.first, .count = grid.count * per_step});
}

/// The windows of one file on its grid, and on a finer one where the file has it.
struct Windows {
    Service service;
    std::vector<Window> grid;
    std::vector<Window> fine;
};

/// Steps [from, to) of a file.
TrainingSeries piece(const Windows& windows, std::size_t from, std::size_t to) {
    TrainingSeries series{.service = windows.service,
                          .demand = Series(windows.service.grid_step, to - from)};
    for (std::size_t i = from; i < to; ++i)
        series.demand.append(windows.grid[i].start, value_of(windows.grid[i]));
    if (windows.fine.empty()) return series;
    const std::size_t per_step = windows.fine.size() / windows.grid.size();
    series.fine_step = windows.service.fine_step;
    for (std::size_t i = from * per_step; i < to * per_step; ++i)
        series.fine.push_back(static_cast<float>(value_of(windows.fine[i])));
    return series;
}

void add_pieces(std::vector<TrainingSeries>& out, const Windows& windows, std::size_t steps) {
    const auto most = static_cast<std::size_t>(history_max / windows.service.grid_step);
    const auto least = static_cast<std::size_t>(piece_min / windows.service.grid_step);
    for (std::size_t to = steps, number = 1; to > 0; ++number) {
        const std::size_t from = to > most ? to - most : 0;
        if (number > 1 && to - from < least) return;
        TrainingSeries series = piece(windows, from, to);
        if (number > 1)
            series.service.id = ServiceId(fmt::format("{}~{}", windows.service.id, number));
        out.push_back(std::move(series));
        to = from;
    }
}

Windows windows_of(const Trace& trace, const Zone& zone) {
    const TraceGrid grid = trace_grid(trace);
    Windows windows;
    windows.service.id = ServiceId(trace.name);
    windows.service.zone = zone;
    windows.service.sample_step = trace.step;
    windows.service.fine_step = std::max(fine_step_min, trace.step);
    windows.service.grid_step = grid.width;
    windows.grid = trace_windows(trace, grid);
    windows.fine = fine_windows(trace, grid, windows.service.fine_step);
    return windows;
}

/// Means of points per step, each point once, in time order.
class Means {
public:
    Means(Timestamp from, Duration step, std::size_t steps)
        : from_(from), step_(step), sums_(steps), counts_(steps) {}
    void add(const Point& point) {
        if (point.at < from_ || point.state != SampleState::present) return;
        const auto index = static_cast<std::size_t>((point.at - from_) / step_);
        if (index >= sums_.size()) return;
        sums_[index] += point.value;
        ++counts_[index];
    }
    [[nodiscard]] std::size_t size() const { return sums_.size(); }
    [[nodiscard]] double at(std::size_t index) const {
        return counts_[index] > 0 ? sums_[index] / counts_[index] : Series::missing;
    }

private:
    Timestamp from_;
    Duration step_;
    std::vector<double> sums_;
    std::vector<int> counts_;
};

/// One service out of the store. Rows are read a day at a time: 60 days of them are 8 MB.
Result<TrainingSeries> read_service(Store& store, const Service& service, const Span& span) {
    const Duration grid = service.grid_step;
    const Timestamp from = floor_to(span.from, grid);
    const auto steps = static_cast<std::size_t>((floor_to(span.to, grid) - from) / grid);
    const bool has_fine = service.fine_step < grid;
    const auto per_step = static_cast<std::size_t>(grid / service.fine_step);
    Means means(from, grid, steps);
    Means fine(from, service.fine_step, has_fine ? steps * per_step : 0);
    for (Timestamp at = span.from; at < span.to; at += day) {
        TRY(const auto rows, store.raw({service.id, at, std::min(at + day, span.to)}));
        for (const RawRow& row : rows) {
            means.add(row.point);
            if (has_fine) fine.add(row.point);
        }
    }
    std::size_t first = 0;
    while (first < steps && std::isnan(means.at(first))) ++first;
    TrainingSeries series{.service = service,
                          .demand = Series(grid, std::max<std::size_t>(steps - first, 1)),
                          .fine_step = has_fine ? service.fine_step : Duration(0)};
    for (std::size_t i = first; i < steps; ++i)
        series.demand.append(from + grid * static_cast<Duration::rep>(i), means.at(i));
    for (std::size_t i = first * per_step; i < fine.size(); ++i)
        series.fine.push_back(static_cast<float>(fine.at(i)));
    return series;
}

/// How far back all services together can be held in memory.
Duration reach_of(const std::vector<Service>& services) {
    double bytes_per_day = 0.0;
    for (const Service& service : services) {
        bytes_per_day += static_cast<double>(day / service.grid_step) * sizeof(double);
        if (service.fine_step < service.grid_step)
            bytes_per_day += static_cast<double>(day / service.fine_step) * sizeof(float);
    }
    const double days = static_cast<double>(training_bytes_max) / bytes_per_day;
    return std::clamp(day * static_cast<Duration::rep>(std::min(days, 60.0)), history_min,
                      history_max);
}

Result<std::vector<Service>> services_of(const std::vector<ServiceConfig>& configs) {
    std::vector<Service> services;
    for (const ServiceConfig& config : configs) {
        TRY(auto service, config.service());
        for (const Signal& signal : service.signals)
            services.push_back(signal_service(service, signal));
        services.push_back(std::move(service));
    }
    std::ranges::sort(services, {}, &Service::id);
    return services;
}

}  // namespace

Result<std::vector<TrainingSeries>> read_training_files(const TrainingFiles& wanted) {
    TRY(const Zone zone, load_zone(wanted.zone));
    std::vector<TrainingSeries> out;
    for (const std::string& file : wanted.files) {
        TRY(const Trace trace, read_trace(file));
        const Windows windows = windows_of(trace, zone);
        const double steps = std::ceil(wanted.share * static_cast<double>(windows.grid.size()));
        add_pieces(out, windows, static_cast<std::size_t>(steps));
    }
    return out;
}

Result<std::vector<TrainingSeries>> read_training_store(
    Store& store, const std::vector<ServiceConfig>& configs,
    const std::function<void(double)>& progress) {
    TRY(const auto services, services_of(configs));
    std::optional<Timestamp> newest;
    for (const Service& service : services) {
        TRY(const auto turn, store.turn(service.id));
        if (turn) newest = std::max(newest.value_or(turn->turn), turn->turn);
    }
    std::vector<TrainingSeries> out;
    if (!newest) return out;
    const Timestamp from = *newest - reach_of(services);
    TRY(const auto events, store.events(from));
    for (std::size_t i = 0; i < services.size(); ++i) {
        TRY(auto series, read_service(store, services[i], {services[i].id, from, *newest}));
        std::ranges::copy_if(
            events, std::back_inserter(series.events),
            [&](const BusinessEvent& e) { return e.concerns(services[i].scaled()); });
        if (!series.demand.empty()) out.push_back(std::move(series));
        progress(static_cast<double>(i + 1) / static_cast<double>(services.size()));
    }
    return out;
}

}  // namespace forescale
