#pragma once
#include "base/zone.h"

#include <string_view>
#include <vector>

namespace forescale {

/// The offsets of one compiled time-zone file (TZif, version 2 or later) from 1970 to 2070. The
/// file lists transitions to 2037 at most; from there on its rule for the future counts
/// ("CET-1CEST,M3.5.0,M10.5.0/3").
/// errors  corrupt: not such a file, or cut off
/// source  RFC 8536
[[nodiscard]] Result<std::vector<Zone::Transition>> parse_zone_file(std::string_view bytes);

}  // namespace forescale
