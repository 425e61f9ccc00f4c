#pragma once
#include "app/config.h"
#include "training/replay.h"

#include <functional>
#include <string>
#include <vector>

namespace forescale {

struct TrainingFiles {
    std::vector<std::string> files;
    double share = 1.0;  ///< of the grid steps of each, from its start: the rest is not looked at
    std::string zone = "UTC";
};
/// Series of CSV files, as the backtest would make them. Longer ones become several of 60 days,
/// counted from the end; a rest under ten days is left out.
/// errors  as read_trace; not_found: the zone
[[nodiscard]] Result<std::vector<TrainingSeries>> read_training_files(const TrainingFiles& wanted);

/// Bytes of history that one training holds at a time; a larger fleet is looked at less far back.
constexpr std::size_t training_bytes_max = std::size_t{256} << 20U;

/// The history of the services in a store up to its newest turn: 60 days, or what
/// training_bytes_max allows, at least two weeks. Services without samples are left out.
/// errors  as the store's
[[nodiscard]] Result<std::vector<TrainingSeries>> read_training_store(
    Store& store, const std::vector<ServiceConfig>& configs,
    const std::function<void(double)>& progress);

}  // namespace forescale
