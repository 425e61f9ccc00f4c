#include "models/prophet/fit_of_step.h"

#include <bit>

namespace forescale::prophet {

namespace {
std::optional<Fit> fit_anew(const Moment& moment, const HolidayEffect& holiday) {
    std::vector<Duration> periods;
    for (const Season& season : moment.seasons) periods.push_back(season.period);
    return fit(log_levels(moment.rollup, moment.context.scale),
               {moment.context.zone, moment.context.holidays}, periods, holiday);
}

bool is_same(const HolidayEffect& one, const HolidayEffect& other) {
    return std::ranges::equal(one, other, {}, std::bit_cast<std::uint64_t, double>,
                              std::bit_cast<std::uint64_t, double>);
}
}  // namespace

std::optional<Fit> fit_history(const Moment& moment, const HolidayEffect& holiday) {
    FitOfStep* const newest = moment.fit_of_step;
    if (newest == nullptr) return fit_anew(moment, holiday);
    if (!newest->believed || !is_same(*newest->believed, holiday)) {
        newest->made = fit_anew(moment, holiday);
        newest->believed = holiday;
    }
    return newest->made;
}

}  // namespace forescale::prophet
