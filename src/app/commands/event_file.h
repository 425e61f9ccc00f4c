#pragma once
#include "base/error.h"
#include "domain/event.h"

#include <string>
#include <vector>

namespace forescale {

/// Reads a CSV file with the header timestamp_start,timestamp_end,type,name; an empty path gives no
/// events.
/// errors  not_found, invalid_argument: name file and line
[[nodiscard]] Result<std::vector<BusinessEvent>> read_events(const std::string& path);

}  // namespace forescale
