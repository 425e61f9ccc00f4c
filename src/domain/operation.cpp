#include "domain/operation.h"

namespace forescale {

std::string_view to_string(OperationState state) {
    switch (state) {
        case OperationState::intended:
            return "intended";
        case OperationState::executing:
            return "executing";
        case OperationState::done:
            return "done";
        case OperationState::superseded:
            return "superseded";
        case OperationState::failed:
            return "failed";
        case OperationState::rolled_back:
            return "rolled_back";
        case OperationState::withdrawn:
            return "withdrawn";
    }
    return "unknown";
}

Result<OperationState> parse_operation_state(std::string_view text) {
    for (const auto state :
         {OperationState::intended, OperationState::executing, OperationState::done,
          OperationState::superseded, OperationState::failed, OperationState::rolled_back,
          OperationState::withdrawn})
        if (to_string(state) == text) return state;
    return fail(Errc::invalid_argument, "'{}' is no state of an operation", text);
}

}  // namespace forescale
