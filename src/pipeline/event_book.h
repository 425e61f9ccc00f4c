#pragma once
#include "domain/event.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace forescale {

/// The business events that may still matter, by id. Thread-safe: the API adds, the turn reads.
class EventBook {
public:
    static constexpr std::size_t events_max = 10'000;

    /// False when the book is full of events that are not over at `now`.
    [[nodiscard]] bool put(BusinessEvent event, Timestamp now);
    [[nodiscard]] std::vector<BusinessEvent> upcoming(Timestamp now, Duration ahead) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, BusinessEvent> events_;
};

}  // namespace forescale
