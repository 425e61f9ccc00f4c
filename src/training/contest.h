#pragma once
#include "base/time.h"

#include <cstdint>
#include <vector>

namespace forescale {

/// What two contenders missed one target by, in units of the usual error of that target's service
/// and horizon.
struct ContestLoss {
    Timestamp target;
    double champion = 0.0;
    double challenger = 0.0;
};

struct ContestSettings {
    double margin = 0.01;  ///< share of the champion's loss by which a challenger must be better
    double alpha = 0.05;   ///< how often, at most, one that is not better is taken for better
    int days_max = 14;     ///< a challenger that has not been better by then never will be
};

enum class ContestVerdict : std::uint8_t {
    open,    ///< go on
    better,  ///< the challenger is better by more than the margin
    worse,   ///< the challenger is worse
    futile,  ///< days_max have passed without either
};

/// One side of the contest: bets on every day's mean difference before it is seen. Where the mean
/// is not above zero, the stake cannot be expected to grow whenever one stops, and reaches 1 /
/// alpha with a probability of at most alpha (Ville).
/// source  Waudby-Smith and Ramdas 2024, JRSS-B 86(1), doi:10.1093/jrsssb/qkad009: bets by
/// approximate growth rate; Johari et al. 2022 on looking at any time.
class DailyBet {
public:
    void day(double difference);
    [[nodiscard]] double stake() const { return stake_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(stake_, sum_, squares_, bounded_sum_, bounded_squares_, days_);
    }

private:
    double stake_ = 1.0;
    double sum_ = 0.0;  ///< of differences, and of their squares: the unit of the next day
    double squares_ = 0.0;
    double bounded_sum_ = 0.0;  ///< of what was bet on, within [-1, 1]
    double bounded_squares_ = 0.0;
    double days_ = 0.0;
};

/// Champion against challenger on live targets, over all services and horizons together, valid
/// whenever it is looked at. The unit is a day of targets: errors of neighbouring targets, and of
/// services that share an incident, hang together, and a model may be better by day and worse by
/// night; whole days of the fleet are the smallest unit that is near to independent.
class Contest {
public:
    void note(const ContestLoss& loss);
    /// Of the days that are complete.
    [[nodiscard]] ContestVerdict verdict(const ContestSettings& settings) const;

    [[nodiscard]] double stake_better() const { return better_.stake(); }
    [[nodiscard]] double stake_worse() const { return worse_.stake(); }
    [[nodiscard]] int days() const { return days_; }
    [[nodiscard]] std::int64_t targets() const { return targets_; }
    /// Challenger's loss over the champion's, all complete days together; 1 before the first.
    [[nodiscard]] double ratio() const;

    /// The margin is fixed when a contest begins.
    explicit Contest(double margin = ContestSettings{}.margin) : margin_(margin) {}

    template <class Archive>
    void fields(Archive& archive) {
        archive(margin_, better_, worse_, today_, champion_today_, challenger_today_, count_today_,
                champion_all_, challenger_all_, targets_, days_);
    }

private:
    void close_day();

    double margin_;
    DailyBet better_;
    DailyBet worse_;
    Timestamp today_;
    double champion_today_ = 0.0;
    double challenger_today_ = 0.0;
    std::int64_t count_today_ = 0;
    double champion_all_ = 0.0;
    double challenger_all_ = 0.0;
    std::int64_t targets_ = 0;
    int days_ = 0;
};

}  // namespace forescale
