#pragma once
#include <string_view>

namespace forescale {

constexpr std::string_view version_text = FORESCALE_VERSION;

}  // namespace forescale
