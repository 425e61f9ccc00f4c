#pragma once
#include "base/time.h"
#include "prediction/guard.h"
#include "prediction/stacking.h"

#include <array>
#include <span>
#include <vector>

namespace forescale {

/// How members become one forecast at one horizon, learned online from targets as they are
/// observed. Four combinations are mixed in fixed shares, because which one is best differs from
/// series to series, and choosing between them costs more than it gains (0.746 against 0.741 of the
/// naive error a day ahead):
///   - BOA: weights by second-order regret against the gradient of the absolute loss;
///   - inverse power of the recent error, by part of the day;
///   - the median of the best few: steady where members are alike, deaf to one that errs;
///   - a regression of the error that is left on what members say differently (Stacking).
/// Up to an hour ahead the regression has seen enough to be trusted most; far ahead, where feedback
/// is a day late, all four count alike. Members may sleep, by themselves or by the guard: they
/// neither gain nor lose meanwhile. source  BOA: Wintenberger 2017, Machine Learning 106(1),
/// doi:10.1007/s10994-016-5592-6; sleeping
///         and delayed experts as usual
class Aggregation {
public:
    static constexpr std::size_t parts = 4;  ///< of the local day

    Aggregation() = default;
    Aggregation(std::span<const std::string_view> names, Duration step, Duration horizon);

    struct Combined {
        double value = 0.0;
        /// Per member, sum 1; 0 while asleep. What is no sum of members (the median of the best
        /// few, the regression) is shared out as the rest is.
        std::vector<double> weights;
        double by_regret = 0.0;   ///< what BOA alone says
        double by_error = 0.0;    ///< what inverse power alone says
        std::uint64_t heard = 0;  ///< bit per member that was neither asleep nor guarded
    };
    /// medians: demand per member, NaN while asleep. NaN (and no weight) when all sleep. `part` of
    /// the day in which the target lies. O(members * log(members)).
    [[nodiscard]] Combined combine(std::span<const double> medians, std::size_t part) const;

    /// What was said for a target (medians as combine() was given them, and what it answered), and
    /// what came. O(members^2), and O(members^3) every 30 min.
    struct Outcome {
        std::span<const double> medians;
        std::uint64_t heard = 0;
        double by_regret = 0.0;
        double by_error = 0.0;
        double actual = 0.0;
        std::size_t part = 0;
    };
    void learn(const Outcome& outcome);
    [[nodiscard]] const Guard& guard() const { return guard_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(guard_, experts_, stacking_, loss_mean_);
    }

private:
    struct Expert {
        double regret = 0.0;
        double square = 0.0;                       ///< fading sum of squared instantaneous regrets
        double range = 0.0;                        ///< fading maximum of them
        std::array<FadingMean, parts> error_in{};  ///< absolute, by part of the day
        template <class Archive>
        void fields(Archive& archive) {
            archive(regret, square, range, error_in);
        }
    };
    [[nodiscard]] double start_count() const;
    void expect();
    [[nodiscard]] double rate(const Expert& expert) const;
    [[nodiscard]] std::vector<double> regret_weights(std::span<const double> medians) const;
    [[nodiscard]] std::vector<double> errors(std::size_t part) const;
    [[nodiscard]] std::vector<double> error_weights(std::span<const double> medians,
                                                    std::span<const double> errors) const;
    void learn_regret(std::span<const double> heard, const Outcome& outcome);

    double keep_ = 1.0;
    double keep_part_ = 1.0;
    bool is_near_ = true;
    double log_count_ = 1.0;  ///< of the members, in their rates
    Guard guard_;
    std::vector<double> priors_;
    std::vector<Expert> experts_;
    Stacking stacking_;
    double loss_mean_ =
        0.0;  ///< fading mean absolute error of the awake members: the unit of regret
};

}  // namespace forescale
