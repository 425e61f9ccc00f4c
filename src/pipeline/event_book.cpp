#include "pipeline/event_book.h"

namespace forescale {

bool EventBook::put(BusinessEvent event, Timestamp now) {
    const std::scoped_lock lock(mutex_);
    if (event.cancelled) {
        ends_.erase(event.id);
    } else {
        if (ends_.size() >= events_max && !ends_.contains(event.id)) {
            std::erase_if(ends_, [&](const auto& entry) { return entry.second <= now; });
            if (ends_.size() >= events_max) return false;
        }
        ends_[event.id] = event.end;
    }
    auto id = event.id;
    news_.insert_or_assign(std::move(id), std::move(event));
    return true;
}

std::vector<BusinessEvent> EventBook::take_news() {
    const std::scoped_lock lock(mutex_);
    std::vector<BusinessEvent> out;
    for (auto& [id, event] : news_) out.push_back(std::move(event));
    news_.clear();
    return out;
}

}  // namespace forescale
