#pragma once
#include "models/registry.h"

namespace forescale::sibling {

/// A new service, recognised by the weeks of others: each shape of the library, shifted by any
/// number of whole hours (users may live elsewhere than the zone says; no shift is believed most),
/// counts by how likely the hours seen so far are under it. The answer is the mean shape by those
/// weights from the level fitted to it, plus what lasts of being off that now, or at that hour a
/// day before. Says nothing a whole day ahead. Refitted once an hour (0.3 ms); sleeps without a
/// library, and once a week of own history exists, since by then the service's own habits are known
/// better.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::sibling
