#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace forescale {

namespace json = boost::json;

/// Parses one document; depth and size are bounded by the library's defaults and `bytes_max`.
/// errors  invalid_argument with the offset at which the text stops being JSON
[[nodiscard]] Result<json::value> parse_json(std::string_view text);
/// Two spaces of indentation, keys in the order of insertion.
[[nodiscard]] std::string pretty_json(const json::value& value);

}  // namespace forescale
