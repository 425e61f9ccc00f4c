#pragma once
#include "decision/accuracy_gate.h"
#include "decision/control_state.h"
#include "domain/control.h"
#include "domain/decision.h"
#include "domain/operation.h"

#include <string>

namespace forescale {

/// What the audit trail says of a decision that changes a size, and of each step of an operation:
/// one JSON object.
[[nodiscard]] std::string audit_body(const Decision& decision);
[[nodiscard]] std::string audit_body(const Operation& operation);
/// Of what somebody asked for, and of what became of it.
[[nodiscard]] std::string audit_body(const Control& control);
[[nodiscard]] std::string audit_body(const ControlNote& note);
/// Of a gate that has just changed its mind.
[[nodiscard]] std::string audit_body(const AccuracyGate& gate);

}  // namespace forescale
