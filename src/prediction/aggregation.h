#pragma once
#include "base/time.h"

#include <span>
#include <vector>

namespace forescale {

/// How members become one forecast at one horizon, learned online from targets as they are
/// observed. Three combinations are mixed: BOA (weights by second-order regret against the gradient
/// of the absolute loss), inverse power of the recent error, and the median of the awake members.
/// BOA follows change and wins near; far ahead, where feedback is a day late, the other two are
/// steadier. Members may sleep: they neither gain nor lose meanwhile. source  BOA: Wintenberger
/// 2017, Machine Learning 106(1), doi:10.1007/s10994-016-5592-6; sleeping and delayed experts as
/// usual.
class Aggregation {
public:
    Aggregation() = default;
    Aggregation(std::size_t members, Duration step, Duration horizon);

    struct Combined {
        double value = 0.0;
        std::vector<double> weights;  ///< per member, sum 1; 0 while asleep. The median's part is
                                      ///< shared out as the rest is
    };
    /// medians: demand per member, NaN while asleep. NaN (and no weight) when all sleep.
    /// O(members^2)
    [[nodiscard]] Combined combine(std::span<const double> medians) const;
    /// What was said for a target, what it was combined to, and what came.
    void learn(std::span<const double> medians, double combined, double actual);

    template <class Archive>
    void fields(Archive& archive) {
        archive(experts_, loss_mean_);
    }

private:
    struct Expert {
        double regret = 0.0;
        double square = 0.0;  ///< fading sum of squared instantaneous regrets
        double range = 0.0;   ///< fading maximum of them
        double error = 0.0;   ///< fading sums of absolute errors and of their count
        double count = 0.0;
        template <class Archive>
        void fields(Archive& archive) {
            archive(regret, square, range, error, count);
        }
    };
    [[nodiscard]] double rate(const Expert& expert) const;
    [[nodiscard]] std::vector<double> regret_weights(std::span<const double> medians) const;
    [[nodiscard]] std::vector<double> error_weights(std::span<const double> medians) const;

    double keep_ = 1.0;
    double regret_share_ = 1.0;  ///< of BOA, against inverse power and median
    std::vector<Expert> experts_;
    double loss_mean_ =
        0.0;  ///< fading mean absolute error of the awake members: the unit of regret
};

}  // namespace forescale
