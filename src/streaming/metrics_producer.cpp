#include "streaming/metrics_producer.h"

#include "streaming/codec.h"

namespace forescale {

Result<void> MetricsProducer::add(const SampleBatch& batch) {
    if (batch.points.empty()) return {};
    if (!has_room()) {
        points_refused_ += std::ssize(batch.points);
        return fail(Errc::unavailable,
                    "{} points for {} were not taken: {} are kept back already because the bus is "
                    "full; its consumers do not keep up",
                    batch.points.size(), batch.service, points_kept_);
    }
    auto& points = gathered_[batch.service];
    points.insert(points.end(), batch.points.begin(), batch.points.end());
    points_kept_ += batch.points.size();
    return {};
}

void MetricsProducer::pack() {
    for (auto& [service, points] : gathered_) {
        SampleBatch message{.service = service, .points = {}};
        for (std::size_t from = 0; from < points.size(); from += settings_.points_per_message_max) {
            const auto count = std::min(settings_.points_per_message_max, points.size() - from);
            const auto begin = points.begin() + static_cast<std::ptrdiff_t>(from);
            message.points.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
            packed_.push_back({service.str(), encode(message), count});
        }
    }
    gathered_.clear();
}

Result<void> MetricsProducer::send_oldest() {
    const auto& oldest = packed_.front();
    auto sent = bus_->publish(topic::raw, oldest.key, oldest.payload);
    if (!sent && is_retryable(sent.error().code)) return sent;
    if (!sent) points_dropped_ += static_cast<std::int64_t>(oldest.points);
    points_kept_ -= oldest.points;
    packed_.pop_front();
    return sent;
}

Result<void> MetricsProducer::flush() {
    pack();
    Result<void> first_refusal;
    while (!packed_.empty()) {
        auto sent = send_oldest();
        if (!sent && is_retryable(sent.error().code)) return sent;
        if (!sent && first_refusal) first_refusal = sent;
    }
    return first_refusal;
}

}  // namespace forescale
