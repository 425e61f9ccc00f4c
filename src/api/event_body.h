#pragma once
#include "api/problem.h"
#include "base/json.h"
#include "domain/event.h"

#include <span>
#include <string_view>
#include <vector>

namespace forescale {

/// The body of POST /api/v1/events and everything that is wrong with it.
struct EventBody {
    BusinessEvent event;  ///< meaningful only without problems
    std::vector<FieldProblem> problems;
};

/// Reads and validates every field: id (optional, 1 to 128 letters, digits, . _ : -; derived from
/// the rest when it is left out, so that the same body sent twice is one event), type and name (1
/// to 200 characters), services (known ones; empty or left out: all), start before end (at most 366
/// days apart), expected_uplift in (-1, 100], source, cancelled.
[[nodiscard]] EventBody read_event(const json::value& body,
                                   std::span<const std::string_view> known_services);

}  // namespace forescale
