#pragma once
#include "simulation/world.h"

#include <map>
#include <string>
#include <vector>

namespace forescale {

/// What one policy did at its usual setting, as the report shows it.
struct PolicyView {
    std::string policy;
    std::vector<double> ready = {};  ///< per bin of the scored part: mean instances ready
    std::vector<double> short_min =
        {};  ///< per bin: minutes in which they did not serve the demand
    std::vector<double> day_ready = {};               ///< per bin of the shown day
    std::map<std::string, std::size_t> changes = {};  ///< changes of size by reason
};

/// One series as the report shows it. Bins without a sample are NaN.
struct OutcomeView {
    std::string series;
    Timestamp from;       ///< start of the scored part
    Timestamp day_from;   ///< start of the day that is shown step by step: that of the most demand
    Duration bin{0};      ///< width of a bin of the scored part
    Duration day_bin{0};  ///< of the shown day
    std::vector<double> need = {};      ///< per bin: mean instances needed
    std::vector<double> day_need = {};  ///< largest of the bin
    std::vector<PolicyView> policies = {};
};

/// The series without policies.
[[nodiscard]] OutcomeView view_of(const std::string& series, const World& world);
/// Adds what a policy did.
void add_to(OutcomeView& view, const World& world, const std::string& policy,
            const std::vector<PlayedStep>& played);

}  // namespace forescale
