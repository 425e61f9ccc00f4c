#include "execution/targets.h"

#include <ranges>

#include <fmt/ranges.h>

namespace forescale {
namespace {

Result<std::unique_ptr<Target>> make_simulated(const TargetSettings& settings, const Clock& clock) {
    return SimulatedTarget::open(settings.simulated, settings.journal, clock);
}

}  // namespace

const TargetRegistry& targets() {
    static const TargetRegistry all{{"simulated", make_simulated}};
    return all;
}

Result<std::unique_ptr<Target>> make_target(std::string_view kind, const TargetSettings& settings,
                                            const Clock& clock) {
    const auto found = targets().find(kind);
    if (found == targets().end())
        return fail(Errc::not_found, "no target is of kind '{}'; known are: {}", kind,
                    fmt::join(targets() | std::views::keys, ", "));
    return found->second(settings, clock);
}

}  // namespace forescale
