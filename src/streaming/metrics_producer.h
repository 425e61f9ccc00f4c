#pragma once
#include "domain/sample.h"
#include "streaming/bus.h"

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace forescale {

struct ProducerSettings {
    std::size_t points_per_message_max = 4'096;  ///< 70 kB
    std::size_t points_kept_max = 2'000'000;     ///< about 50 MB, kept back while the bus is full
};

/// Puts samples on metrics.raw, those of one service and turn in one message. What a full bus
/// refuses is kept back and sent later, in order, so that nothing is lost while the bus is away.
/// One owner.
class MetricsProducer {
public:
    explicit MetricsProducer(Bus& bus, ProducerSettings settings = {})
        : bus_(&bus), settings_(settings) {}

    /// Takes the batch for the next flush().
    /// errors  unavailable: as much as may be is kept back already, the batch was not taken; leave
    /// it at its source (set the poller's cursor back) and try again
    Result<void> add(const SampleBatch& batch);
    /// False: add() would refuse. Asked before a poll, it leaves the samples at their source.
    [[nodiscard]] bool has_room() const { return points_kept_ < settings_.points_kept_max; }

    /// Sends what was added and what was kept back before, oldest first.
    /// errors  unavailable: the bus is full or away; what is left is kept back
    Result<void> flush();

    [[nodiscard]] std::size_t points_kept() const { return points_kept_; }
    /// Points that were never taken by add() because there was no room.
    [[nodiscard]] std::int64_t points_refused() const { return points_refused_; }
    /// Points of messages that the bus can never take.
    [[nodiscard]] std::int64_t points_dropped() const { return points_dropped_; }

private:
    void pack();
    Result<void> send_oldest();

    struct Packed {
        std::string key;
        std::string payload;
        std::size_t points;
    };
    Bus* bus_;
    ProducerSettings settings_;
    std::map<ServiceId, std::vector<Point>> gathered_;
    std::deque<Packed> packed_;
    std::size_t points_kept_ = 0;
    std::int64_t points_refused_ = 0;
    std::int64_t points_dropped_ = 0;
};

}  // namespace forescale
