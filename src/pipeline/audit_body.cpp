#include "pipeline/audit_body.h"

#include "base/json.h"

namespace forescale {

std::string audit_body(const Decision& decision) {
    return json::serialize(json::object{{"id", decision.id},
                                        {"from", decision.inputs.capacity.total().value()},
                                        {"to", decision.desired.value()},
                                        {"reason", to_string(decision.reason)},
                                        {"sentence", decision.sentence}});
}

std::string audit_body(const Operation& operation) {
    return json::serialize(json::object{{"id", operation.id},
                                        {"from", operation.from.value()},
                                        {"to", operation.to.value()},
                                        {"state", to_string(operation.state)},
                                        {"attempts", operation.attempts},
                                        {"detail", operation.detail}});
}

}  // namespace forescale
