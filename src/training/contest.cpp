#include "training/contest.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double clip_in_units = 1.5;  ///< a day is worth at most this many usual days
constexpr double bet_max = 0.9;        ///< a lost day leaves a tenth of the stake
constexpr double loss_max = 20.0;      ///< of one target: an incident must not be all of a day
}  // namespace

void DailyBet::day(double difference) {
    if (days_ >= 2.0 && squares_ > 0.0) {
        const double unit = clip_in_units * std::sqrt(squares_ / days_);
        const double bounded = std::clamp(difference / unit, -1.0, 1.0);
        const double known = bounded_squares_ > 0.0 ? bounded_sum_ / bounded_squares_ : 0.0;
        const double first = sum_ / days_ / unit;  // before anything was bet on
        const double bet = std::clamp(bounded_squares_ > 0.0 ? known : first, 0.0, bet_max);
        stake_ *= 1.0 + bet * bounded;
        bounded_sum_ += bounded;
        bounded_squares_ += bounded * bounded;
    }
    sum_ += difference;
    squares_ += difference * difference;
    days_ += 1.0;
}

void Contest::note(const ContestLoss& loss) {
    if (!std::isfinite(loss.champion) || !std::isfinite(loss.challenger)) return;
    const Timestamp date = floor_to(loss.target, day);
    if (date > today_ && count_today_ > 0) close_day();
    today_ = std::max(today_, date);
    champion_today_ += std::min(loss.champion, loss_max);
    challenger_today_ += std::min(loss.challenger, loss_max);
    ++count_today_;
}

void Contest::close_day() {
    const auto count = static_cast<double>(count_today_);
    better_.day(((1.0 - margin_) * champion_today_ - challenger_today_) / count);
    worse_.day((challenger_today_ - champion_today_) / count);
    champion_all_ += champion_today_;
    challenger_all_ += challenger_today_;
    targets_ += count_today_;
    ++days_;
    champion_today_ = challenger_today_ = 0.0;
    count_today_ = 0;
}

ContestVerdict Contest::verdict(const ContestSettings& settings) const {
    const double enough = 1.0 / settings.alpha;
    if (better_.stake() >= enough) return ContestVerdict::better;
    if (worse_.stake() >= enough) return ContestVerdict::worse;
    return days_ >= settings.days_max ? ContestVerdict::futile : ContestVerdict::open;
}

double Contest::ratio() const {
    return champion_all_ > 0.0 ? challenger_all_ / champion_all_ : 1.0;
}

}  // namespace forescale
