#pragma once
#include "models/registry.h"

namespace forescale::boosted {

/// Gradient boosted trees, trained offline over many services (training/train_forests.h): a forest
/// per anchor horizon says the change of the log level from now to the target. Members differ in
/// what the trees start from: errors that are made in different ways cancel, which pays more than
/// one better forest. They sleep until a bundle with forests for this grid is adopted. 0.5 us per
/// anchor of 100 trees.
///
/// source  Friedman 2001, Annals of Statistics 29(5), doi:10.1214/aos/1013203451; Chen and Guestrin
/// 2016, doi:10.1145/2939672.2939785
[[nodiscard]] std::unique_ptr<Model> make(
    const ModelSettings& settings);  ///< from the newest level
/// From a robust regression on the same columns.
[[nodiscard]] std::unique_ptr<Model> make_residual(const ModelSettings& settings);

}  // namespace forescale::boosted
