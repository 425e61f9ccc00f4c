#pragma once
#include "streaming/metrics_consumer.h"
#include "streaming/series_processor.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace forescale {

/// What arrived for services that nobody declared: counted, not processed. A misspelt name in a
/// collector shows here.
struct UnknownServices {
    static constexpr std::size_t names_max = 16;
    std::int64_t points = 0;
    std::set<std::string> names;  ///< the first ones
};

/// metrics.raw -> metrics.processed -> metrics.aggregated, with a SeriesProcessor per service. One
/// owner.
class StreamProcessor {
public:
    static constexpr std::string_view group = "stream-processor";
    static constexpr std::uint32_t state_version = 1;

    StreamProcessor(Bus& bus, std::map<ServiceId, StreamSettings> services);

    /// Until when the samples of a service are known: where its slowest source has been asked for.
    using KnownUntil = std::function<Timestamp(const ServiceId&)>;

    /// Takes in everything that waits on metrics.raw, publishes what was accepted, closes the
    /// windows that `now` allows, and publishes them. With `known_until`, windows of a service are
    /// closed as of that time instead: a source that does not answer delays windows, and what it
    /// gives afterwards is not late. Raw messages are committed when they have
    /// been taken in; after a crash the samples since the last recorded turn are collected again.
    /// errors  unavailable: a topic is full or the bus is away. What was not published is kept and
    /// goes
    ///         out first next time; until then no raw message is taken, so that what is kept stays
    ///         small
    Result<void> pump(Timestamp now, const KnownUntil& known_until = {});

    /// State of one service, to be stored with every turn; empty for an unknown service.
    [[nodiscard]] std::string save(const ServiceId& service);
    /// errors  corrupt: the state is not used, the service goes on as it was; not_found
    Result<void> load(const ServiceId& service, std::string_view state);
    /// One turn of an earlier life: points that were on metrics.processed, then the windows that
    /// close. Nothing is published or counted.
    [[nodiscard]] std::vector<Window> replay(const SampleBatch& processed, Timestamp turn);

    /// Windows that have ended but may still change (SeriesProcessor::provisional).
    [[nodiscard]] std::vector<Window> provisional(const ServiceId& service, Duration width,
                                                  Timestamp now) const;
    [[nodiscard]] const StreamCounts& counts(const ServiceId& service) const;
    [[nodiscard]] const UnknownServices& unknown() const { return unknown_; }
    /// Messages on metrics.raw that could not be decoded.
    [[nodiscard]] std::int64_t undecodable() const { return raw_.undecodable(); }
    [[nodiscard]] std::size_t messages_kept() const { return kept_.size(); }
    /// Messages that the bus can never take, such as ones larger than itself.
    [[nodiscard]] std::int64_t messages_dropped() const { return messages_dropped_; }

private:
    struct Stream {
        SeriesProcessor series;
        std::vector<Point> processed{};  ///< of this turn, not yet published
    };
    struct Kept {
        std::string_view topic;
        std::string key;
        std::string payload;
    };
    void take_in(const SampleBatch& batch, Timestamp now);
    void put_out(const ServiceId& service, Stream& stream, Timestamp now);
    void publish(std::string_view topic, const ServiceId& service, std::string payload);
    Result<void> send_kept();

    Bus* bus_;
    MetricsConsumer raw_;
    std::map<ServiceId, Stream> streams_;
    UnknownServices unknown_;
    std::int64_t messages_dropped_ = 0;
    std::deque<Kept> kept_;  ///< refused by the bus, oldest first
};

}  // namespace forescale
