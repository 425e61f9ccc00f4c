#include "api/chart.h"

#include <algorithm>
#include <limits>
#include <map>
#include <ranges>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<Duration, 14> nice_steps{
    minutes(1), minutes(2), minutes(5), minutes(10), minutes(15), minutes(30), hours(1),
    hours(2),   hours(3),   hours(6),   hours(12),   hours(24),   day * 2,     day * 7};
constexpr std::size_t low_index = 0;                            // 5 %
constexpr std::size_t high_index = quantile_levels.size() - 2;  // 95 %
/// A sample is taken in after the time that it describes, seldom more than a day after.
constexpr Duration intake_delay_max = day;

/// Equal steps over [from, to), aligned to UTC.
class Grid {
public:
    Grid(const ChartQuery&
             query)  // NOLINT(google-explicit-constructor): a query's grid is the query's
        : start_(floor_to(query.from, query.step)),
          step_(query.step),
          size_(static_cast<std::size_t>((query.to - start_ + step_ - Duration(1)) / step_)) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Timestamp at(std::size_t i) const {
        return start_ + step_ * static_cast<Duration::rep>(i);
    }
    [[nodiscard]] std::optional<std::size_t> index_of(Timestamp time) const {
        if (time < start_) return std::nullopt;
        const auto i = static_cast<std::size_t>((time - start_) / step_);
        return i < size_ ? std::optional(i) : std::nullopt;
    }

private:
    Timestamp start_;
    Duration step_;
    std::size_t size_;
};

/// Mean and largest value of what fell into one step, or why there is none.
struct Load {
    std::int64_t count = 0;
    double sum = 0.0;
    double max = -std::numeric_limits<double>::infinity();
    SampleState state = SampleState::missing;

    void add(const Point& point) {
        if (point.state == SampleState::present)
            add(1, point.value, point.value);
        else if (count == 0)
            state = point.state;
    }
    void add(const Window& window) {
        if (window.present())
            add(window.count, window.sum, window.max);
        else if (count == 0)
            state = window.state;
    }

private:
    void add(std::int64_t more, double sum_more, double max_more) {
        count += more;
        sum += sum_more;
        max = std::max(max, max_more);
        state = SampleState::present;
    }
};

struct Loads {
    std::vector<Load> steps;
    std::string_view resolution = "raw";
};

json::array loads_json(const Grid& grid, const std::vector<Load>& steps) {
    std::size_t first = 0;
    std::size_t last = steps.size();
    while (first < last && steps[first].count == 0) ++first;
    while (last > first && steps[last - 1].count == 0) --last;
    json::array out;
    out.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
        const auto& load = steps[i];
        json::object point{
            {"at", format_timestamp(grid.at(i))}, {"mean", nullptr}, {"max", nullptr}};
        if (load.count > 0) {
            point["mean"] = load.sum / static_cast<double>(load.count);
            point["max"] = load.max;
        }
        point["state"] = to_string(load.state);
        out.push_back(std::move(point));
    }
    return out;
}

Result<void> add_raw(Store& store, const ChartQuery& query, Timestamp from, Loads& loads) {
    const Grid grid(query);
    TRY(const auto rows,
        store.raw({.service = query.service.service.id,
                   .from = from,
                   .to = std::min(query.now, query.to + intake_delay_max) + Duration(1)}));
    for (const auto& row : rows)
        if (const auto i = grid.index_of(row.point.at); i && row.point.at >= from)
            loads.steps[*i].add(row.point);
    return {};
}

/// Adds the closed hours and returns the end of the newest one.
Result<Timestamp> add_hourly(Store& store, const ChartQuery& query, Loads& loads) {
    const Grid grid(query);
    auto end = grid.at(0);
    TRY(const auto rows,
        store.hourly({.service = query.service.service.id, .from = end, .to = query.to}));
    for (const auto& row : rows) {
        if (const auto i = grid.index_of(row.window.start)) loads.steps[*i].add(row.window);
        end = std::max(end, row.window.end());
    }
    return end;
}

bool is_empty(const Loads& loads) {
    return std::ranges::all_of(loads.steps, [](const Load& load) { return load.count == 0; });
}

/// Hours where the step allows it: the same mean and maximum, and a hundredth of the rows. The
/// newest, unfinished hour is raw.
Result<Loads> actual_load(Store& store, const ChartQuery& query) {
    Loads loads{.steps = std::vector<Load>(Grid(query).size())};
    const bool by_hours = query.step % hours(1) == Duration(0);
    if (by_hours) {
        loads.resolution = "hourly";
        TRY(const auto end, add_hourly(store, query, loads));
        TRY_VOID(add_raw(store, query, end, loads));
        return loads;
    }
    TRY_VOID(add_raw(store, query, query.from, loads));
    if (!is_empty(loads)) return loads;
    loads.resolution = "hourly";
    TRY(const auto end, add_hourly(store, query, loads));
    static_cast<void>(end);
    return loads;
}

struct Band {
    std::int64_t count = 0;
    double low = 0.0;
    double median = 0.0;
    double high = 0.0;

    void add(const Quantiles& quantiles) {
        ++count;
        low += quantiles[low_index];
        median += quantiles[median_index];
        high += quantiles[high_index];
    }
    [[nodiscard]] json::object json(Timestamp at) const {
        const auto n = static_cast<double>(count);
        return {
            {"at", format_timestamp(at)}, {"p05", low / n}, {"p50", median / n}, {"p95", high / n}};
    }
};

/// What was said 15 min ahead, named by the time that it was said of.
Result<json::array> past_forecast(Store& store, const ChartQuery& query) {
    constexpr Duration horizon = headline_horizons[0];
    const Grid grid(query);
    const auto from = std::max(query.from, query.to - chart_forecast_max);
    TRY(const auto rows, store.predictions({.service = query.service.service.id,
                                            .since = from - horizon,
                                            .before = query.to - horizon,
                                            .rows_max = 100'000}));
    std::vector<Band> bands(grid.size());
    for (const auto& row : rows)
        if (const auto i = grid.index_of(row.origin + row.horizon); i && row.horizon == horizon)
            bands[*i].add(row.quantiles);
    json::array out;
    for (std::size_t i = 0; i < bands.size(); ++i)
        if (bands[i].count > 0) out.push_back(bands[i].json(grid.at(i)));
    return out;
}

json::array future_forecast(const ChartQuery& query) {
    json::array out;
    if (!query.service.path || query.to < query.now) return out;
    const auto& path = *query.service.path;
    for (const auto& point : path.points) {
        Band band;
        band.add(point.quantiles);
        out.push_back(band.json(path.origin + point.horizon));
    }
    return out;
}

/// How many replicas were ready, and how many were wanted, from a time on.
struct Size {
    std::optional<int> ready;
    std::optional<int> desired;
};
using Sizes = std::map<Timestamp, Size>;

void add_operations(const std::vector<Operation>& rows, Sizes& sizes) {
    for (const auto& row : rows | std::views::reverse) {
        if (row.state == OperationState::failed || row.state == OperationState::withdrawn) continue;
        sizes[row.intended_at].desired = row.to.value();
        if (row.state == OperationState::done) sizes[row.changed_at].ready = row.to.value();
        if (row.state == OperationState::rolled_back)
            sizes[row.changed_at].desired = row.from.value();
    }
}

void add_decisions(const std::vector<Decision>& rows, Sizes& sizes) {
    for (const auto& row : rows | std::views::reverse)
        sizes[row.at] = {.ready = row.inputs.capacity.ready.value(),
                         .desired = row.desired.value()};
}

/// Every change, thinned to one in a step: the newest of a step is how it went on.
json::array sizes_json(const ChartQuery& query, const Sizes& sizes) {
    const Grid grid(query);
    const double unit = query.service.service.capacity_per_replica.value();
    json::array out;
    Size now;
    std::optional<std::size_t> last_step;
    std::pair<int, int> last{-1, -1};
    for (const auto& [at, size] : sizes) {
        if (size.ready) now.ready = size.ready;
        if (size.desired) now.desired = size.desired;
        if (at >= query.to || !now.ready || !now.desired) continue;
        const std::pair current{*now.ready, *now.desired};
        const auto shown = std::max(at, query.from);
        const auto step = grid.index_of(shown);
        if (current == last) continue;
        if (!out.empty() && step == last_step) out.pop_back();
        last = current;
        last_step = step;
        out.push_back(json::object{{"at", format_timestamp(shown)},
                                   {"ready", *now.ready},
                                   {"desired", *now.desired},
                                   {"ready_capacity", *now.ready * unit},
                                   {"desired_capacity", *now.desired * unit}});
    }
    return out;
}

Result<json::array> capacity(Store& store, const ChartQuery& query) {
    const auto& id = query.service.service.scaled();
    Sizes sizes;
    // What held when the range begins: the newest change before it.
    TRY(const auto operation_before,
        store.operations({.service = id, .since = {}, .before = query.from, .rows_max = 1}));
    TRY(const auto decision_before,
        store.decisions({.service = id, .since = {}, .before = query.from, .rows_max = 1}));
    TRY(const auto operations, store.operations({.service = id,
                                                 .since = query.from,
                                                 .before = query.to,
                                                 .rows_max = 10 * chart_points_max}));
    TRY(const auto decisions, store.decisions({.service = id,
                                               .since = query.from,
                                               .before = query.to,
                                               .rows_max = chart_decisions_max}));
    add_operations(operation_before, sizes);
    add_decisions(decision_before, sizes);
    add_operations(operations, sizes);
    add_decisions(decisions, sizes);
    const auto& view = query.service;
    if (query.to >= query.now && view.decision)
        sizes[query.now] = {.ready = view.capacity.ready.value(),
                            .desired = view.decision->desired.value()};
    return sizes_json(query, sizes);
}

}  // namespace

Duration chart_step(Timestamp from, Timestamp to, Duration finest) {
    for (const Duration step : nice_steps)
        if (step >= finest && (to - from) / step < static_cast<Duration::rep>(chart_points_max))
            return step;
    return nice_steps.back();
}

Result<json::object> chart_json(Store& store, const ChartQuery& query) {
    TRY(const auto loads, actual_load(store, query));
    TRY(auto past, past_forecast(store, query));
    TRY(auto sizes, capacity(store, query));
    const auto& service = query.service.service;
    return json::object{{"service", service.id.str()},
                        {"from", format_timestamp(query.from)},
                        {"to", format_timestamp(query.to)},
                        {"step_s", in_seconds(query.step)},
                        {"now", format_timestamp(query.now)},
                        {"resolution", loads.resolution},
                        {"capacity_per_replica", service.capacity_per_replica.value()},
                        {"actual", loads_json(Grid(query), loads.steps)},
                        {"forecast", std::move(past)},
                        {"capacity", std::move(sizes)},
                        {"future", future_forecast(query)}};
}

}  // namespace forescale
