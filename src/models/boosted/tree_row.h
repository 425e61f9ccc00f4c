#pragma once
#include "models/boosted/forest.h"

#include <span>
#include <string_view>
#include <vector>

namespace forescale::boosted {

/// The columns that trees see: all but sines and the constant, which say nothing to a tree beside
/// the time of day. Rows are finite: what the history does not reach reads as 0, as everywhere.
[[nodiscard]] std::size_t tree_columns();
/// How many of them, the last ones, are levels at the target: the usual level, 1, 2 and 3 days, a
/// week and 1 to 4 weeks before, relative to now.
[[nodiscard]] std::size_t tree_sums();
/// Of their names and widths: forests that were trained on another list are not used.
[[nodiscard]] std::uint64_t tree_columns_hash();
/// Where the block of this name begins in a tree row. The name must be one of the columns.
[[nodiscard]] std::size_t tree_column(std::string_view feature);

/// A row for trees from the rows of feature memory. out: [tree_columns() + 1]; the last one becomes
/// NaN, as Forest::say wants it.
void tree_row(std::span<const float> origin, std::span<const float> target, std::span<float> out);

}  // namespace forescale::boosted
