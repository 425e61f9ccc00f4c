#include "simulation/backtest_report.h"

#include "simulation/report_page.h"

#include <cmath>

namespace forescale {

namespace embedded {
extern const std::string_view report_js;
}  // namespace embedded

namespace {
constexpr std::size_t series_max = 60;       ///< with charts; the others stand in the tables
constexpr std::size_t bands_max = 16;        ///< series whose bands are kept whole
constexpr std::size_t band_points_min = 96;  ///< a day
constexpr double weight_min = 0.005;         ///< a member below it everywhere is not drawn

/// Enough digits for a chart; fewer bytes.
json::value rounded(double value, int digits = 4) {
    if (!std::isfinite(value)) return nullptr;
    return std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
}
/// The same for every number of a document.
void round_numbers(json::value& value) {
    if (value.is_double()) value = rounded(value.as_double(), 5);
    if (value.is_array())
        for (json::value& item : value.as_array()) round_numbers(item);
    if (value.is_object())
        for (auto& member : value.as_object()) round_numbers(member.value());
}
template <class Range>
json::array numbers(const Range& values, int digits = 4) {
    json::array array;
    for (const auto& value : values) array.push_back(rounded(value, digits));
    return array;
}
std::int64_t unix_seconds(Timestamp time) {
    return time.time_since_epoch() / std::chrono::seconds(1);
}

json::object band_json(const std::vector<BandPoint>& band, std::size_t points_max) {
    json::object object;
    json::array at;
    const std::size_t skipped = band.size() - std::min(band.size(), points_max);
    for (std::size_t i = skipped; i < band.size(); ++i) at.push_back(unix_seconds(band[i].target));
    object["at"] = std::move(at);
    const auto column = [&](const char* name, double BandPoint::* value) {
        json::array values;
        for (std::size_t i = skipped; i < band.size(); ++i)
            values.push_back(rounded(band[i].*value));
        object[name] = std::move(values);
    };
    column("actual", &BandPoint::actual);
    column("q05", &BandPoint::q05);
    column("q25", &BandPoint::q25);
    column("q50", &BandPoint::q50);
    column("q75", &BandPoint::q75);
    column("q95", &BandPoint::q95);
    return object;
}

json::object weights_json(const BacktestView& view, const HorizonView& horizon) {
    json::object members;
    for (std::size_t m = 0; m < view.members.size(); ++m)
        if (std::ranges::any_of(horizon.weights[m], [](double w) { return w > weight_min; }))
            members[view.members[m]] = numbers(
                std::vector<double>(horizon.weights[m].begin(), horizon.weights[m].end()), 2);
    return {{"from", unix_seconds(horizon.weights_from)},
            {"step", horizon.weight_step / std::chrono::seconds(1)},
            {"members", std::move(members)}};
}

json::object horizon_json(const BacktestView& view, const HorizonView& horizon,
                          std::size_t points_max) {
    json::object hours;
    for (std::size_t m = 0; m <= view.members.size(); ++m)
        hours[m < view.members.size() ? view.members[m] : "ensemble"] =
            numbers(horizon.error_by_hour[m], 3);
    json::array days;
    for (const DayCoverage& each : horizon.coverage_by_day)
        days.push_back({unix_seconds(each.day), rounded(each.share), each.count});
    json::object object{{"horizon_s", horizon.horizon / std::chrono::seconds(1)},
                        {"hours", std::move(hours)},
                        {"days", std::move(days)},
                        {"below", numbers(horizon.below)},
                        {"weights", weights_json(view, horizon)}};
    if (horizon.horizon >= std::chrono::hours(1))
        object["band"] = band_json(horizon.band, points_max);
    return object;
}

json::array series_json(const Backtest& backtest) {
    const std::size_t shown = std::min(backtest.views.size(), series_max);
    const std::size_t points_max =
        shown <= bands_max ? band_max : std::max(band_points_min, band_max * bands_max / shown);
    json::array series;
    for (std::size_t i = 0; i < shown; ++i) {
        const BacktestView& view = backtest.views[i];
        json::array horizons;
        for (const HorizonView& horizon : view.horizons)
            horizons.push_back(horizon_json(view, horizon, points_max));
        series.push_back(json::object{{"name", view.name},
                                      {"first", unix_seconds(view.first)},
                                      {"test_from", unix_seconds(view.test_from)},
                                      {"last", unix_seconds(view.last)},
                                      {"step_s", view.step / std::chrono::seconds(1)},
                                      {"horizons", std::move(horizons)}});
    }
    return series;
}

}  // namespace

std::string report_html(const Backtest& backtest) {
    json::value data = summary_json(backtest);
    round_numbers(data);
    data.as_object()["levels"] = json::value_from(quantile_levels);
    data.as_object()["series"] = series_json(backtest);
    data.as_object()["series_count"] = backtest.views.size();
    return report_page("Forescale backtest", data, embedded::report_js);
}

}  // namespace forescale
