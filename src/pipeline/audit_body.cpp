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
    json::object body{{"id", operation.id},
                      {"from", operation.from.value()},
                      {"to", operation.to.value()},
                      {"state", to_string(operation.state)},
                      {"attempts", operation.attempts},
                      {"detail", operation.detail}};
    json::object mix;
    for (const InstanceCount& part : operation.mix) mix[part.type] = part.count;
    if (!mix.empty()) body["mix"] = std::move(mix);
    return json::serialize(body);
}

std::string audit_body(const Control& control) {
    json::object out{{"sequence", control.sequence},
                     {"kind", to_string(control.kind)},
                     {"by", control.by},
                     {"why", control.why}};
    switch (control.kind) {
        case ControlKind::mode:
            out["mode"] = control.mode ? to_string(*control.mode) : "configured";
            break;
        case ControlKind::pause:
        case ControlKind::resume:
            out["direction"] = to_string(control.direction);
            break;
        case ControlKind::approve:
        case ControlKind::reject:
            out["proposal"] = control.proposal;
            break;
    }
    if (control.until) out["until"] = format_timestamp(*control.until);
    return json::serialize(out);
}

std::string audit_body(const ControlNote& note) {
    return json::serialize(
        json::object{{"by", note.by}, {"detail", note.detail}, {"proposal", note.proposal}});
}

std::string audit_body(const AccuracyGate& gate) {
    return json::serialize(
        json::object{{"forecasts_harm", gate.forecasts_harm()}, {"cost_ratio", gate.ratio_then()}});
}

}  // namespace forescale
