#pragma once
#include "base/json.h"

#include <string>
#include <string_view>

namespace forescale {

/// A page that loads nothing: its style, its charts, its data and the script that shows them are
/// inside.
[[nodiscard]] std::string report_page(std::string_view title, const json::value& data,
                                      std::string_view script);

}  // namespace forescale
