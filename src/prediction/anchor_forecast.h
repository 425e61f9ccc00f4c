#pragma once
#include "models/model.h"
#include "prediction/aggregation.h"
#include "prediction/calibration.h"

#include <span>
#include <vector>

namespace forescale {

/// One horizon at which members are asked: combines them, puts intervals around the result, and
/// keeps what it said until the target is observed, to learn from it then.
class AnchorForecast {
public:
    AnchorForecast() = default;
    AnchorForecast(std::size_t members, Duration step, int horizon);

    /// What was said `horizon` steps ago about the step that is now the newest.
    struct Said {
        std::span<const double> medians;  ///< per member, NaN while asleep
        double combined = Series::missing;
        double scale =
            Series::missing;  ///< of the error, log levels; NaN when log levels have changed since
        double offset_05 = 0.0;
        double offset_95 = 0.0;
    };
    [[nodiscard]] Said matured() const;

    /// To be called once per step, in this order.
    void learn(double actual, double demand_scale, std::size_t slot);
    void combine(std::span<const double> medians, double demand_scale, std::size_t slot,
                 double age_steps);

    [[nodiscard]] double value() const { return combined_.value; }
    [[nodiscard]] double level() const { return level_; }  ///< log level of value()
    [[nodiscard]] const Offsets& offsets() const { return offsets_; }
    [[nodiscard]] const std::vector<double>& weights() const { return combined_.weights; }

    /// Log levels have another scale from now on: interval scores start anew.
    void rescale();

    template <class Archive>
    void fields(Archive& archive) {
        archive(aggregation_, calibration_, steps_, medians_, said_, combined_.value,
                combined_.weights, level_, offsets_);
    }

private:
    struct Kept {
        double combined = Series::missing;
        float scale = 0.0F;
        float offset_05 = 0.0F;
        float offset_95 = 0.0F;
        template <class Archive>
        void fields(Archive& archive) {
            archive(combined, scale, offset_05, offset_95);
        }
    };
    [[nodiscard]] std::size_t slot_of_ring() const { return steps_ % said_.size(); }

    Duration step_{0};
    std::size_t members_ = 0;
    Aggregation aggregation_;
    Calibration calibration_;
    std::uint64_t steps_ = 0;
    std::vector<double> medians_;  ///< ring of `horizon` rows of members_
    std::vector<Kept> said_;       ///< ring of `horizon`
    Aggregation::Combined combined_;
    double level_ = Series::missing;
    Offsets offsets_{};
};

}  // namespace forescale
