#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forescale {

/// Text from outside as an error message may show it: at most `bytes_max` bytes, control characters
/// as \n, \t or \xNN, an ellipsis where something was cut off.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 80);

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, upper and
/// lower case alike.
/// cost  O(a.size() * b.size())
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that somebody who typed `name` most likely meant; nothing when none is close. The
/// first of equals.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view name,
                                                      std::span<const std::string_view> candidates);

}  // namespace forescale
