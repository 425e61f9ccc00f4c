#pragma once
#include "base/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace forescale {

/// The wall clock of a place as a value: a table of UTC offsets, so that pure code needs no
/// time-zone database.
class Zone {
public:
    /// UTC: no transitions.
    Zone() = default;
    struct Transition {
        Timestamp from;   ///< this offset holds from here to the next transition
        Duration offset;  ///< local = UTC + offset
    };
    /// transitions ascending in `from`; before the first one, the first offset holds.
    Zone(std::string name, std::vector<Transition> transitions);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Duration offset_at(Timestamp time) const;
    /// Local wall-clock time on the UTC time line: 09:00 in the zone reads as 09:00.
    [[nodiscard]] Timestamp to_local(Timestamp time) const { return time + offset_at(time); }
    /// Which instant is meant by a wall-clock time that comes twice, when clocks go back.
    enum class Twice : std::uint8_t { first, second };
    /// The instant at which the wall clock reads `local`. A time that clocks leave out when they go
    /// forward is as long after the change as it says: 02:30 is then 03:30.
    [[nodiscard]] Timestamp from_local(Timestamp local, Twice twice) const;

private:
    std::string name_ = "UTC";
    std::vector<Transition> transitions_;
};

/// Reads the offsets of an IANA zone from 1970 to 2070 from the system's time-zone files. "UTC"
/// needs none.
/// errors  not_found: names the nearest known zone; corrupt: a damaged file known zone
[[nodiscard]] Result<Zone> load_zone(const std::string& name);

}  // namespace forescale
