#include "models/prophet/prophet.h"

#include "base/simd_math.h"
#include "features/profile.h"
#include "models/carry_over.h"
#include "models/prophet/fit_of_step.h"

#include <cmath>
#include <optional>

namespace forescale::prophet {

namespace {
constexpr Duration answers_from = std::chrono::hours(1);
constexpr int habit_days = 7;

/// Before anything was seen: some of the newest deviation lasts, the less the further ahead.
CarryOver::Deviations prior_at(Duration horizon) {
    const double near = Gaps::near_share(horizon);
    return {0.4 * near, 0.3 * near, 0.5 * (1.0 - near), 0.2 * (1.0 - near), 0.0};
}

class Prophet final : public Model {
public:
    explicit Prophet(const ModelSettings& settings) : settings_(settings), step_(settings.step) {}

    Answer step(const Moment& moment) override {
        if (moment.rescaled || carried_.size() != moment.anchors.size()) restart(moment.anchors);
        const Calendar calendar{moment.context.zone, moment.context.holidays};
        const bool is_new_bucket = take_bucket(moment, calendar);
        const bool is_due = is_refit_step(settings_, moment.context.origin(), day);
        if (moment.correction || is_due || (!fit_ && is_new_bucket)) refit(moment, calendar);
        if (moment.correction) begin_anew();
        const double newest =
            log_level(moment.context.demand.values().back(), moment.context.scale);
        for (CarryOver& anchor : carried_) anchor.learn(newest);
        if (!fit_) return skip();
        gaps_.note(newest - level(calendar, moment.context.origin()), step_);
        return answer(moment, calendar);
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(anchors_);
        if constexpr (Archive::is_reading) restart(Anchors(anchors_));
        archive(fit_, holiday_, residuals_, gaps_);
        for (CarryOver& anchor : carried_) archive(anchor);
    }
    void restart(const Anchors& anchors) {
        anchors_ = anchors;
        carried_.clear();
        for (const int horizon : anchors)
            carried_.emplace_back(step_, horizon, prior_at(step_ * horizon));
        fit_.reset();
        residuals_ = Series();
        gaps_ = {};
    }
    void begin_anew() {
        for (CarryOver& anchor : carried_) anchor.forget_noted();
        gaps_ = {};
    }
    /// At the middle of a step of the grid.
    [[nodiscard]] double level(const Calendar& calendar, Timestamp at) const {
        return fit_->level(calendar, at + step_ / 2);
    }
    [[nodiscard]] double residual(const Moment& moment, const Calendar& calendar, Timestamp bucket,
                                  double demand) const {
        return std::clamp(log_level(demand, moment.context.scale) -
                              fit_->level(calendar, bucket + moment.rollup.step() / 2),
                          -CarryOver::deviation_max, CarryOver::deviation_max);
    }
    /// True when a bucket of the roll-up has closed since.
    bool take_bucket(const Moment& moment, const Calendar& calendar) {
        if (moment.rollup.empty()) return false;
        const Timestamp bucket = moment.rollup.newest();
        if (!residuals_.empty() && residuals_.newest() >= bucket) return false;
        if (residuals_.step() == Duration(0))
            residuals_ =
                Series(moment.rollup.step(),
                       static_cast<std::size_t>(habit_days * day / moment.rollup.step()) + 1);
        residuals_.append(bucket,
                          fit_ ? residual(moment, calendar, bucket, moment.rollup.values().back())
                               : Series::missing);
        return true;
    }
    void refit(const Moment& moment, const Calendar& calendar) {
        auto fitted = fit_history(moment, holiday_);
        if (!fitted) return;
        const double before = fit_ ? level(calendar, moment.context.origin()) : 0.0;
        const bool had_fit = fit_.has_value();
        fit_ = std::move(fitted);
        holiday_ = fit_->holiday_effect();
        const double moved = had_fit ? before - level(calendar, moment.context.origin()) : 0.0;
        gaps_.move(moved);
        look_back(moment, calendar);
    }
    // What is left of the last week, as the new fit sees it.
    void look_back(const Moment& moment, const Calendar& calendar) {
        const std::span<const double> values = moment.rollup.values();
        const std::size_t kept = std::min(
            values.size(), static_cast<std::size_t>(habit_days * day / moment.rollup.step()) + 1);
        residuals_ = Series(moment.rollup.step(),
                            static_cast<std::size_t>(habit_days * day / moment.rollup.step()) + 1);
        for (std::size_t i = values.size() - kept; i < values.size(); ++i) {
            const Timestamp bucket =
                moment.rollup.oldest() + moment.rollup.step() * static_cast<Duration::rep>(i);
            residuals_.append(bucket, residual(moment, calendar, bucket, values[i]));
        }
    }
    [[nodiscard]] static double mean_of(std::span<const double> residuals) {
        return zero_if_missing(simd::sum_present(residuals).mean());
    }
    [[nodiscard]] double mean_of_last_day() const {
        const auto values = residuals_.values();
        const auto per_day = static_cast<std::size_t>(day / residuals_.step());
        return mean_of(values.last(std::min(values.size(), per_day)));
    }
    static double zero_if_missing(double value) { return std::isnan(value) ? 0.0 : value; }
    /// Residual at the wall-clock time of the target some days before; NaN when not known.
    [[nodiscard]] double residual_before(const Zone& zone, Timestamp target, int days) const {
        const Timestamp before = target - day * days;
        return residuals_.at(
            floor_to(before + zone.offset_at(target) - zone.offset_at(before), residuals_.step()));
    }
    [[nodiscard]] double habit(const Zone& zone, Timestamp target) const {
        std::array<double, habit_days> seen{};
        for (std::size_t d = 0; d < seen.size(); ++d)
            seen[d] = residual_before(zone, target, static_cast<int>(d) + 1);
        return mean_of(seen);
    }
    Answer answer(const Moment& moment, const Calendar& calendar) {
        Answer answer;
        const double of_day = mean_of_last_day();
        for (std::size_t a = 0; a < carried_.size(); ++a) {
            if (step_ * moment.anchors[a] < answers_from) {
                carried_[a].note(Series::missing, {});
                answer.medians.push_back(Series::missing);
                answer.spreads.push_back(Series::missing);
                continue;
            }
            const Timestamp target = moment.target(a);
            const double base = level(calendar, target);
            const CarryOver::Deviations deviations{
                gaps_.newest, gaps_.of_hours, of_day,
                zero_if_missing(residual_before(calendar.zone, target, 1)),
                habit(calendar.zone, target)};
            answer.medians.push_back(
                from_log_level(carried_[a].say(base, deviations), moment.context.scale));
            answer.spreads.push_back(1.2816 * fit_->scale);
            carried_[a].note(base, deviations);
        }
        return answer;
    }
    Answer skip() {
        for (CarryOver& anchor : carried_) anchor.note(Series::missing, {});
        return asleep("needs 3 days of history");
    }

    ModelSettings settings_;
    Duration step_;
    Anchors anchors_;
    std::vector<CarryOver> carried_;  ///< per anchor
    std::optional<Fit> fit_;
    HolidayEffect holiday_{};  ///< of the newest fit, for the next one
    Series residuals_;         ///< of the fit, per bucket of the roll-up, one week
    Gaps gaps_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Prophet>(settings);
}

}  // namespace forescale::prophet
