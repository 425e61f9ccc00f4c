#pragma once
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "domain/sample.h"

namespace forescale {

/// One source of samples. Polling, timeouts, retries and metrics live once, in Poller. Used by one thread at a time.
class Collector {
public:
    virtual ~Collector() = default;

    /// Everything that became known in (from, to], oldest first where the source can; `to` is now. A source without news gives
    /// an empty vector. Calling again with the same span gives the same samples: nothing is lost by a failed turn.
    /// errors  unavailable: try again later; invalid_argument, corrupt: a person must look
    virtual Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) = 0;
};

}  // namespace forescale
