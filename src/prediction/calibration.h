#pragma once
#include "base/time.h"
#include "domain/forecast.h"

#include <array>
#include <vector>

namespace forescale {

/// Distances of the quantiles from the median in log levels: not positive below it, not negative
/// above it, ascending.
using Offsets = std::array<double, quantile_levels.size()>;

/// Rolling conformal intervals at one horizon: the quantiles of the forecast's own past errors,
/// each divided by the error that was usual for its half hour of the day and for that time, with a
/// half-life of 10 days; on both outer sides an online correction keeps the share of misses at 5 %.
/// Only errors of targets that have been observed enter. Before there are errors, a wide prior.
/// source  normalised split conformal: Lei et al. 2018, doi:10.1080/01621459.2017.1307116; online
/// correction: Gibbs and Candes 2021.
class Calibration {
public:
    Calibration() = default;
    Calibration(Duration step, Duration horizon);

    /// The size of error to be expected for a target, log levels; `slot` is its half hour of the
    /// local day.
    [[nodiscard]] double scale(std::size_t slot) const;
    [[nodiscard]] Offsets offsets(double scale) const;
    /// error: log level that came minus that forecast; scale and offsets: as they were given for
    /// it.
    void learn(std::size_t slot, double error, double scale, double offset_05, double offset_95);

    static constexpr std::size_t slots = 48;
    template <class Archive>
    void fields(Archive& archive) {
        archive(counts_, slots_, recent_, all_, widen_low_, widen_high_);
    }

private:
    static constexpr std::size_t bins = 120;
    struct Mean {
        double sum = 0.0;
        double count = 0.0;
        template <class Archive>
        void fields(Archive& archive) {
            archive(sum, count);
        }
        void add(double value, double keep) {
            sum = sum * keep + value;
            count = count * keep + 1.0;
        }
        [[nodiscard]] double towards(double prior, double weight) const {
            return (sum + prior * weight) / (count + weight);
        }
    };
    [[nodiscard]] double score_at(double level) const;

    double keep_scores_ = 1.0;
    double keep_recent_ = 1.0;
    double gain_ = 0.0;                  ///< of the correction, per observed target
    std::array<double, bins> counts_{};  ///< histogram of error / scale, fading
    std::array<Mean, slots> slots_{};
    Mean recent_;
    Mean all_;
    double widen_low_ = 0.0;  ///< log factor on the offsets below the median
    double widen_high_ = 0.0;
};

}  // namespace forescale
