#pragma once
#include "models/registry.h"

namespace forescale::ridge {

/// Direct linear forecast per anchor horizon, of the change of the log level from now to the
/// target, on all feature columns. Least absolute error by reweighting: a row counts with the
/// inverse of the error that the model made on it, so that one incident does not poison weeks. Rows
/// are added to the normal equations as their targets are observed and fade with a half-life; near
/// horizons are solved every 30 min (by the slow one every hour), far ones once a day. O(columns^2)
/// per step and anchor, O(columns^3 / 6) per solution.
/// source  ridge: Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634; reweighting:
/// Schlossmacher 1973, doi:10.1080/01621459.1973.10481459
[[nodiscard]] std::unique_ptr<Model> make(
    const ModelSettings& settings);  ///< forgets within days: follows change
[[nodiscard]] std::unique_ptr<Model> make_slow(
    const ModelSettings& settings);  ///< forgets within weeks: steadier

}  // namespace forescale::ridge
