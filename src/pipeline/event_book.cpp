#include "pipeline/event_book.h"

namespace forescale {

bool EventBook::put(BusinessEvent event, Timestamp now) {
    const std::scoped_lock lock(mutex_);
    if (events_.size() >= events_max && !events_.contains(event.id)) {
        std::erase_if(events_, [&](const auto& entry) { return entry.second.end <= now; });
        if (events_.size() >= events_max) return false;
    }
    auto id = event.id;
    events_.insert_or_assign(std::move(id), std::move(event));
    return true;
}

std::vector<BusinessEvent> EventBook::upcoming(Timestamp now, Duration ahead) const {
    const std::scoped_lock lock(mutex_);
    std::vector<BusinessEvent> out;
    for (const auto& [id, event] : events_)
        if (!event.cancelled && event.end > now && event.start <= now + ahead) out.push_back(event);
    return out;
}

}  // namespace forescale
