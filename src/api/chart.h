#pragma once
#include "base/json.h"
#include "pipeline/view.h"
#include "storage/store.h"

namespace forescale {

/// What the chart of one service shows: [from, to) in steps of `step`.
struct ChartQuery {
    const ServiceView& service;
    Timestamp now;  ///< of the newest turn
    Timestamp from;
    Timestamp to;
    Duration step;
};

/// Points of one line, at most: more cannot be told apart on a screen.
constexpr std::size_t chart_points_max = 2000;
/// Forecasts further back than this are not drawn: they would be read row by row.
constexpr Duration chart_forecast_max = day * 35;
/// Newest decisions read for the capacity line; older changes come from the operations, which are
/// short rows.
constexpr std::size_t chart_decisions_max = 5000;

/// The smallest step that people count in (1 m, 5 m, 1 h, ...), at least `finest`, that keeps
/// [from, to) within chart_points_max.
[[nodiscard]] Duration chart_step(Timestamp from, Timestamp to, Duration finest);

/// GET /api/v1/metrics of docs/openapi.yaml: actual load (from metrics_raw; from metrics_hourly
/// where the step is hours or raw is gone), the forecast made 15 min before, capacity, and the path
/// from now.
/// errors  as the store's
[[nodiscard]] Result<json::object> chart_json(Store& store, const ChartQuery& query);

}  // namespace forescale
