#pragma once
#include "base/error.h"
#include "base/time.h"

#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace forescale {

namespace json = boost::json;

/// Longer documents are refused unread; nesting is bounded by 32 levels.
constexpr std::size_t json_bytes_max = std::size_t{64} << 20U;

/// Parses one document. Doubles may differ from the nearest one by the last bit (Boost 1.81): state
/// that must come back to the bit is kept with base/archive.h.
/// errors  invalid_argument with the offset at which the text stops being JSON
[[nodiscard]] Result<json::value> parse_json(std::string_view text);

/// Two spaces of indentation, keys in the order of insertion. Numbers are as short as they can be
/// without losing a bit; what JSON has no number for (NaN, infinity) is null.
[[nodiscard]] std::string pretty_json(const json::value& value);
/// The same on one line without spaces. Prefer it to json::serialize, which writes 1.5 as 1.5E0.
[[nodiscard]] std::string compact_json(const json::value& value);

}  // namespace forescale
