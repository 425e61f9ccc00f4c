#pragma once
#include "models/recurrent/network.h"
#include "models/ridge/normal_equations.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace forescale::recurrent {

/// What one service adds to the answer of the shared network at one horizon: a linear head that is
/// learned online on the network's state and inputs, to what the network missed. Least absolute
/// error by reweighting, fading with a half-life of 4 days. It speaks only while it has been the
/// better one. All in units of the service's variability.
/// cost    columns^2 / 2 per learn(), columns^3 / 6 per solve()
class OwnHead {
public:
    OwnHead() = default;
    OwnHead(std::size_t columns, double keep_per_step)
        : columns_(columns), equations_(columns), keep_(keep_per_step) {}

    /// `missed`: target minus what the network said; `cost`: of one unit at that time, about 1.
    void learn(std::span<const float> columns, double missed, double cost);
    void solve();
    /// What to add to the network's answer.
    [[nodiscard]] double correction(std::span<const float> columns) const;
    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] double rows() const { return rows_; }  ///< all that were ever learned
    [[nodiscard]] bool is_solved() const { return !coefficients_.empty(); }

    template <class Archive>
    void fields(Archive& archive) {
        archive(columns_, equations_, coefficients_, keep_, with_head_, error_alone_, rows_);
    }

private:
    [[nodiscard]] double say(std::span<const float> columns) const;

    std::uint64_t columns_ = 0;
    ridge::NormalEquations<float> equations_;
    std::vector<double> coefficients_;  ///< empty until first solved
    double keep_ = 1.0;
    ridge::Reweighting with_head_;
    double error_alone_ = 0.0;  ///< fading mean of the absolute error without it
    double rows_ = 0.0;
};

/// The own heads of one service, for the horizons from 15 min on, and what they need of the last
/// hour: what was seen and said at an origin is learned from once its target is observed.
class OwnHeads {
public:
    /// What the network saw and said at one origin.
    struct Sight {
        double level;  ///< log level of now
        double unit;
        std::span<const float> state;
        std::span<const float> inputs;
        std::span<const float> medians;  ///< per horizon of the network, in units
    };

    /// Forgets everything, for another network or another scale. `phase` spreads the solutions of a
    /// fleet over the steps.
    void restart(const Network& network, std::uint64_t phase);
    [[nodiscard]] bool belong_to(const Network& network) const;
    /// The next grid step was observed; NaN: it is missing.
    void observe(const Network& network, double level);
    void see(const Sight& sight);
    /// Nothing was seen at this step.
    void see_nothing();
    /// What to add at network.horizons[h], in units, after see().
    [[nodiscard]] double correction(const Network& network, std::size_t h) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(lineage_, steps_, phase_, heads_, seen_);
    }

private:
    struct Seen {
        double level = std::numeric_limits<double>::quiet_NaN();
        double unit = 0.0;
        std::vector<float> state, inputs, medians;
        template <class Archive>
        void fields(Archive& archive) {
            archive(level, unit, state, inputs, medians);
        }
    };
    [[nodiscard]] const Seen& ago(std::size_t steps) const {
        return seen_[(steps_ - steps) % seen_.size()];
    }
    void solve_when_due(const Network& network, std::size_t h);

    std::uint64_t lineage_ = 0;
    std::uint64_t steps_ = 0;
    std::uint64_t phase_ = 0;
    std::vector<OwnHead> heads_;  ///< per horizon of the network; without columns below 15 min
    std::vector<Seen> seen_;      ///< ring, one longer than the furthest horizon
};

}  // namespace forescale::recurrent
