#pragma once
#include "domain/sample.h"
#include "streaming/bus.h"

#include <cstdint>
#include <functional>
#include <string>

namespace forescale {

/// Reads a topic for one group: poll, decode, effect, commit, in this order. A message that cannot
/// be decoded is counted and skipped: trying it again would stop the topic for ever. What had its
/// effect is not given out a second time in the life of this object, even when the commit failed.
/// One owner.
class MetricsConsumer {
public:
    MetricsConsumer(Bus& bus, std::string_view topic, std::string group)
        : bus_(&bus), topic_(topic), group_(std::move(group)) {}

    /// Gives every message that waits to `effect`, oldest first, and commits them.
    /// errors  unavailable: the bus is away; what was not given out yet comes next time
    Result<void> consume_samples(const std::function<void(const SampleBatch&)>& effect);
    Result<void> consume_windows(const std::function<void(const WindowBatch&)>& effect);

    [[nodiscard]] std::int64_t messages() const { return messages_; }
    [[nodiscard]] std::int64_t undecodable() const { return undecodable_; }
    /// The newest reason why a message could not be decoded; empty: none so far.
    [[nodiscard]] const std::string& undecodable_reason() const { return undecodable_reason_; }

private:
    template <class Batch, class Decode>
    Result<void> consume(const std::function<void(const Batch&)>& effect, Decode decode);
    Result<void> commit();

    Bus* bus_;
    std::string topic_;
    std::string group_;
    std::int64_t effected_ = -1;   ///< newest offset that had its effect
    std::int64_t committed_ = -1;  ///< newest offset that the bus knows of
    std::int64_t messages_ = 0;
    std::int64_t undecodable_ = 0;
    std::string undecodable_reason_;
};

}  // namespace forescale
