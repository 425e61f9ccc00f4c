#pragma once
#include "training/bundle.h"
#include "training/replay.h"
#include "training/train_forests.h"
#include "training/train_networks.h"

#include <functional>
#include <memory>
#include <vector>

namespace forescale {

/// Forests of a fleet within its gigabyte: 150 bytes a row and horizon, 370 more while trees grow.
[[nodiscard]] inline ForestSettings lean_forests() {
    ForestSettings settings;
    settings.lessons.rows_max = 120'000;
    return settings;
}

struct TrainSettings {
    std::uint64_t seed = 1;
    /// The last part of every series, which nothing is fitted on: what the card's scores are of.
    double test_share = 0.15;
    /// Series whose test part is scored, chosen by seed; each costs about a second.
    std::size_t scored_max = 100;
    NetworkSettings networks = {};  ///< of networks that begin from scratch
    ForestSettings forests = lean_forests();
    Parallel parallel = in_turn;
    std::function<void(std::string_view what)> progress = {};
};

/// A service with fewer days than this has nothing to teach: no habit shows.
constexpr Duration train_days_min = day * 3;

/// Fits every kind of model over the series' training parts, and scores the result and `parent`
/// (null: nothing) on the test parts. The card lacks what only the caller knows: command, code
/// version, time and memory.
/// errors  not_found: no series is long enough; and what a trainer says
[[nodiscard]] Result<TrainedBundle> train(std::vector<TrainingSeries> series,
                                          std::shared_ptr<const TrainedModels> parent,
                                          const TrainSettings& settings);

/// Keeps the first `steps` steps of a series, finer samples with them.
void keep_first(TrainingSeries& series, std::size_t steps);

}  // namespace forescale
