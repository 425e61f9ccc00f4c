#pragma once
#include "base/error.h"
#include "base/time.h"

#include <optional>
#include <string>

namespace forescale {

/// What one training is asked for.
struct TrainingOrder {
    std::uint64_t seed = 0;
    std::string parent;  ///< file of the version to go on from; empty: none
    std::string out;     ///< file to write
};

/// How one ended.
struct TrainingEnd {
    enum class Outcome : std::uint8_t {
        made,     ///< the file of the order is there
        nothing,  ///< there is not enough history yet
        failed,   ///< out of time, out of memory, or an error: detail says which
    };
    Outcome outcome = Outcome::failed;
    std::string detail;  ///< for a person: the last words of whoever trained
    Duration took{0};    ///< of real time
};

/// Trains beside the turn, in a process of its own: no turn waits for it, and no memory of it is
/// the turn's. At most one training at a time. One thread.
class Trainer {
public:
    virtual ~Trainer() = default;
    /// errors  unavailable: cannot begin now; conflict: one is under way
    [[nodiscard]] virtual Result<void> start(const TrainingOrder& order) = 0;
    /// Nothing while one is under way, or none was begun; its end, once. Never waits.
    [[nodiscard]] virtual std::optional<TrainingEnd> poll() = 0;
};

}  // namespace forescale
