#pragma once
#include "models/boosted/tree_row.h"

namespace forescale::boosted {

/// Small forests for tests of members: one tree per horizon that says a tenth of a log level up or
/// down, whichever side of zero the first column lies on.
[[nodiscard]] inline ForestSet small_forests(Duration step, std::vector<std::int32_t> horizons) {
    const auto columns = static_cast<std::uint16_t>(tree_columns());
    const Tree tree{{.threshold = 0.0F, .column = 0, .left = 1},
                    {.threshold = 0.1F, .column = columns, .left = 1},
                    {.threshold = -0.1F, .column = columns, .left = 2}};
    const Forest forest(columns, {}, std::span(&tree, 1));
    ForestSet set{.columns_hash = tree_columns_hash(), .groups = {}};
    for (const char* member : {"xgboost", "xgboost_residual"})
        set.groups.push_back({.variant = member,
                              .step = step,
                              .horizons = horizons,
                              .forests = std::vector<Forest>(horizons.size(), forest)});
    return set;
}

}  // namespace forescale::boosted
