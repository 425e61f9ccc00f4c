#include "streaming/stream_processor.h"

#include "base/archive.h"
#include "streaming/codec.h"

namespace forescale {
namespace {

constexpr std::size_t items_per_message_max = 4'096;

/// Calls `send` with parts of at most items_per_message_max.
template <class T, class Send>
void in_parts(const std::vector<T>& items, Send send) {
    for (std::size_t from = 0; from < items.size(); from += items_per_message_max) {
        const auto count = std::min(items_per_message_max, items.size() - from);
        const auto begin = items.begin() + static_cast<std::ptrdiff_t>(from);
        send(std::vector<T>(begin, begin + static_cast<std::ptrdiff_t>(count)));
    }
}

}  // namespace

StreamProcessor::StreamProcessor(Bus& bus, std::map<ServiceId, StreamSettings> services)
    : bus_(&bus), raw_(bus, topic::raw, std::string(group)) {
    for (auto& [service, settings] : services)
        streams_.emplace(service,
                         Stream{.series = SeriesProcessor(std::move(settings)), .processed = {}});
}

Result<void> StreamProcessor::pump(Timestamp now, const KnownUntil& known_until) {
    TRY_VOID(send_kept());
    const auto consumed =
        raw_.consume_samples([&](const SampleBatch& batch) { take_in(batch, now); });
    for (auto& [service, stream] : streams_)
        put_out(service, stream, known_until ? known_until(service) : now);
    TRY_VOID(send_kept());
    return consumed;
}

void StreamProcessor::take_in(const SampleBatch& batch, Timestamp now) {
    const auto found = streams_.find(batch.service);
    if (found == streams_.end()) {
        unknown_.points += std::ssize(batch.points);
        if (unknown_.names.size() < UnknownServices::names_max)
            unknown_.names.insert(batch.service.str());
        return;
    }
    auto& stream = found->second;
    auto taken = stream.series.ingest(batch.points, now);
    if (stream.processed.empty())
        stream.processed = std::move(taken);
    else
        stream.processed.insert(stream.processed.end(), taken.begin(), taken.end());
}

void StreamProcessor::put_out(const ServiceId& service, Stream& stream, Timestamp now) {
    in_parts(std::exchange(stream.processed, {}), [&](std::vector<Point> points) {
        publish(topic::processed, service, encode(SampleBatch{service, std::move(points)}));
    });
    in_parts(stream.series.close(now), [&](std::vector<Window> windows) {
        publish(topic::aggregated, service, encode(WindowBatch{service, std::move(windows)}));
    });
}

/// Behind what is kept already a message must wait, or a service's messages would change places.
void StreamProcessor::publish(std::string_view topic, const ServiceId& service,
                              std::string payload) {
    kept_.push_back({topic, service.str(), std::move(payload)});
    if (kept_.size() == 1) std::ignore = send_kept();
}

/// A message that the bus can never take is counted and left: waiting would stop the stream for
/// ever.
Result<void> StreamProcessor::send_kept() {
    while (!kept_.empty()) {
        const auto& oldest = kept_.front();
        auto sent = bus_->publish(oldest.topic, oldest.key, oldest.payload);
        if (!sent && is_retryable(sent.error().code)) return sent;
        if (!sent) ++messages_dropped_;
        kept_.pop_front();
    }
    return {};
}

std::string StreamProcessor::save(const ServiceId& service) {
    const auto found = streams_.find(service);
    return found == streams_.end() ? std::string()
                                   : save_state(found->second.series, state_version);
}

Result<void> StreamProcessor::load(const ServiceId& service, std::string_view state) {
    const auto found = streams_.find(service);
    if (found == streams_.end())
        return fail(Errc::not_found, "cannot restore the stream of {}: no such service", service);
    SeriesProcessor restored(found->second.series.settings());
    TRY_VOID(load_state(restored, state, state_version));
    found->second.series = std::move(restored);
    return {};
}

std::vector<Window> StreamProcessor::replay(const SampleBatch& processed, Timestamp turn) {
    const auto found = streams_.find(processed.service);
    if (found == streams_.end()) return {};
    found->second.series.replay(processed.points);
    return found->second.series.close(turn);
}

std::vector<Window> StreamProcessor::provisional(const ServiceId& service, Duration width,
                                                 Timestamp now) const {
    const auto found = streams_.find(service);
    return found == streams_.end() ? std::vector<Window>()
                                   : found->second.series.provisional(width, now);
}

const StreamCounts& StreamProcessor::counts(const ServiceId& service) const {
    static const StreamCounts none;
    const auto found = streams_.find(service);
    return found == streams_.end() ? none : found->second.series.counts();
}

}  // namespace forescale
