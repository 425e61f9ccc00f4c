#include "simulation/decisions_file.h"

#include "base/file.h"
#include "simulation/simulate.h"

#include <cmath>
#include <filesystem>
#include <iterator>

namespace forescale {

DecisionsFile::DecisionsFile(const std::string& folder, const World& world)
    : path_((std::filesystem::path(folder) / "decisions.csv").string()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    file_.open(path_, std::ios::binary);
    file_ << "timestamp,policy,demand,ready,pending,desired,reason\n";
    for (std::size_t t = 0; t < world.steps(); ++t) {
        times_.push_back(format_timestamp(world.at(t)));
        demands_.push_back(std::isnan(world.demand[t]) ? "" : fmt::format("{}", world.demand[t]));
    }
}

void DecisionsFile::add(const std::string& policy, const std::vector<PlayedStep>& played) {
    std::string rows;
    for (std::size_t t = 0; t < played.size(); ++t) {
        const PlayedStep& step = played[t];
        fmt::format_to(std::back_inserter(rows), "{},{},{},{},{},{},{}\n", times_[t], policy,
                       demands_[t], step.ready, step.pending, step.desired, step.reason);
    }
    file_ << rows;
}

Result<void> DecisionsFile::close() {
    file_.close();
    if (!file_)
        return fail(Errc::unavailable,
                    "cannot write {}; is there room, and is the folder writable?", path_);
    return {};
}

Result<void> write_frontier(const std::string& folder, const std::vector<PolicyOutcome>& outcomes) {
    std::string rows =
        "policy,setting,unserved_share,under_provisioned_min,instance_hours,actions_per_day,"
        "reversals\n";
    for (const PolicyOutcome& o : outcomes)
        fmt::format_to(std::back_inserter(rows), "{},{},{},{},{},{},{}\n", o.policy,
                       o.setting ? fmt::to_string(*o.setting) : "", o.unserved_share,
                       o.under_provisioned_min, o.instance_hours, o.actions_per_day, o.reversals);
    return write_file((std::filesystem::path(folder) / "frontier.csv").string(), rows);
}

}  // namespace forescale
