#include "pipeline/known_events.h"

namespace forescale {

std::optional<EventChange> KnownEvents::take(BusinessEvent event, const ServiceId& service) {
    const auto known = std::ranges::lower_bound(all_, event.id, {}, &BusinessEvent::id);
    const bool is_known = known != all_.end() && known->id == event.id;
    if (!event.concerns(service)) {
        if (!is_known) return std::nullopt;
        event.cancelled = true;
    }
    if (is_known && *known == event) return std::nullopt;
    put(event);
    return EventChange{.after_windows = windows_, .event = std::move(event)};
}

void KnownEvents::put(BusinessEvent event) {
    const auto at = std::ranges::lower_bound(all_, event.id, {}, &BusinessEvent::id);
    if (at != all_.end() && at->id == event.id)
        *at = std::move(event);
    else
        all_.insert(at, std::move(event));
}

void KnownEvents::checkpointed(Timestamp now) {
    windows_ = 0;
    std::erase_if(all_, [&](const BusinessEvent& event) {
        return event.end + BusinessEvent::remembered <= now;
    });
}

void KnownEvents::repeat(std::vector<EventChange> changes) {
    to_repeat_ = std::move(changes);
    repeated_ = 0;
}

bool KnownEvents::repeat_due(bool all_left) {
    const std::size_t before = repeated_;
    for (; repeated_ < to_repeat_.size(); ++repeated_) {
        EventChange& change = to_repeat_[repeated_];
        if (!all_left && change.after_windows > windows_) break;
        put(std::move(change.event));
    }
    return repeated_ > before;
}

}  // namespace forescale
