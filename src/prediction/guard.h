#pragma once
#include "features/fading.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// Which members are heard at one horizon. A member whose recent error is more than 1.3 times that
/// of the seasonal naive forecast, or 2.2 times that of the best member, sleeps there until it is
/// below 1.1 and 1.9 times: it goes on learning and being measured meanwhile. When that would
/// leave nobody, all are heard. Errors count with a half-life of 1.5 days, 5 days beyond 1 h, and
/// only on targets for which the naive forecast spoke too, relative to its error there: who has
/// spoken for two quiet hours is not compared with who has spoken all week. Where there is no such
/// member, the mean error of all takes its place.
class Guard {
public:
    Guard() = default;
    Guard(std::span<const std::string_view> names, Duration step, Duration horizon);

    /// The medians with NaN for who sleeps.
    [[nodiscard]] std::vector<double> heard(std::span<const double> medians) const;
    /// Of a member on a usual target; what is expected of it, in errors of the naive forecast,
    /// counts as so many targets. 0 until the naive forecast has been seen to err.
    [[nodiscard]] double error(std::size_t member, double expected, double targets) const;
    [[nodiscard]] bool sleeps(std::size_t member) const { return !because_[member].empty(); }
    /// Why it sleeps: "1.6 times the error of seasonal_naive", as it was when it fell asleep; empty
    /// while it is awake.
    [[nodiscard]] const std::string& because(std::size_t member) const { return because_[member]; }
    /// losses: absolute errors of what the members said, sleeping or not; NaN: said nothing.
    void learn(std::span<const double> losses);

    template <class Archive>
    void fields(Archive& archive) {
        archive(pairs_, naive_, because_);
    }

private:
    /// Of a member and of the naive forecast, on the same targets.
    struct Pair {
        FadingMean own;
        FadingMean naive;
        [[nodiscard]] bool is_known() const;
        [[nodiscard]] double ratio() const { return own.sum / naive.sum; }
        template <class Archive>
        void fields(Archive& archive) {
            archive(own, naive);
        }
    };
    [[nodiscard]] double naive_loss(std::span<const double> losses) const;
    void review();

    double keep_ = 1.0;
    std::size_t yardstick_ = 0;  ///< of seasonal_naive; none: the number of members
    std::vector<Pair> pairs_;
    FadingMean naive_;
    std::vector<std::string> because_;
};

/// The members that must be comparable between any two reports: what they say is shown as it is,
/// even where the guard keeps it out of the mix.
[[nodiscard]] bool is_baseline(std::string_view member);

}  // namespace forescale
