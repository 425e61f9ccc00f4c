#include "simulation/backtest_report.h"

namespace forescale {

namespace {
std::int64_t seconds(Duration duration) {
    return duration / std::chrono::seconds(1);
}
json::array to_json(const Interval& interval) {
    return {interval.low, interval.high};
}

json::object to_json(const Backtest& backtest, const BacktestScore& score) {
    json::object object{{"series", score.series},
                        {"horizon_s", seconds(score.horizon)},
                        {"model", score.model},
                        {"count", score.count},
                        {"wape", score.wape},
                        {"ratio_to_seasonal_naive", score.ratio},
                        {"ratio_95", to_json(score.ratio_95)},
                        {"mape", score.mape},
                        {"smape", score.smape},
                        {"mase", score.mase},
                        {"bias", score.bias},
                        {"awake", score.awake}};
    if (score.model != "ensemble") return object;
    object["mwql"] = score.mwql;
    object["pinball_90"] = score.pinball_90;
    object["pinball_95"] = score.pinball_95;
    object["pinball_99"] = score.pinball_99;
    object["coverage_80"] = score.coverage_80;
    object["coverage_90"] = score.coverage_90;
    object["worst_day_90"] = score.worst_day_90;
    object["width_90"] = score.width_90;
    object["crossing"] = score.crossing;
    object["confidence_rank"] = score.confidence_rank;
    if (const BacktestScore* best = backtest.best_member(score.series, score.horizon)) {
        object["best_member"] = best->model;
        object["ratio_to_best_member"] = score.wape / best->wape;
    }
    return object;
}

json::object to_json(const BacktestSummary& summary) {
    json::object object{{"horizon_s", seconds(summary.horizon)},
                        {"model", summary.model},
                        {"series", summary.series},
                        {"ratio_to_seasonal_naive", summary.ratio},
                        {"ratio_95", to_json(summary.ratio_95)},
                        {"mape", summary.mape},
                        {"awake", summary.awake},
                        {"win_rate", summary.win_rate}};
    if (summary.model != "ensemble") return object;
    object["coverage_90"] = summary.coverage_90;
    object["worst_day_90"] = summary.worst_day_90;
    object["confidence_rank"] = summary.confidence_rank;
    return object;
}

json::array parts_json(const Backtest& backtest) {
    json::array rows;
    for (const SeriesPart part : {SeriesPart::development, SeriesPart::held_out})
        for (const BacktestSummary& summary : summarise(backtest.scores, part)) {
            if (summary.model != "ensemble") continue;
            json::object object{{"part", name_of(part)}};
            for (const auto& [key, value] : to_json(summary)) object[key] = value;
            rows.push_back(std::move(object));
        }
    return rows;
}

json::array day_parts_json(const Backtest& backtest) {
    json::array rows;
    for (const BacktestView& view : backtest.views)
        for (const HorizonView& horizon : view.horizons) {
            json::object weights;
            json::object errors;
            for (std::size_t m = 0; m < view.members.size(); ++m) {
                weights[view.members[m]] = json::value_from(horizon.weight_by_part[m]);
                errors[view.members[m]] = json::value_from(horizon.error_by_part[m]);
            }
            errors["ensemble"] = json::value_from(horizon.error_by_part.back());
            rows.push_back(json::object{{"series", view.name},
                                        {"horizon_s", seconds(horizon.horizon)},
                                        {"weights", std::move(weights)},
                                        {"wape", std::move(errors)}});
        }
    return rows;
}

/// null: everything before the origin.
json::value age_json(Duration age) {
    return age > Duration(0) ? json::value(seconds(age)) : json::value(nullptr);
}

json::array cold_start_json(const std::vector<ColdStartScore>& scores) {
    json::array rows;
    for (const ColdStartScore& score : scores)
        rows.push_back(json::object{{"series", score.series},
                                    {"horizon_s", seconds(score.horizon)},
                                    {"age_s", age_json(score.age)},
                                    {"count", score.count},
                                    {"ratio_to_seasonal_naive", score.ratio},
                                    {"ratio_to_last_value", score.ratio_last},
                                    {"coverage_90", score.coverage_90}});
    return rows;
}
json::array cold_start_json(const std::vector<ColdStartSummary>& summaries) {
    json::array rows;
    for (const ColdStartSummary& summary : summaries)
        rows.push_back(json::object{{"horizon_s", seconds(summary.horizon)},
                                    {"age_s", age_json(summary.age)},
                                    {"series", summary.series},
                                    {"ratio_to_seasonal_naive", summary.ratio},
                                    {"ratio_to_last_value", summary.ratio_last},
                                    {"coverage_90", summary.coverage_90}});
    return rows;
}

json::array events_json(const std::vector<EventScore>& scores) {
    json::array rows;
    for (const EventScore& score : scores)
        rows.push_back(
            json::object{{"series", score.series},
                         {"horizon_s", seconds(score.horizon)},
                         {"windows", score.windows},
                         {"count", score.count},
                         {"wape", score.wape},
                         {"wape_without", score.wape_without},
                         {"cut", 1.0 - score.ratio},
                         {"cut_95", {1.0 - score.ratio_95.high, 1.0 - score.ratio_95.low}},
                         {"coverage_90", score.coverage_90},
                         {"coverage_90_without", score.coverage_90_without}});
    return rows;
}
json::array events_json(const std::vector<EventSummary>& summaries) {
    json::array rows;
    for (const EventSummary& summary : summaries)
        rows.push_back(json::object{{"horizon_s", seconds(summary.horizon)},
                                    {"series", summary.series},
                                    {"windows", summary.windows},
                                    {"count", summary.count},
                                    {"cut", 1.0 - summary.ratio},
                                    {"coverage_90", summary.coverage_90},
                                    {"coverage_90_without", summary.coverage_90_without}});
    return rows;
}
}  // namespace

json::object summary_json(const Backtest& backtest) {
    json::array over_series;
    for (const BacktestSummary& summary : summarise(backtest.scores))
        over_series.push_back(to_json(summary));
    json::array scores;
    for (const BacktestScore& score : backtest.scores) scores.push_back(to_json(backtest, score));
    json::array warnings;
    for (const std::string& warning : warnings_of(backtest))
        warnings.push_back(json::string(warning));
    json::object document{{"over_series", std::move(over_series)},
                          {"parts", parts_json(backtest)},
                          {"scores", std::move(scores)},
                          {"day_parts", day_parts_json(backtest)},
                          {"warnings", std::move(warnings)}};
    if (!backtest.cold_start.empty()) {
        document["cold_start"] = cold_start_json(backtest.cold_start);
        document["cold_start_over_series"] = cold_start_json(summarise(backtest.cold_start));
    }
    if (!backtest.events.empty()) {
        document["event_windows"] = events_json(backtest.events);
        document["event_windows_over_series"] = events_json(summarise(backtest.events));
    }
    return document;
}

}  // namespace forescale
