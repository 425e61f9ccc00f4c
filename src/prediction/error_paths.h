#pragma once
#include "domain/decision.h"
#include "domain/forecast.h"
#include "domain/sample.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

namespace forescale {

/// How the errors of a service's paths hang together: a path that was too low in an hour was mostly
/// too low in the next one as well. Keeps the errors of the last paths that matured, each over the
/// whole path and in units of the spread that was forecast for it, and puts them on the path of
/// now: a bootstrap of whole paths, which needs no model of how steps depend on each other (the
/// Schaake shuffle, Clark et al. 2004, doi:10.1175/1525-7541(2004)005<0243:TSSAMF>2.0.CO;2).
/// Pure state; 4 KB. One instance per service.
class ErrorPaths {
public:
    static constexpr Duration reach = std::chrono::hours(8);  ///< no longer horizon is kept
    static constexpr std::size_t kept_max = 16;
    static constexpr std::size_t kept_least = 8;  ///< fewer paths say nothing about how they differ

    /// The next closed grid step. A path with a step that is missing teaches nothing.
    void observe(const Window& window);
    /// The path that was made from it. One in five hours is followed up, so that in five days each
    /// hour of the day has been an origin.
    void follow(const ForecastPath& path);

    /// The points of `path` up to `reach`, as each kept path of errors would have them.
    /// none  before eight paths have matured, or where they had other horizons
    [[nodiscard]] PathScenarios scenarios(const ForecastPath& path) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(followed_, kept_, begun_);
        if constexpr (Archive::is_reading)
            if (std::ranges::any_of(followed_, &Path::empty)) archive.refuse();
    }

private:
    /// What was said of one horizon, and how far off it was.
    struct Said {
        Timestamp target;
        double median = 0.0;
        double above = 0.0;  ///< from the median to the 0.95 quantile
        double below = 0.0;  ///< from the 0.05 quantile to the median
        double error = 0.0;  ///< in units of `above` or `below`, by its sign
        bool is_known = false;
        template <class Archive>
        void fields(Archive& archive) {
            archive(target, median, above, below, error, is_known);
        }
    };
    using Path = std::vector<Said>;
    void keep_matured();

    std::deque<Path> followed_;            ///< not matured yet, oldest first
    std::deque<std::vector<float>> kept_;  ///< errors, newest last
    std::optional<Timestamp> begun_;       ///< origin of the newest path that is followed
};

}  // namespace forescale
