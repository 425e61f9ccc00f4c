#pragma once
#include "prediction/forecaster.h"
#include "storage/store.h"

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
    [[nodiscard]] PerformanceRow& row_of(const MaturedScore& score);

    std::vector<PerformanceRow> rows_;
    std::size_t next_ = 0;  ///< row behind the newest that was added to
};

}  // namespace forescale
