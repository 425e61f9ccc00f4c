#pragma once
#include "domain/forecast.h"
#include "prediction/members.h"

#include <deque>
#include <string>
#include <vector>

namespace forescale {

/// What members are timed with; empty: they are not.
struct CostClocks {
    Stopwatch wall;       ///< read for every member: 25 ns
    Stopwatch processor;  ///< of this thread, read for all of them: no member is to blame for a
                          ///< process that had to wait
};
/// Those of the machine.
[[nodiscard]] CostClocks cost_clocks();

/// That a member was put to sleep because it was slow, and after which grid step. A clock does not
/// say the same in the next life: this is kept in the turn's state, and repeated with the windows.
struct MemberRest {
    Timestamp after;
    std::string member;
    std::string why;
    template <class Archive>
    void fields(Archive& archive) {
        archive(after, member, why);
    }
};

/// What the members of one service took in this life, and which of them took too long: longer than
/// is allowed in the mean of its last twelve grid steps, an hour at 5 min, without the three
/// dearest, which may have been fits: of the day, or after a change (50 ms for arima); or 500 times
/// that in a single step. The baselines (is_baseline()) are never slow: somebody must be able to
/// speak.
class MemberCosts {
public:
    static constexpr std::size_t steps_kept = 12;
    static constexpr std::size_t fits_forgiven = 3;
    static constexpr double single_step_factor = 500.0;
    /// A thousand times what most members take, and still nothing to a turn of 30 s.
    static constexpr Duration step_max_usual = std::chrono::milliseconds(2);

    struct Slow {
        std::string member;
        std::string why;  ///< "slow: 12 ms a step, at most 2 ms are allowed"
    };
    /// members, took: of one grid step, in the same order in every call.
    [[nodiscard]] std::vector<Slow> note(const std::vector<MemberView>& members,
                                         std::span<const std::chrono::nanoseconds> took,
                                         Duration step_max);

private:
    std::vector<std::deque<double>> milliseconds_;  ///< per member, newest last
};

}  // namespace forescale
