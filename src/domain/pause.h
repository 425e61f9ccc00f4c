#pragma once
#include "base/error.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace forescale {

/// Which way sizes move that something is said about.
enum class Direction : std::uint8_t { up, down, both };
[[nodiscard]] constexpr std::string_view to_string(Direction direction) {
    switch (direction) {
        case Direction::up:
            return "up";
        case Direction::down:
            return "down";
        case Direction::both:
            return "both";
    }
    return "unknown";
}
/// errors  invalid_argument
[[nodiscard]] inline Result<Direction> parse_direction(std::string_view text) {
    for (const Direction direction : std::array{Direction::up, Direction::down, Direction::both})
        if (to_string(direction) == text) return direction;
    return fail(Errc::invalid_argument, "'{}' is no direction; one of up, down, both", text);
}
/// Whether a change in that direction (up or down) is meant.
[[nodiscard]] constexpr bool covers(Direction said, bool up) {
    return said == Direction::both || (said == Direction::up) == up;
}

/// A person's word that a service shall not move in a direction for a while. It always ends. It
/// holds back the measured load as well; replicas_min and replicas_max hold all the same.
struct Pause {
    Direction direction = Direction::both;
    Timestamp until;  ///< not in force from this instant on
    std::string by;   ///< who said so
    std::string why;

    friend bool operator==(const Pause&, const Pause&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(direction, until, by, why);
    }
};

}  // namespace forescale
