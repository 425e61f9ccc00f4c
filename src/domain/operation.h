#pragma once
#include "domain/capacity.h"
#include "domain/mix.h"
#include "domain/service.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace forescale {

/// Where an operation stands. It is stored before each step outside of the process, so that after a
/// crash it is found, checked, and finished or rolled back.
enum class OperationState : std::uint8_t {
    intended,     ///< recorded; the target has not been called, or the answer is not known
    executing,    ///< the target accepted it; replicas are on their way
    done,         ///< verified: what was asked for is ready
    superseded,   ///< a newer operation of the service took its place
    failed,       ///< the target refused, or pre-flight did; nothing was changed
    rolled_back,  ///< it did not become ready in time; the size before was asked for again
    withdrawn,    ///< not wanted, or not allowed, any more before the target took it
};
[[nodiscard]] std::string_view to_string(OperationState state);
[[nodiscard]] Result<OperationState> parse_operation_state(std::string_view text);
[[nodiscard]] constexpr bool is_open(OperationState state) {
    return state == OperationState::intended || state == OperationState::executing;
}

/// One change of one service. Absolute, so that applying it twice equals applying it once.
struct Operation {
    std::string id;  ///< the id of the decision that asked for it
    ServiceId service;
    Replicas from{0};
    Replicas to{0};
    OperationState state = OperationState::intended;
    Timestamp intended_at;
    Timestamp changed_at;  ///< when the state was entered
    int attempts = 0;      ///< calls of the target so far
    std::string detail;    ///< last answer of the target, or why it failed
    /// What `to` should run on, for a target that has the choice; empty: one kind of instance.
    std::vector<InstanceCount> mix = {};

    template <class Archive>
    void fields(Archive& archive) {
        archive(id, service, from, to, state, intended_at, changed_at, attempts, detail, mix);
    }
};

}  // namespace forescale
