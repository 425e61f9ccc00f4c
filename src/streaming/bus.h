#pragma once
#include "base/error.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// Carries messages from producers to consumer groups, at least once, in order per key.
/// Thread-safe. A group begins at the oldest message that the topic still has, and every group sees
/// every message.
class Bus {
public:
    virtual ~Bus() = default;

    /// errors  unavailable: full or unreachable; the message was not taken. invalid_argument: it
    /// never will be, such as a message larger than the bus can hold
    virtual Result<void> publish(std::string_view topic, std::string key, std::string payload) = 0;
    /// The next messages of the topic that the group has not committed, at most `count_max`,
    /// ascending in offset; does not wait. Polling again without a commit gives the same ones
    /// again.
    virtual Result<std::vector<Message>> poll(std::string_view topic, std::string_view group,
                                              std::size_t count_max) = 0;
    /// Everything up to and including `offset` has had its effect and is not delivered again. An
    /// offset that was committed before changes nothing.
    /// errors  unavailable; invalid_argument: an offset that was never given out
    virtual Result<void> commit(std::string_view topic, std::string_view group,
                                std::int64_t offset) = 0;
};

/// What a bus is made from.
struct BusSettings {
    std::size_t messages_max = 100'000;              ///< memory: per topic
    std::size_t bytes_max = std::size_t{64} << 20U;  ///< memory: keys and payloads, per topic
};

/// Every kind of bus by name, sorted. The contract test runs over this list.
using BusFactory = Result<std::unique_ptr<Bus>> (*)(const BusSettings& settings);
[[nodiscard]] const std::map<std::string_view, BusFactory>& buses();
/// errors  not_found: no such kind, names the known ones; and those of the factory
[[nodiscard]] Result<std::unique_ptr<Bus>> make_bus(std::string_view kind,
                                                    const BusSettings& settings);

}  // namespace forescale
