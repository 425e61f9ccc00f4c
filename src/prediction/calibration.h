#pragma once
#include "domain/forecast.h"
#include "prediction/conformal.h"
#include "prediction/error_size.h"

#include <array>

namespace forescale {

/// Distances of the quantiles from the median in log levels: not positive below it, not negative
/// above it, ascending.
using Offsets = std::array<double, quantile_levels.size()>;

/// Rolling conformal intervals at one horizon: the quantiles of the forecast's own past errors,
/// each divided by the size that was expected of it (ErrorSize), with a half-life of 10 days, 20
/// days beyond 1 h; signed, so that a lasting bias moves both bounds. On each side an online
/// correction (ConformalWidth) keeps the share of misses at 5 %. Only errors of targets that have
/// been observed enter. Before there are errors, a wide prior.
/// source  normalised split conformal: Lei et al. 2018, doi:10.1080/01621459.2017.1307116
class Calibration {
public:
    static constexpr std::size_t slots = ErrorSize::slots;

    Calibration() = default;
    Calibration(Duration step, Duration horizon);

    /// What was said about a target, kept until it is observed.
    struct Said {
        float scale = 0.0F;     ///< size of error expected, log levels
        float bound_05 = 0.0F;  ///< offsets before the correction
        float bound_95 = 0.0F;
        ErrorSize::Row row{};
        ConformalWidth::Widths low{};
        ConformalWidth::Widths high{};
        template <class Archive>
        void fields(Archive& archive) {
            archive(scale, bound_05, bound_95, row, low, high);
        }
    };
    /// The size of error to be expected for a target, times `stretch`, and the offsets that follow.
    struct Interval {
        Said said;
        Offsets offsets{};
    };
    [[nodiscard]] Interval say(const ErrorSigns& signs, double stretch) const;
    /// To be called once per step.
    void note_signs(const ErrorSigns& signs) { size_.note_signs(signs); }
    /// error: log level that came minus that forecast; `slot` of the target.
    void learn(std::size_t slot, double error, const Said& said);
    /// ErrorSigns::unrest for the next horizon.
    [[nodiscard]] double unrest() const { return size_.unrest(); }

    template <class Archive>
    void fields(Archive& archive) {
        archive(counts_, size_, widen_low_, widen_high_);
    }

private:
    static constexpr std::size_t bins = 120;
    using Scores = std::array<double, quantile_levels.size()>;
    /// At quantile_levels: one walk over the bins.
    [[nodiscard]] Scores scores() const;
    [[nodiscard]] Offsets offsets(const Scores& at, double scale) const;

    double keep_scores_ = 1.0;
    std::array<double, bins> counts_{};  ///< histogram of error / scale, fading
    ErrorSize size_;
    ConformalWidth widen_low_;
    ConformalWidth widen_high_;
};

}  // namespace forescale
