#pragma once
#include "base/time.h"
#include "simulation/policies/peer_forecast.h"

#include <deque>
#include <vector>

namespace forescale {

/// The way of Crane: over at most 15 days of history it looks whether demand repeats every day or
/// every 7 days (autocorrelation, and power at the harmonics), rebuilds the last period from its
/// largest waves, and expects it again. How many waves and which margin: what would have foretold
/// the last period best. Looked at every 12 h. Nothing is expected before 48 h, nor where nothing
/// repeats; a hole of more than 1 h discards what came before it.
class FftModel final : public GridModel {
public:
    explicit FftModel(Duration width);

    void learn(double demand) override;
    [[nodiscard]] double expected(std::size_t index) const override;
    /// Buckets after which it expects demand to repeat; 0: it does not.
    [[nodiscard]] std::size_t period() const { return period_.size(); }

private:
    [[nodiscard]] std::size_t steps(Duration span) const {
        return static_cast<std::size_t>(span / width_);
    }
    void take(double demand);
    void refit();

    Duration width_;
    std::deque<double> history_;   ///< without holes, oldest first
    std::vector<double> period_;   ///< rebuilt, with its margin
    std::size_t period_from_ = 0;  ///< bucket of its first value
    std::size_t learned_ = 0;
    std::size_t fitted_ = 0;
    std::size_t missing_ = 0;  ///< buckets since the newest of the history
};

}  // namespace forescale
