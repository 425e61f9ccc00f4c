#pragma once
#include "api/server.h"
#include "domain/event.h"
#include "pipeline/view.h"
#include "storage/store.h"

#include <functional>

namespace forescale {

/// What the endpoints read and the one thing that they write.
struct ApiParts {
    const ViewBoard& board;
    Store& store;
    std::function<std::string()> metrics_text;                ///< for GET /metrics
    std::function<Result<void>(BusinessEvent)> accept_event;  ///< recorded when it returns
    std::function<Timestamp()> now;
    std::string version;
};

/// Routes of docs/openapi.yaml, the dashboard's files, and problem+json for everything that goes
/// wrong.
[[nodiscard]] Handler make_handler(ApiParts parts);

}  // namespace forescale
