#include "training/score.h"

#include "prediction/forecaster.h"

#include <cmath>

namespace forescale {
namespace {

constexpr Duration history_max = day * 60;
constexpr std::string_view naive_name = "seasonal_naive";
constexpr std::string_view ensemble_name = "ensemble";

Window window_of(Timestamp start, Duration width, double value) {
    Window window{.start = start, .width = width};
    if (std::isnan(value)) return window;
    window.count = 1;
    window.sum = window.min = window.max = window.last = value;
    window.state = SampleState::present;
    return window;
}

/// Finer samples end with the newest grid step: those of step `i` are handed over before it.
class FineFeed {
public:
    explicit FineFeed(const TrainingSeries& series) : series_(series) {
        if (series.fine.empty()) return;
        next_ = series.demand.newest() + series.demand.step() -
                series.fine_step * static_cast<Duration::rep>(series.fine.size());
    }
    void until(Timestamp end, Forecaster& forecaster) {
        for (; index_ < series_.fine.size() && next_ + series_.fine_step <= end; ++index_) {
            forecaster.observe_fine(
                window_of(next_, series_.fine_step, static_cast<double>(series_.fine[index_])));
            next_ += series_.fine_step;
        }
    }

private:
    const TrainingSeries& series_;
    std::size_t index_ = 0;
    Timestamp next_;
};

/// Members that slept at a target have no row, so that each is compared where it spoke.
void add_matured(ErrorsByMember& sums, const std::vector<MaturedScore>& matured,
                 Timestamp test_from) {
    for (const MaturedScore& naive : matured) {
        if (naive.member != naive_name || naive.origin < test_from) continue;
        for (const MaturedScore& score : matured) {
            if (score.horizon != naive.horizon) continue;
            ErrorSums& sum = sums[{score.member, score.horizon}];
            sum.member += std::abs(score.forecast - score.actual);
            sum.naive += std::abs(naive.forecast - naive.actual);
            ++sum.targets;
        }
    }
}

struct MeanRatio {
    double log_sum = 0.0;
    std::int64_t series = 0;
    std::int64_t targets = 0;
    [[nodiscard]] double value() const {
        return series > 0 ? std::exp(log_sum / static_cast<double>(series))
                          : std::numeric_limits<double>::quiet_NaN();
    }
};
using Ratios = std::map<std::pair<std::string, Duration>, MeanRatio>;

Ratios ratios_of(std::span<const ErrorsByMember> series) {
    Ratios ratios;
    for (const ErrorsByMember& sums : series)
        for (const auto& [key, sum] : sums) {
            if (!(sum.member > 0.0) || !(sum.naive > 0.0)) continue;
            MeanRatio& ratio = ratios[key];
            ratio.log_sum += std::log(sum.member / sum.naive);
            ratio.series += 1;
            ratio.targets += sum.targets;
        }
    return ratios;
}

}  // namespace

ErrorsByMember score_series(const TrainingSeries& series,
                            const std::shared_ptr<const TrainedModels>& models,
                            std::size_t test_steps) {
    Forecaster forecaster(series.service);
    forecaster.adopt(models);
    FineFeed fine(series);
    const Duration step = series.demand.step();
    auto values = series.demand.values();
    values = values.last(
        std::min(values.size(), static_cast<std::size_t>(history_max / step) + test_steps));
    const auto back = [&](std::size_t steps) { return step * static_cast<Duration::rep>(steps); };
    const Timestamp test_from = series.demand.newest() + step - back(test_steps);
    Timestamp at = series.demand.newest() + step - back(values.size());
    ErrorsByMember sums;
    for (const double value : values) {
        fine.until(at + step, forecaster);
        forecaster.observe(window_of(at, step, value));
        add_matured(sums, forecaster.matured(), test_from);
        at += step;
    }
    return sums;
}

std::vector<CardScore> card_scores(std::span<const ErrorsByMember> of_new,
                                   std::span<const ErrorsByMember> of_parent) {
    const Ratios mine = ratios_of(of_new);
    const Ratios theirs = ratios_of(of_parent);
    std::vector<CardScore> scores;
    for (const auto& [key, ratio] : mine) {
        const auto parent = theirs.find(key);
        scores.push_back({.member = key.first,
                          .horizon = key.second,
                          .series = ratio.series,
                          .targets = ratio.targets,
                          .ratio = ratio.value(),
                          .parent_ratio = parent == theirs.end() ? MeanRatio{}.value()
                                                                 : parent->second.value()});
    }
    std::ranges::stable_partition(
        scores, [](const CardScore& score) { return score.member == ensemble_name; });
    return scores;
}

}  // namespace forescale
