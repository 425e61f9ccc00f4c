#pragma once
#include "base/error.h"
#include "base/quantity.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace forescale {

/// How far a decision goes by itself, from least to most.
enum class Mode : std::uint8_t {
    observe,    ///< decided and shown; the target is never called
    recommend,  ///< and put before people as a recommendation
    approve,    ///< proposed; applied once somebody has approved it
    automatic,  ///< applied
};
[[nodiscard]] constexpr std::string_view to_string(Mode mode) {
    switch (mode) {
        case Mode::observe:
            return "observe";
        case Mode::recommend:
            return "recommend";
        case Mode::approve:
            return "approve";
        case Mode::automatic:
            return "automatic";
    }
    return "unknown";
}
constexpr std::array all_modes{Mode::observe, Mode::recommend, Mode::approve, Mode::automatic};
/// errors  invalid_argument
[[nodiscard]] inline Result<Mode> parse_mode(std::string_view text) {
    for (const Mode mode : all_modes)
        if (to_string(mode) == text) return mode;
    return fail(Errc::invalid_argument,
                "'{}' is no mode; one of observe, recommend, approve, automatic", text);
}
/// Whether the target may be called at all.
[[nodiscard]] constexpr bool may_act(Mode mode) {
    return mode == Mode::approve || mode == Mode::automatic;
}

/// Somebody's word that a proposed change may be made.
struct Approval {
    std::string proposal;  ///< its id
    bool up = true;        ///< whether it adds replicas
    Replicas to{0};        ///< the size that was proposed
    std::string by;
    Timestamp at;

    friend bool operator==(const Approval&, const Approval&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(proposal, up, to, by, at);
    }
};

}  // namespace forescale
