#pragma once
#include "api/server.h"
#include "base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// One thing wrong with one field of a request.
struct FieldProblem {
    std::string field;   ///< "start", "services[2]", "limit"
    std::string detail;  ///< what is wrong, and what would be right
};

[[nodiscard]] std::string_view status_text(int status);

/// An application/problem+json answer (RFC 9457). `detail` says what to do; `instance` is the path
/// that was asked.
[[nodiscard]] Response problem(int status, std::string_view detail, std::string_view instance,
                               const std::vector<FieldProblem>& errors = {});
/// The answer for an error of the store or the pipeline: unavailable is 503 with Retry-After,
/// corrupt is 500.
[[nodiscard]] Response problem(const Error& error, std::string_view instance);

}  // namespace forescale
