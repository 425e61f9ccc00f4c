#pragma once
#include "domain/pause.h"
#include "domain/service.h"

#include <optional>

namespace forescale {

/// How somebody's word reaches the turn.
enum class ControlKind : std::uint8_t { mode, pause, resume, approve, reject };
[[nodiscard]] constexpr std::string_view to_string(ControlKind kind) {
    switch (kind) {
        case ControlKind::mode:
            return "mode";
        case ControlKind::pause:
            return "pause";
        case ControlKind::resume:
            return "resume";
        case ControlKind::approve:
            return "approve";
        case ControlKind::reject:
            return "reject";
    }
    return "unknown";
}
/// errors  invalid_argument
[[nodiscard]] inline Result<ControlKind> parse_control_kind(std::string_view text) {
    for (const ControlKind kind :
         std::array{ControlKind::mode, ControlKind::pause, ControlKind::resume,
                    ControlKind::approve, ControlKind::reject})
        if (to_string(kind) == text) return kind;
    return fail(Errc::invalid_argument, "'{}' is no kind of control", text);
}

/// What a person asked of one service at run time. Recorded before it is in force, so that a
/// restart finds it.
struct Control {
    std::int64_t sequence = 0;  ///< over all services, ascending from 1; given when it is recorded
    Timestamp at;
    ServiceId service;
    ControlKind kind = ControlKind::pause;
    std::string by;                  ///< who asked
    std::string why;                 ///< may be empty
    std::optional<Mode> mode;        ///< mode: the one to take; nothing: the configured one again
    std::optional<Timestamp> until;  ///< mode, pause: not in force from this instant on
    Direction direction = Direction::both;  ///< pause, resume
    std::string proposal;                   ///< approve, reject: its id

    friend bool operator==(const Control&, const Control&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(sequence, at, service, kind, by, why, mode, until, direction, proposal);
    }
};

/// A mode that was set at run time, in place of the configured one.
struct ModeChoice {
    Mode mode = Mode::automatic;
    Timestamp since;
    std::optional<Timestamp> until;  ///< nothing: until somebody sets another
    std::string by;
    std::string why;

    friend bool operator==(const ModeChoice&, const ModeChoice&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(mode, since, until, by, why);
    }
};

/// A change that waits for somebody's approval.
struct Proposal {
    std::string id;  ///< of the decision that proposed it
    Replicas from{0};
    Replicas to{0};
    Timestamp proposed_at;
    Timestamp expires_at;  ///< not to be approved from this instant on
    std::string sentence;  ///< for a person: what and why

    [[nodiscard]] bool up() const { return to > from; }
    friend bool operator==(const Proposal&, const Proposal&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(id, from, to, proposed_at, expires_at, sentence);
    }
};

}  // namespace forescale
