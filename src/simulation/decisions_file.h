#pragma once
#include "simulation/world.h"

#include <fstream>
#include <string>
#include <vector>

namespace forescale {

/// The rows of every policy on one trace: timestamp,policy,demand,ready,pending,desired,reason; a
/// missing demand is empty.
class DecisionsFile {
public:
    /// Makes FOLDER/decisions.csv, and the folder. A file that was there is gone.
    DecisionsFile(const std::string& folder, const World& world);

    void add(const std::string& policy, const std::vector<PlayedStep>& played);
    /// errors  unavailable: something could not be written
    [[nodiscard]] Result<void> close();

private:
    std::string path_;
    std::ofstream file_;
    std::vector<std::string> times_;    ///< per step
    std::vector<std::string> demands_;  ///< per step
};

struct PolicyOutcome;

/// FOLDER/frontier.csv, a row for every setting of every policy on one trace.
/// errors  unavailable
[[nodiscard]] Result<void> write_frontier(const std::string& folder,
                                          const std::vector<PolicyOutcome>& outcomes);

}  // namespace forescale
