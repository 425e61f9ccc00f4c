#pragma once
#include "base/json.h"

#include <charconv>
#include <string>
#include <string_view>

namespace forescale {

/// Appends JSON to a string without building a document first; numbers in their shortest form that
/// reads back to the same bits.

/// A JSON string with its quotes. What is no UTF-8 becomes U+FFFD, so that the text is always valid
/// JSON.
void append_json_string(std::string& out, std::string_view text);
/// Finite numbers as numbers, not-a-number as null, infinities as the strings "Infinity" and
/// "-Infinity".
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);

/// Parses one document with every number correctly rounded; the library's own conversion can be off
/// by the last bit. Memory comes from `memory`.
/// errors  invalid_argument with the offset
[[nodiscard]] Result<json::value> parse_exact_json(std::string_view text, json::storage_ptr memory);

}  // namespace forescale
