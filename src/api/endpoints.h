#pragma once
#include "api/server.h"
#include "domain/control.h"
#include "domain/event.h"
#include "pipeline/view.h"
#include "storage/store.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// What the endpoints read and what they write.
struct ApiParts {
    const ViewBoard& board;
    Store& store;
    std::function<std::string()> metrics_text;                 ///< for GET /metrics
    std::function<Result<void>(BusinessEvent)> accept_event;   ///< recorded when it returns
    std::function<Result<void>(Control)> accept_control = {};  ///< likewise
    std::function<Timestamp()> now;
    Duration turn_interval =
        std::chrono::seconds(30);  ///< without a turn for 3 of them, health has failed
    std::string version;
};

/// Routes of docs/openapi.yaml, the dashboard's files, and problem+json for everything that goes
/// wrong.
[[nodiscard]] Handler make_handler(ApiParts parts);

/// A method and a path as docs/openapi.yaml writes it ("/api/v1/scaling/decisions/{id}").
struct RouteName {
    std::string_view method;
    std::string_view path;
};
/// Every documented route that the handler answers; the dashboard's files are not among them.
[[nodiscard]] std::vector<RouteName> api_routes();

}  // namespace forescale
