#pragma once
#include "base/error.h"
#include "domain/sample.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// What a source gave that could not be read as samples: counted and passed over, so that one bad
/// row does not stop a series.
struct Rejected {
    std::int64_t count = 0;
    std::string first;  ///< what was wrong with the first one, and where; empty: none
};

/// One source of samples. Polling, timeouts, retries and metrics live once, in Poller. Used by one
/// thread at a time. A call may block; it keeps its own deadlines (CollectorSettings::timeout).
class Collector {
public:
    virtual ~Collector() = default;

    /// Everything that became known in (from, to], oldest first where the source can; `to` is now.
    /// A source without news gives an empty vector. Calling again with the same span gives the same
    /// samples: nothing is lost by a failed turn.
    /// errors  unavailable: try again later; invalid_argument, corrupt: a person must look
    virtual Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) = 0;

    /// What was rejected since the last call of this; each once, however often its span is
    /// collected.
    [[nodiscard]] virtual Rejected take_rejected() { return {}; }
};

/// What a collector is made from; each kind reads its own part.
struct CollectorSettings {
    std::vector<std::string> files{};  ///< replay: CSV, plain or gzip
    std::string service{};             ///< replay: what a file with one column feeds; empty: the
                                       ///< name of the file without its endings
    Duration sample_step{0};           ///< replay: distance of the samples; 0: detected per file
    Duration timeout = std::chrono::seconds(10);  ///< for sources behind a network
};

/// Every kind of collector by name, sorted. The contract test runs over this list.
using CollectorFactory = Result<std::unique_ptr<Collector>> (*)(const CollectorSettings& settings);
[[nodiscard]] const std::map<std::string_view, CollectorFactory>& collectors();
/// errors  not_found: no such kind, names the known ones; and those of the factory
[[nodiscard]] Result<std::unique_ptr<Collector>> make_collector(std::string_view kind,
                                                                const CollectorSettings& settings);

}  // namespace forescale
