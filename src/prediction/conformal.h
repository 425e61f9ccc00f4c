#pragma once
#include "base/time.h"

#include <array>

namespace forescale {

/// How much wider, as a log factor, one side of an interval has to be so that 5 % of targets lie
/// beyond it. Three trackers follow at different speeds: each widens after a miss and narrows after
/// a hit, so that its share of misses goes to 5 % whatever the errors do. They are mixed by the
/// pinball loss of what they had said: which speed is right differs from series to series, and far
/// ahead only slow ones are, since the errors of a day are one event.
/// source  Gibbs and Candes 2021 (adaptive conformal inference), arXiv:2106.00170; aggregation over
/// speeds: Zaffran et al. 2022, arXiv:2202.07282, and Gibbs and Candes 2022, arXiv:2208.08401
class ConformalWidth {
public:
    static constexpr std::size_t speeds = 3;
    using Widths = std::array<float, speeds>;

    ConformalWidth() = default;
    explicit ConformalWidth(Duration horizon);

    [[nodiscard]] double log_factor() const;
    [[nodiscard]] Widths said() const;
    /// said: as it was for the target. needed: log of the distance of what came over the distance
    /// of the bound before widening; large when there was no distance, small when it came on the
    /// other side.
    void learn(const Widths& said, double needed);

    template <class Archive>
    void fields(Archive& archive) {
        archive(log_factors_, losses_);
    }

private:
    std::array<double, speeds> gains_{};
    double keep_ = 1.0;
    std::array<double, speeds> log_factors_{};
    std::array<double, speeds> losses_{};  ///< fading sums of pinball losses
};

}  // namespace forescale
