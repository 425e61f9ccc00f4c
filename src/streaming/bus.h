#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace forescale {

/// The three topics; keyed by service, so that one service's messages keep their order.
namespace topic {
constexpr std::string_view raw = "metrics.raw";
constexpr std::string_view processed = "metrics.processed";
constexpr std::string_view aggregated = "metrics.aggregated";
}  // namespace topic

struct Message {
    std::string key;      ///< service
    std::string payload;  ///< see streaming/codec.h
    std::int64_t offset = 0;
};

/// Carries messages from producers to consumer groups, at least once, in order per key. Thread-safe.
class Bus {
public:
    virtual ~Bus() = default;

    /// errors  unavailable: full or unreachable; the message was not taken
    virtual Result<void> publish(std::string_view topic, std::string key, std::string payload) = 0;
    /// The next messages of the topic that the group has not committed, at most `count_max`; does not wait.
    virtual Result<std::vector<Message>> poll(std::string_view topic, std::string_view group, std::size_t count_max) = 0;
    /// Everything up to and including `offset` has had its effect and is not delivered again.
    virtual Result<void> commit(std::string_view topic, std::string_view group, std::int64_t offset) = 0;
};

}  // namespace forescale
