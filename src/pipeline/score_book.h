#pragma once
#include "prediction/forecaster.h"
#include "storage/store.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace forescale {

/// Adds up how well each member did, per horizon and UTC day of targets, until the sums are stored
/// with a checkpoint.
class ScoreBook {
public:
    void add(const MaturedScore& score);
    /// The sums since the last call, as rows to be added to what is stored.
    [[nodiscard]] std::vector<PerformanceRow> take(const ServiceId& service);

private:
    using Key = std::tuple<std::string, Duration, Timestamp>;
    std::map<Key, PerformanceRow> rows_;
};

}  // namespace forescale
