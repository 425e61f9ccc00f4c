#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>

namespace forescale {

const std::map<std::string_view, PolicyKind>& policies() {
    static const std::map<std::string_view, PolicyKind> all{
        {"clairvoyant", clairvoyant_kind()}, {"fft", fft_kind()},
        {"forescale", forescale_kind()},     {"holt-winters", holt_winters_kind()},
        {"hourly-max", hourly_max_kind()},   {"hpa", hpa_kind()},
        {"last-week", last_week_kind()},     {"static-peak", static_peak_kind()},
    };
    return all;
}

std::vector<double> target_settings() {
    return {.95, .9, .85, .8, .75, .7, .65, .6, .55, .5, .45, .4, .35, .3};
}

Replicas need_of(const PolicyWorld& world, double demand) {
    if (std::isnan(demand)) return world.replicas_min;
    const double instances = std::ceil(demand / world.capacity_per_replica - 1e-9);
    return Replicas(
        static_cast<int>(std::clamp(instances, static_cast<double>(world.replicas_min.value()),
                                    static_cast<double>(world.replicas_max.value()))));
}

std::size_t lead_steps(const PolicyWorld& world) {
    return static_cast<std::size_t>((world.lead_time + world.step - Duration(1)) / world.step);
}

}  // namespace forescale
