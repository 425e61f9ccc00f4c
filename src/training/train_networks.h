#pragma once
#include "models/recurrent/network.h"
#include "training/replay.h"

#include <functional>
#include <span>
#include <vector>

namespace forescale {

/// Calls work(0) .. work(count - 1), on as many threads as it likes, and returns when all are done.
using Parallel =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)>;
/// One after the other.
void in_turn(std::size_t count, const std::function<void(std::size_t)>& work);

struct NetworkSettings {
    std::vector<recurrent::Cell> cells{recurrent::Cell::gru, recurrent::Cell::lstm};
    std::uint32_t hidden = 48;
    std::uint64_t seed = 1;
    int epochs = 12;
    double rate = 4e-3;  ///< of Adam, at its highest: it rises in the first tenth and falls to 0
    /// Altered copies of every series beside the series itself, drawn anew in every epoch.
    int copies = 1;
    /// Rows held at a time, over all series, 300 bytes each; more history is sampled.
    std::size_t rows_max = 600'000;
    /// Start from these weights where cell, step and inputs are the same; null: from scratch.
    const recurrent::NetworkSet* start = nullptr;
    Parallel parallel = in_turn;

    /// For a night on the user's own fleet, from the weights of the night before; a grid step that
    /// they do not know is learned from scratch.
    [[nodiscard]] static NetworkSettings fine_tuning(const recurrent::NetworkSet& start,
                                                     std::uint64_t seed);
};

/// What the training of one network came to; losses are mean pinball losses, in units of the usual
/// change within 15 min, on the last part of every series, which was not trained on.
struct NetworkScore {
    recurrent::Cell cell{};
    Duration step{0};
    std::size_t series = 0;
    std::size_t rows = 0;       ///< trained on, over all epochs
    int epoch_best = 0;         ///< whose weights were kept; 0: those it began with
    double loss_before = 0.0;   ///< of the weights it began with
    double loss_after = 0.0;    ///< of the weights that were kept
    double loss_of_last = 0.0;  ///< of "as now", to compare with
};

struct TrainedNetworks {
    recurrent::NetworkSet networks;
    std::vector<NetworkScore> scores;  ///< one per network
};

/// One network per cell and grid step that the series have, over all of them together. The last 15
/// % of every series is kept to choose the best epoch by, so that training cannot make weights
/// worse there than the ones it began with. The same bits for the same series, settings and seed,
/// however many threads work. Empty where no series has a week of history and a target.
/// cost  20 us a row to look at it and 15 us to learn from it, per cell
/// source  Adam: Kingma and Ba 2015, arXiv:1412.6980; clipping: Pascanu et al. 2013,
/// arXiv:1211.5063
[[nodiscard]] TrainedNetworks train_networks(std::span<const TrainingSeries> series,
                                             const NetworkSettings& settings);

}  // namespace forescale
