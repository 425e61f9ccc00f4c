#pragma once
#include "domain/event.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace forescale {

/// Where business events wait for the turn. Thread-safe: the API puts them in, the turn takes them.
class EventBook {
public:
    static constexpr std::size_t events_max = 10'000;

    /// False when the book is full of events that are neither over at `now` nor cancelled.
    [[nodiscard]] bool put(BusinessEvent event, Timestamp now);
    /// What was put since the last call, ascending in id, each as it was put last.
    [[nodiscard]] std::vector<BusinessEvent> take_news();

private:
    std::mutex mutex_;
    std::map<std::string, Timestamp> ends_;  ///< of the events that are planned, by id
    std::map<std::string, BusinessEvent> news_;
};

}  // namespace forescale
