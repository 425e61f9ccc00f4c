#pragma once
#include "base/time.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace forescale {

/// How far demand is from what a model of habits says: the newest sample, and a mean that fades
/// with a half-life of an hour. In log levels.
struct Gaps {
    static constexpr Duration half_life = std::chrono::hours(1);
    double newest = 0.0;
    double of_hours = 0.0;

    /// The gap of the newest step; NaN: missing.
    void note(double gap, Duration step);
    /// The model says less by that from now on.
    void move(double by);
    /// What is left of a gap after a horizon before anything was seen: half of it after 4 h.
    [[nodiscard]] static double near_share(Duration horizon);

    template <class Archive>
    void fields(Archive& archive) {
        archive(newest, of_hours);
    }
};

/// How much of the deviations of now is left after a horizon. A model of habits answers with its
/// base level plus this: actual - base = sum of share_j * deviation_j, the shares learned per
/// horizon from matured targets by least absolute error (reweighted least squares with fading,
/// pulled to a prior), so that a level that moved is followed as long as moves of this service have
/// lasted. All in log levels. O(columns^3) per lesson.
class CarryOver {
public:
    static constexpr std::size_t columns = 5;
    /// Log levels, a factor of 20: what lies beyond is an incident, and counts as this.
    static constexpr double deviation_max = 3.0;
    using Deviations = std::array<double, columns>;

    CarryOver() = default;
    /// horizon in steps of the grid; `prior` is what is believed before anything was seen.
    CarryOver(Duration step, int horizon, const Deviations& prior);

    /// The newest step is the target of what was noted `horizon` steps ago; NaN: missing. Before
    /// note(), once per step.
    void learn(double level);
    /// What is said now: the base level of the target and what deviates at the origin. NaN base:
    /// nothing is said.
    void note(double base, const Deviations& deviations);
    /// Nothing is learned from what was noted so far: the base has been another one since.
    void forget_noted();
    /// Never further from the base than the largest deviation is from zero.
    [[nodiscard]] double say(double base, const Deviations& deviations) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, gram_, moments_, shares_, pending_);
    }

private:
    struct Pending {
        float base = 0.0F;  ///< NaN: nothing was said
        std::array<float, columns> deviations{};
        template <class Archive>
        void fields(Archive& archive) {
            archive(base, deviations);
        }
    };
    [[nodiscard]] bool is_kept() const { return steps_ % stride_ == 0; }
    [[nodiscard]] Pending& slot() { return pending_[steps_ / stride_ % pending_.size()]; }
    void learn(const Pending& then, double level);
    void solve();

    std::uint64_t stride_ = 1;  ///< only every so many steps are kept and learned from
    double forget_ = 1.0;
    Deviations prior_{};
    std::uint64_t steps_ = 0;
    std::array<double, columns * columns> gram_{};
    Deviations moments_{};
    Deviations shares_{};
    std::vector<Pending> pending_;
};

}  // namespace forescale
