#pragma once
#include "api/problem.h"
#include "base/json.h"
#include "domain/control.h"

#include <vector>

namespace forescale {

/// The body of a POST that asks something of one service, and everything that is wrong with it.
struct ControlBody {
    Control control;  ///< meaningful only without problems; the service and the proposal are the
                      ///< path's
    std::vector<FieldProblem> problems;
};

/// Reads and validates the fields of a control of this kind: by (required), why, and
///   mode    mode (or "configured"), until or for
///   pause   direction (both), until or for: one of them is required, at most 31 days ahead
///   resume  direction (both)
[[nodiscard]] ControlBody read_control(ControlKind kind, const json::value& body, Timestamp now);

[[nodiscard]] json::object control_json(const Control& control);

}  // namespace forescale
