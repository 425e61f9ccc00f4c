#include "models/arima/arima.h"

#include "features/profile.h"
#include "models/arima/level_filter.h"
#include "models/carry_over.h"
#include "models/prophet/fit_of_step.h"

#include <algorithm>
#include <cmath>

namespace forescale::arima {

namespace {
constexpr Duration answers_from = std::chrono::hours(1);
constexpr Duration::rep days_between_searches = 7;
constexpr double clip = 4.0;
constexpr double deviation_floor = 1e-4;  ///< log levels
constexpr double central_80 = 1.2816;     ///< half width of a normal distribution, deviations

CarryOver::Deviations prior_at(Duration horizon) {
    const double near = Gaps::near_share(horizon);
    return {0.4 * near, 0.3 * near, 0.0, 0.0, 0.0};
}

/// A model to clean a history with before anything is known of it: the season of yesterday, most
/// of a deviation lasts.
Estimate provisional(std::int32_t season) {
    Estimate estimate;
    estimate.order = {.p = 1, .season = season};
    estimate.parameters = {std::atanh(0.7)};
    if (season > 1) {
        estimate.order.seasonal_d = estimate.order.seasonal_q = 1;
        estimate.parameters.push_back(std::atanh(0.6));
    }
    return estimate;
}

/// Of the one-step errors, by their median.
double robust_deviation(std::span<const double> levels, const Estimate& estimate) {
    auto filter = LevelFilter::of(estimate, 0.0, LevelFilter::no_clip);
    std::vector<double> errors;
    for (const double level : levels) {
        if (!filter) break;
        const double error = filter->step(level);
        if (std::isfinite(error)) errors.push_back(std::abs(error));
    }
    if (errors.empty()) return deviation_floor;
    const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
    std::nth_element(errors.begin(), middle, errors.end());
    return std::max(1.4826 * *middle, deviation_floor);
}

/// The history as a model with clipped errors believes it; what is missing stays missing.
std::vector<double> cleaned(std::span<const double> levels, const Estimate& estimate) {
    auto filter = LevelFilter::of(estimate, robust_deviation(levels, estimate), clip);
    std::vector<double> clean(levels.begin(), levels.end());
    for (double& level : clean) {
        if (!filter) break;
        filter->step(level);
        if (std::isfinite(level)) level = filter->newest();
    }
    return clean;
}

class Arima final : public Model {
public:
    explicit Arima(const ModelSettings& settings) : settings_(settings), step_(settings.step) {}

    Answer step(const Moment& moment) override {
        if (moment.rescaled || carried_.size() != moment.anchors.size()) restart(moment.anchors);
        const double newest =
            log_level(moment.context.demand.values().back(), moment.context.scale);
        if (moment.correction) begin_anew();
        for (CarryOver& anchor : carried_) anchor.learn(newest);
        const bool is_new_bucket = take_buckets(moment);
        if (moment.correction || is_refit_due(moment.context.origin()) ||
            (!is_fitted() && is_new_bucket))
            refit(moment);
        else if (is_fitted() && is_new_bucket)
            look_ahead(moment);
        if (!is_fitted()) return skip();
        gaps_.note(newest - base_at(moment.context, moment.context.origin()), step_);
        return answer(moment);
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(anchors_);
        if constexpr (Archive::is_reading) restart(Anchors(anchors_));
        archive(habits_, estimate_, taken_, path_, usual_, deviations_, bucket_, gaps_);
        bool fitted = is_fitted();
        archive(fitted);
        if (fitted) archive(filter_);
        for (CarryOver& anchor : carried_) archive(anchor);
    }
    void restart(const Anchors& anchors) {
        anchors_ = anchors;
        carried_.clear();
        for (const int horizon : anchors)
            carried_.emplace_back(step_, horizon, prior_at(step_ * horizon));
        estimate_ = {};
        path_.clear();
        taken_ = Timestamp::min();
        gaps_ = {};
    }
    void begin_anew() {
        for (CarryOver& anchor : carried_) anchor.forget_noted();
        gaps_ = {};
    }
    [[nodiscard]] bool is_fitted() const { return !path_.empty(); }
    [[nodiscard]] bool is_refit_due(Timestamp origin) const {
        return is_refit_step(settings_, origin, day);
    }
    [[nodiscard]] bool is_search_due(Timestamp origin) const {
        return is_refit_step(settings_, origin, day * days_between_searches);
    }
    /// True when a bucket of the roll-up has closed since.
    bool take_buckets(const Moment& moment) {
        if (moment.rollup.empty() || moment.rollup.newest() <= taken_) return false;
        const Timestamp first = taken_ < moment.rollup.oldest() ? moment.rollup.oldest()
                                                                : taken_ + moment.rollup.step();
        for (Timestamp at = first; is_fitted() && at <= moment.rollup.newest();
             at += moment.rollup.step())
            filter_.step(log_level_or_nan(moment.rollup.at(at), moment.context.scale) -
                         habit(moment.context, at));
        taken_ = moment.rollup.newest();
        return true;
    }
    static double log_level_or_nan(double demand, double scale) {
        return std::isnan(demand) ? demand : log_level(demand, scale);
    }
    /// What week, holidays and other periods add at a bucket.
    [[nodiscard]] double habit(const FeatureContext& context, Timestamp bucket) const {
        const prophet::Components parts =
            habits_.habits({context.zone, context.holidays}, bucket + bucket_ / 2);
        return parts.daily + parts.weekly + parts.season + parts.holiday;
    }
    /// Log levels of the roll-up without those habits, from the first present bucket on.
    [[nodiscard]] std::vector<double> levels_without_habits(const Moment& moment) const {
        std::vector<double> levels;
        Timestamp at = moment.rollup.oldest();
        for (const double value : moment.rollup.values()) {
            if (!levels.empty() || !std::isnan(value))
                levels.push_back(log_level_or_nan(value, moment.context.scale) -
                                 habit(moment.context, at));
            at += moment.rollup.step();
        }
        return levels;
    }
    bool learn_habits(const Moment& moment) {
        bucket_ = moment.rollup.step();
        auto fitted = prophet::fit_history(
            moment, is_fitted() ? habits_.holiday_effect() : prophet::HolidayEffect{});
        if (fitted) habits_ = std::move(*fitted);
        return fitted.has_value();
    }
    void refit(const Moment& moment) {
        if (moment.rollup.empty() || !learn_habits(moment)) return;
        const std::vector<double> levels = levels_without_habits(moment);
        const auto season =
            static_cast<std::int32_t>(std::max<Duration::rep>(1, day / moment.rollup.step()));
        Estimate next = is_fitted() && !is_search_due(moment.context.origin())
                            ? estimate_again(levels)
                            : search(cleaned(levels, provisional(season)), season);
        if (!std::isfinite(next.aicc)) next = provisional(season);
        begin_with(levels, std::move(next));
        look_ahead(moment);
    }
    [[nodiscard]] Estimate estimate_again(std::span<const double> levels) const {
        const std::vector<double> w = difference(cleaned(levels, estimate_), estimate_.order);
        return estimate(w, estimate_.order, estimate_.parameters, Method::exact);
    }
    void begin_with(std::span<const double> levels, Estimate next) {
        auto filter = LevelFilter::of(next, robust_deviation(levels, next), clip);
        if (!filter) return;
        for (const double level : levels) filter->step(level);
        filter->settle();
        filter_ = std::move(*filter);
        estimate_ = std::move(next);
        path_ = {0.0};
    }
    // path_[0] is the newest bucket, path_[k] the forecast of the k-th after it.
    void look_ahead(const Moment& moment) {
        if (!is_fitted()) return;
        const Duration bucket = moment.rollup.step();
        const Duration furthest = step_ * (anchors_.back() + 1) + bucket;
        const auto steps = static_cast<std::size_t>(furthest / bucket) + 1;
        const std::vector<double> ahead = filter_.predictions(steps);
        path_ = {filter_.newest()};
        path_.insert(path_.end(), ahead.begin(), ahead.end());
        for (std::size_t k = 0; k < path_.size(); ++k)
            path_[k] += habit(moment.context, taken_ + bucket * static_cast<Duration::rep>(k));
        deviations_ = prediction_deviations(estimate_, steps);
        const FeatureContext hours{.demand = moment.rollup,
                                   .zone = moment.context.zone,
                                   .holidays = {},
                                   .scale = moment.context.scale};
        usual_.clear();
        for (std::size_t k = 0; k < path_.size(); ++k)
            usual_.push_back(log_level_or_nan(
                slot_profile(hours, taken_ + bucket * static_cast<Duration::rep>(k)).trimmed,
                moment.context.scale));
    }
    /// The forecast at a step of the grid: its usual level there, off it by as much as the hours
    /// around are off theirs, linear between their middles. Without a usual level: the hours alone.
    [[nodiscard]] double base_at(const FeatureContext& context, Timestamp at) const {
        const double place =
            std::clamp(static_cast<double>((at + step_ / 2 - taken_ - bucket_ / 2).count()) /
                           static_cast<double>(bucket_.count()),
                       0.0, static_cast<double>(path_.size() - 1) - 1e-9);
        const auto k = static_cast<std::size_t>(place);
        const double part = place - static_cast<double>(k);
        const auto between = [part, k](const std::vector<double>& values) {
            return (1.0 - part) * values[k] + part * values[k + 1];
        };
        const double usual = log_level_or_nan(slot_profile(context, at).trimmed, context.scale);
        const double shape = usual - between(usual_);
        return std::max(between(path_) + (std::isnan(shape) ? 0.0 : shape), 0.0);
    }
    [[nodiscard]] double spread_at(Timestamp target) const {
        const auto ahead =
            static_cast<std::size_t>(std::max<Duration::rep>(1, (target - taken_) / bucket_));
        return central_80 * deviations_[std::min(ahead, deviations_.size()) - 1];
    }
    Answer answer(const Moment& moment) {
        Answer answer;
        for (std::size_t a = 0; a < carried_.size(); ++a) {
            if (step_ * anchors_[a] < answers_from) {
                carried_[a].note(Series::missing, {});
                answer.medians.push_back(Series::missing);
                answer.spreads.push_back(Series::missing);
                continue;
            }
            const Timestamp target = moment.target(a);
            const double base = base_at(moment.context, target);
            const double week =
                log_level_or_nan(week_profile(moment.context, target), moment.context.scale) - base;
            const CarryOver::Deviations deviations{gaps_.newest, gaps_.of_hours,
                                                   std::isnan(week) ? 0.0 : week, 0.0, 0.0};
            answer.medians.push_back(
                from_log_level(carried_[a].say(base, deviations), moment.context.scale));
            answer.spreads.push_back(spread_at(target));
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
    prophet::Fit habits_;             ///< of week, holidays and other periods
    Estimate estimate_;
    LevelFilter filter_;
    Duration bucket_{0};                  ///< of the roll-up
    Timestamp taken_ = Timestamp::min();  ///< the newest bucket in filter_
    std::vector<double> path_;            ///< log levels per bucket; empty: not fitted
    std::vector<double> usual_;           ///< the usual log levels of the same buckets
    std::vector<double> deviations_;      ///< of the errors 1.. buckets ahead
    Gaps gaps_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Arima>(settings);
}

}  // namespace forescale::arima
