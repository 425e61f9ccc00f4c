#pragma once
#include "domain/capacity_rule.h"

#include <array>
#include <optional>

namespace forescale {

/// What one ready replica serves, learned from pairs of the load per ready replica x and what it
/// led to, each of one step of the grid. Both kinds of evidence are a line of y against x, and the
/// capacity is the x at which that line crosses a level:
///   - utilization: y = a + b x, with an idle offset a, until it saturates at 1 (the utilization
///     law, Denning & Buzen 1978, doi:10.1145/356733.356735); the level is target_utilization
///   - latency L: y = 1 / L = 1 / L0 - x / (L0 m), from L = L0 / (1 - x / m): the time in an M/G/1
///     queue that shares its processor, whatever requests are like (Kleinrock 1976, Queueing
///     Systems II, ch. 4); the level is 1 / latency_slo. Erlang's C needs to know how many requests
///     a replica works on at once, which nobody measures here; the hyperbola is fitted near the
///     level, so that it need not hold far from it.
///
/// Pairs are kept as means of bins of x, a quarter octave wide, which weigh half after two days.
/// A pair moves its bin by three deviations at most. Pairs that lie off their bins for long (a new
/// version of the service) make what was known before count for little. The line is a weighted
/// least-squares fit, heaviest near the level; bins that are saturated as a whole are left out.
///
/// What is in force begins as what is stated. It moves up to the estimate less its standard error,
/// by at most 5 % an hour, and down to the estimate by at most 20 % an hour, only while the
/// evidence suffices: pairs of a few hours at loads that differ, a line that rises (or falls) by
/// more than four standard errors, no further than to where replicas would be filled by a quarter
/// more than was seen, and within factor_max of what is stated. Otherwise it stays as it is, with
/// one exception: where replicas are saturated most of the time, what was learned beyond the stated
/// capacity is given up.
class CapacityModel {
public:
    /// A pair: load per ready replica, and the mean of the samples of the same step. Steps come in
    /// time order. What cannot be (no load, a utilization above 1.05, no latency) is counted and
    /// not learned from. O(bins), 1 us.
    void observe(const CapacityRule& rule, Timestamp at, double load, double measured);

    /// What decisions use: above 0.
    [[nodiscard]] Demand in_force(const CapacityRule& rule) const;
    [[nodiscard]] CapacityEvidence evidence(const CapacityRule& rule) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(bins_, at_, drift_, estimate_.value, estimate_.error, lack_, in_force_, fill_,
                refused_);
    }

private:
    static constexpr std::size_t bins_count = 44;
    /// What was measured at loads that are alike.
    struct Bin {
        double weight = 0.0;  ///< pairs, older ones less
        double load = 0.0;    ///< mean
        double value = 0.0;   ///< mean of y
        double spread = 0.0;  ///< mean squared deviation of y
        template <class Archive>
        void fields(Archive& archive) {
            archive(weight, load, value, spread);
        }
    };
    /// y = value + slope (x - load), with standard errors.
    struct Line {
        double load = 0.0;
        double value = 0.0;
        double slope = 0.0;
        double value_error = 0.0;
        double slope_error = 0.0;
    };
    /// Where the bins lie that count for the line.
    struct Loads {
        int bins = 0;
        double least = 0.0;
        double most = 0.0;
    };
    struct Estimate {
        double value = 0.0;  ///< 0: none
        double error = 0.0;
    };
    /// Why there is no estimate.
    enum class Lack : std::uint8_t { nothing, few, saturated, constant, no_effect, uncertain };

    void forget(Timestamp now);
    void put(std::size_t bin, double load, double value, double least_spread);
    void watch_drift(double deviations);
    void fit(const CapacityRule& rule);
    void move(const CapacityRule& rule, Duration since);
    [[nodiscard]] double pairs() const;
    [[nodiscard]] bool counts(const CapacityRule& rule, const Bin& bin) const;
    [[nodiscard]] bool is_saturated(const CapacityRule& rule) const;
    [[nodiscard]] Loads loads(const CapacityRule& rule) const;
    [[nodiscard]] Line line_of(const CapacityRule& rule) const;
    [[nodiscard]] Lack lack_of(const CapacityRule& rule) const;
    [[nodiscard]] static bool follows(const CapacityRule& rule, const Line& line);
    [[nodiscard]] static Estimate crossing(const Line& line, double level);
    [[nodiscard]] static double within(const CapacityRule& rule, double value);
    [[nodiscard]] std::string why_not(const CapacityRule& rule) const;

    std::array<Bin, bins_count> bins_{};
    std::optional<Timestamp> at_;
    double drift_ = 0.0;  ///< mean of what the newest pairs lie off their bins, in deviations
    Estimate estimate_;
    Lack lack_ = Lack::few;
    double in_force_ = 0.0;  ///< 0: what is stated
    double fill_ = 0.0;      ///< largest share of it that a replica was loaded with; fades
    double refused_ = 0.0;   ///< pairs that cannot be; forgotten as the others are
};

}  // namespace forescale
