#pragma once
#include "domain/decision.h"
#include "domain/operation.h"

#include <string>

namespace forescale {

/// What the audit trail says of a decision that changes a size, and of each step of an operation:
/// one JSON object.
[[nodiscard]] std::string audit_body(const Decision& decision);
[[nodiscard]] std::string audit_body(const Operation& operation);

}  // namespace forescale
