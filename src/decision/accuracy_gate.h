#pragma once
#include "decision/shadow_fleet.h"
#include "domain/served_bound.h"

#include <array>

namespace forescale {

/// Evidence that hours cost more than others, each bet on before it is seen: while the mean excess
/// is not above zero, an alarm is raised once in `hours_between_false_alarms` hours at most. A
/// stake begins anew whenever it is lost, so that a change after years of good hours is found as
/// soon as one on the first day.
/// source  Shin, Ramdas & Rinaldo 2023, e-detectors, doi:10.51387/23-NEJSDS51
class ExcessBet {
public:
    /// excess: in units of what an hour usually costs; below -1 counts as -1.
    void hour(double excess);
    [[nodiscard]] double stake() const;

    template <class Archive>
    void fields(Archive& archive) {
        for (double& stake : stakes_) archive(stake);
    }

private:
    std::array<double, 3> stakes_{1.0, 1.0, 1.0};
};

/// Whether a service's forecasts earn their keep: two fleets on paper, one that follows them and
/// one that only reacts (the same rules with the forecast left out), are played beside each other
/// against the demand that came, and priced hour by hour. Forecasts that have cost more, with
/// evidence, are left out of decisions until they have cost less, with evidence.
///
/// Stated times: forecasts that are wrong by a factor of 3 are left out within 48 h; they come back
/// 24 h later at the earliest, and within 7 days of being good again where they save 10 %.
/// cost  two decide() in each step of the finest windows; 2 KB of state, more where limits look
/// back a day
class AccuracyGate {
public:
    static constexpr double false_alarm_hours = 8760.0;  ///< leaving good forecasts out: a year
    static constexpr double return_hours = 200.0;        ///< taking useless ones in again
    static constexpr int hours_least = 24;               ///< before anything is judged
    /// The rarest risk that forecasts are judged at. A rarer one costs more every day than days of
    /// data can show that it saves: it is the operator's wish, and no harm that forecasts do.
    static constexpr double level_most = 0.999;
    static constexpr double margin = 0.02;  ///< of an hour's cost: less is not worth a change

    /// Plays both fleets on; ignored within the service's finest step of the last time. `inputs`
    /// are those of the service's own decision.
    void decide(const Service& service, const DecisionInputs& inputs, Timestamp now);
    /// What was measured of demand in a window.
    struct Measured {
        Window window;                     ///< one of the service's finest
        std::optional<double> served_max;  ///< what could be served in it, where that is known
        bool is_confirmed = true;          ///< false: too large to be believed yet
    };
    /// Demand that is not confirmed teaches nothing, least of all that it has no bound. Neither
    /// does demand that stood at what could be served, which is not what was wanted, unless it has
    /// been seen to go beyond that.
    void observe(const Service& service, const Measured& measured);

    [[nodiscard]] bool forecasts_harm() const { return harm_; }
    [[nodiscard]] std::optional<Timestamp> since() const { return since_; }
    /// What forecasts cost over what reacting costs, in the last days since the last change of
    /// mind; 1 before anything is known.
    [[nodiscard]] double cost_ratio() const;
    /// What it was at the last change of mind.
    [[nodiscard]] double ratio_then() const { return ratio_then_; }
    /// Hours of demand that were priced since then.
    [[nodiscard]] int hours() const { return hours_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(forecasting_, reacting_, decided_at_, hour_, hour_forecasting_, hour_reacting_,
                hour_covered_, sum_forecasting_, sum_reacting_, weight_, hours_, worse_, better_,
                served_bound_, harm_, ratio_then_, since_);
    }

private:
    [[nodiscard]] bool believes(const Measured& measured);
    void close_hour();
    void change_mind(Timestamp now);

    ShadowFleet forecasting_;
    ShadowFleet reacting_;
    std::optional<Timestamp> decided_at_;
    Timestamp hour_;  ///< the one that is being summed up
    double hour_forecasting_ = 0.0;
    double hour_reacting_ = 0.0;
    Duration hour_covered_{0};
    double sum_forecasting_ = 0.0;  ///< of hours, halved every day
    double sum_reacting_ = 0.0;
    double weight_ = 0.0;  ///< what the sums are of, in hours
    int hours_ = 0;        ///< since the last change of mind
    ExcessBet worse_;
    ExcessBet better_;
    ServedBound served_bound_;
    bool harm_ = false;
    double ratio_then_ = 1.0;
    std::optional<Timestamp> since_;
};

}  // namespace forescale
