#pragma once
#include "base/time.h"

#include <span>
#include <string_view>
#include <vector>

namespace forescale {

/// What error is to be expected of each member at a horizon before it has been seen on this
/// service, relative to the others: what the first weights of a new service stand on. 1 for a
/// member that is not in the table.
[[nodiscard]] std::vector<double> startup_errors(std::span<const std::string_view> names,
                                                 Duration horizon);

}  // namespace forescale
