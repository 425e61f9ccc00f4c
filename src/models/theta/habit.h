#pragma once
#include "features/feature.h"
#include "features/seasons.h"

#include <vector>

namespace forescale::theta {

/// What is usual at a time, in log levels: a day by steps, plus a week by hours, plus one more
/// season, each smoothed exponentially.
class Habit {
public:
    Habit() = default;
    explicit Habit(Duration step);

    /// The strongest season that is neither day nor week is followed; another one starts anew.
    void follow(std::span<const Season> seasons);
    /// NaN where the time of day was never seen.
    [[nodiscard]] double at(Timestamp time, const Zone& zone) const;
    /// `level` at a time, of which `lasting` is not a matter of the time.
    void learn(Timestamp time, const Zone& zone, double level, double lasting);

    /// Demand counts `factor` times.
    void multiply(double factor);

    template <class Archive>
    void fields(Archive& archive) {
        archive(step_, deviation_, day_, seen_, week_, other_, other_period_, steps_);
    }

private:
    /// A place between two hours of the week, so that the habit does not jump at full hours.
    struct Place {
        std::size_t from;
        std::size_t to;
        double share;
    };
    [[nodiscard]] std::size_t slot(Timestamp local) const;
    [[nodiscard]] static Place place(Timestamp local);
    [[nodiscard]] std::size_t phase(Timestamp time) const;
    [[nodiscard]] double week_at(Timestamp local) const;

    Duration step_{0};
    double deviation_ = 0.1;          ///< fading mean of the absolute surprise
    std::vector<float> day_;          ///< NaN: never seen
    std::vector<std::uint8_t> seen_;  ///< times, up to where it no longer matters
    std::vector<float> week_;         ///< per hour, from Monday on
    std::vector<float> other_;        ///< per step of the other season, at most 300
    Duration other_period_{0};        ///< 0: none
    std::uint32_t steps_ = 0;         ///< with a sample
};

}  // namespace forescale::theta
