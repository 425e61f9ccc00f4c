#pragma once
#include "training/card.h"
#include "training/replay.h"

#include <map>
#include <memory>
#include <span>
#include <string>

namespace forescale {

struct TrainedModels;

/// Absolute errors of one member at one horizon on the targets of a test part, and those of
/// seasonal_naive on the same targets.
struct ErrorSums {
    double member = 0.0;
    double naive = 0.0;
    std::int64_t targets = 0;
};
using ErrorsByMember = std::map<std::pair<std::string, Duration>, ErrorSums>;

/// Plays the whole product with `models` over a series and adds up the errors of every member, and
/// of the ensemble, at targets whose origin is one of the last `test_steps` steps. About 1 s for 60
/// days.
[[nodiscard]] ErrorsByMember score_series(const TrainingSeries& series,
                                          const std::shared_ptr<const TrainedModels>& models,
                                          std::size_t test_steps);

/// Over series, the ensemble first: WAPE ratios as geometric means over the series in which both
/// have errors.
[[nodiscard]] std::vector<CardScore> card_scores(std::span<const ErrorsByMember> of_new,
                                                 std::span<const ErrorsByMember> of_parent);

}  // namespace forescale
