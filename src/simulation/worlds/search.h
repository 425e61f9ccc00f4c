#pragma once
#include "simulation/worlds/shrink.h"

#include <functional>

namespace forescale::worlds {

struct SearchSettings {
    std::uint64_t seed = 1;  ///< of the first world; the others follow one by one
    std::int64_t count = 200;
    int threads = 0;       ///< 0: one per core
    int failures_max = 3;  ///< the search ends when so many worlds failed
    int shrink_tries_max = 400;
};

struct FoundFailure {
    std::uint64_t seed = 0;
    Failing smallest;
};

struct SearchResult {
    std::vector<FoundFailure> failures;  ///< ascending in seed, one of each invariant
    std::int64_t worlds = 0;             ///< lived through, without those of shrinking
    std::int64_t turns = 0;
    std::int64_t restarts = 0;
};

/// Lives through `count` random worlds and shrinks those that fail. progress: share done, 0..1,
/// from any thread.
/// errors  unavailable: no folder for the databases of the worlds
[[nodiscard]] Result<SearchResult> search_worlds(const SearchSettings& settings,
                                                 const std::function<void(double)>& progress = {});

/// One world, shrunk when it fails.
/// errors  as search_worlds()
[[nodiscard]] Result<Outcome> live_world(const WorldPlan& plan);

/// The world as a person reads it and as `forescale worlds --world` does: what is wrong, then the
/// plan.
[[nodiscard]] std::string describe(const FoundFailure& found);

}  // namespace forescale::worlds
