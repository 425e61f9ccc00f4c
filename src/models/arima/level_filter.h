#pragma once
#include "models/arima/estimate.h"

namespace forescale::arima {

/// A fitted model on the levels themselves: predicts the next one, takes it in, and keeps what is
/// needed of the past. A level that is missing is replaced by its prediction, and whatever
/// differences it enters are missing to the filter. A level further from its prediction than
/// `clip` deviations is believed only that far, so that an incident does not come back a season
/// later; the fourth in a row is believed whole: then it is no incident. All predictions stay
/// within the levels seen so far (and 0), one to either side.
class LevelFilter {
public:
    static constexpr double no_clip = 1e9;

    LevelFilter() = default;
    /// deviation  of ordinary one-step errors
    /// nullopt    no stationary start
    [[nodiscard]] static std::optional<LevelFilter> of(const Estimate& estimate, double deviation,
                                                       double clip);

    /// The next level, NaN: missing. Returns its error against the prediction; NaN where there was
    /// none.
    double step(double level);
    /// NaN before a whole season of differences is there.
    [[nodiscard]] double prediction() const;
    [[nodiscard]] std::vector<double> predictions(std::size_t steps) const;
    /// What was made of the newest level.
    [[nodiscard]] double newest() const { return levels_.empty() ? 0.0 : levels_.back(); }
    void settle() { filter_.settle(); }

    template <class Archive>
    void fields(Archive& archive) {
        archive(filter_, integration_, levels_, is_seen_, deviation_, clip_, level_min_, level_max_,
                clipped_in_a_row_);
    }

private:
    [[nodiscard]] bool has_past() const;
    [[nodiscard]] double integrated() const;
    [[nodiscard]] double believed(double level, double predicted);
    [[nodiscard]] double difference_of(double level) const;
    [[nodiscard]] double plausible(double level) const;
    void keep(double level, bool is_seen);

    ArmaFilter filter_;
    std::vector<Term> integration_;
    std::vector<double> levels_;         ///< the newest ones, as many as the differences need
    std::vector<std::uint8_t> is_seen_;  ///< 0: replaced by a prediction
    double deviation_ = 0.0;
    double clip_ = no_clip;
    double level_min_ = 0.0;
    double level_max_ = 0.0;
    std::int32_t clipped_in_a_row_ = 0;
};

/// Standard deviations of the errors 1..steps ahead, in levels.
[[nodiscard]] std::vector<double> prediction_deviations(const Estimate& estimate,
                                                        std::size_t steps);

}  // namespace forescale::arima
