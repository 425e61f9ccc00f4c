#pragma once
#include "models/model.h"
#include "prediction/aggregation.h"
#include "prediction/calibration.h"

#include <optional>
#include <span>
#include <vector>

namespace forescale {

/// One horizon at which members are asked: combines them, puts intervals around the result, and
/// keeps what it said until the target is observed, to learn from it then.
class AnchorForecast {
public:
    AnchorForecast() = default;
    AnchorForecast(std::span<const std::string_view> members, Duration step, int horizon);

    /// What was said `horizon` steps ago about the step that is now the newest.
    struct Said {
        std::vector<double> medians;  ///< per member, NaN while asleep
        std::uint64_t heard = 0;      ///< bit per member that counted
        double combined = Series::missing;
        double offset_05 = 0.0;
        double offset_95 = 0.0;
    };
    [[nodiscard]] Said matured() const;

    /// To be called once per step, in this order.
    void learn(double actual, double demand_scale, std::size_t slot);
    struct Now {
        std::span<const double> medians;  ///< per member, NaN while asleep
        std::span<const double> spreads;  ///< of their own intervals, NaN where not known
        double demand_scale = 1.0;
        std::size_t slot = 0;    ///< half hour of the local day of the target
        double age_steps = 0.0;  ///< of the newest sample
        double unrest = 0.0;     ///< unrest() of the next nearer anchor
        /// What intervals are widened by beyond what errors have shown: the calibration does not
        /// get to know it, and so cannot take it back.
        double caution = 1.0;
    };
    void combine(const Now& now);
    [[nodiscard]] double unrest() const { return calibration_.unrest(); }

    [[nodiscard]] double value() const { return combined_.value; }
    [[nodiscard]] double level() const { return level_; }  ///< log level of value()
    [[nodiscard]] const Offsets& offsets() const { return offsets_; }
    [[nodiscard]] const std::vector<double>& weights() const { return combined_.weights; }
    /// Whether the member counts in value(): it spoke, and the guard let it.
    [[nodiscard]] bool heard(std::size_t member) const {
        return (combined_.heard >> member & 1U) != 0;
    }
    [[nodiscard]] const Guard& guard() const { return aggregation_.guard(); }

    /// Demand is off its habit from now on: what was learned so far is kept beside.
    void begin_doubt() { before_doubt_ = Learned{aggregation_, calibration_}; }
    /// It was demand like any other: what was learned meanwhile stays.
    void end_doubt() { before_doubt_.reset(); }
    /// It is nothing to learn from: what was learned before the doubt counts again, and what was
    /// said in the last `steps` steps will teach nothing.
    void unlearn_doubt(std::size_t steps);

    /// Log levels have another scale from now on: interval scores start anew.
    void rescale();

    template <class Archive>
    void fields(Archive& archive) {
        archive(aggregation_, calibration_, steps_, medians_, said_, combined_.value,
                combined_.weights, combined_.heard, level_, offsets_);
        bool is_in_doubt = before_doubt_.has_value();
        archive(is_in_doubt);
        if constexpr (Archive::is_reading) {
            // What is not stored of them, how fast they forget and whom they know, is that of now.
            before_doubt_.reset();
            if (is_in_doubt) begin_doubt();
        }
        if (before_doubt_) archive(*before_doubt_);
    }

private:
    struct Kept {
        double combined = Series::missing;
        double by_regret = Series::missing;
        double by_error = Series::missing;
        std::uint64_t heard = 0;
        float offset_05 = 0.0F;
        float offset_95 = 0.0F;
        bool teaches = true;
        Calibration::Said interval;
        template <class Archive>
        void fields(Archive& archive) {
            archive(combined, by_regret, by_error, heard, offset_05, offset_95, teaches, interval);
        }
    };
    struct Learned {
        Aggregation aggregation;
        Calibration calibration;
        template <class Archive>
        void fields(Archive& archive) {
            archive(aggregation, calibration);
        }
    };
    [[nodiscard]] ErrorSigns signs(const Now& now) const;
    [[nodiscard]] std::size_t slot_of_ring() const { return steps_ % said_.size(); }

    Duration step_{0};
    std::size_t members_ = 0;
    Aggregation aggregation_;
    Calibration calibration_;
    std::uint64_t steps_ = 0;
    std::vector<float> medians_;  ///< ring of `horizon` rows of members_; floats: half the memory
    std::vector<Kept> said_;      ///< ring of `horizon`
    Aggregation::Combined combined_;
    double level_ = Series::missing;
    Offsets offsets_{};
    std::optional<Learned> before_doubt_;
};

}  // namespace forescale
