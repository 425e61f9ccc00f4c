#include "streaming/metrics_consumer.h"

#include "streaming/codec.h"

namespace forescale {
namespace {

/// Messages held at a time: with the producer's largest messages some 70 MB.
constexpr std::size_t messages_per_poll = 1'000;

}  // namespace

Result<void> MetricsConsumer::commit() {
    if (committed_ == effected_) return {};
    TRY_VOID(bus_->commit(topic_, group_, effected_));
    committed_ = effected_;
    return {};
}

template <class Batch, class Decode>
Result<void> MetricsConsumer::consume(const std::function<void(const Batch&)>& effect,
                                      Decode decode) {
    TRY_VOID(commit());  // of the time before, if that failed
    while (true) {
        TRY(const auto messages, bus_->poll(topic_, group_, messages_per_poll));
        for (const auto& message : messages) {
            ++messages_;
            if (const auto batch = decode(message.payload)) {
                effect(*batch);
            } else {
                ++undecodable_;
                undecodable_reason_ =
                    fmt::format("{} offset {}, key {}: {}", topic_, message.offset, message.key,
                                batch.error().message);
            }
            effected_ = message.offset;
        }
        TRY_VOID(commit());
        if (messages.size() < messages_per_poll) return {};
    }
}

Result<void> MetricsConsumer::consume_samples(
    const std::function<void(const SampleBatch&)>& effect) {
    return consume(effect, decode_samples);
}

Result<void> MetricsConsumer::consume_windows(
    const std::function<void(const WindowBatch&)>& effect) {
    return consume(effect, decode_windows);
}

}  // namespace forescale
