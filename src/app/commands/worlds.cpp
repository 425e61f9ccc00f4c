#include "app/commands/commands.h"
#include "app/progress.h"
#include "base/file.h"
#include "base/log.h"
#include "simulation/worlds/generate.h"
#include "simulation/worlds/search.h"

#include <fmt/format.h>

namespace forescale {
namespace {

ExitCode say_failure(const worlds::Failure& failure) {
    fmt::print("{}: {}\nafter {}\n", failure.invariant, failure.what, format_duration(failure.at));
    return ExitCode::failed;
}

ExitCode live_one(const worlds::WorldPlan& plan) {
    const auto outcome = worlds::live_world(plan);
    if (!outcome) return report(outcome.error());
    if (outcome->failure) return say_failure(*outcome->failure);
    fmt::print("all is well: {} turns, {} restarts\n", outcome->turns, outcome->lives - 1);
    return ExitCode::ok;
}

ExitCode live_file(const std::string& path) {
    const auto text = read_file(path, std::size_t{1} << 20U);
    if (!text) return report(text.error());
    const auto plan = worlds::parse_plan(path, *text);
    if (!plan) return report(plan.error());
    return live_one(*plan);
}

}  // namespace

ExitCode worlds_command(const WorldsOptions& options) {
    if (options.print) {
        fmt::print("{}", worlds::to_text(worlds::random_world(options.seed)));
        return ExitCode::ok;
    }
    log::configure({.level = log::Level::off});  // what goes wrong in a world is meant to
    if (!options.world.empty()) return live_file(options.world);
    Progress progress("worlds");
    const auto found = worlds::search_worlds({.seed = options.seed,
                                              .count = options.count,
                                              .threads = options.threads,
                                              .failures_max = options.failures_max},
                                             [&](double share) { progress.update(share); });
    if (!found) return report(found.error());
    for (const auto& failure : found->failures) fmt::print("{}\n", worlds::describe(failure));
    fmt::print(
        "{} worlds, {} turns, {} restarts: {}\n", found->worlds, found->turns, found->restarts,
        found->failures.empty() ? "every invariant held"
                                : fmt::format("{} invariants were broken", found->failures.size()));
    return found->failures.empty() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace forescale
