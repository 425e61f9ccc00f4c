#pragma once
#include "base/time.h"
#include "domain/service.h"

#include <string>
#include <vector>

namespace forescale {

/// Something known in advance that moves demand: a match, a campaign, a holiday.
struct BusinessEvent {
    std::string id;    ///< unique; an event with the same id replaces the earlier one
    std::string type;  ///< events of one type share what is learned of them
    std::string name;
    std::vector<ServiceId> services;  ///< empty: all
    Timestamp start;
    Timestamp end;
    double expected_uplift =
        0.0;             ///< share of demand added while it lasts (0.5 is +50 %); 0: not stated
    std::string source;  ///< who said so: "api", a file, a calendar
    bool cancelled = false;

    [[nodiscard]] bool active_at(Timestamp time) const {
        return !cancelled && start <= time && time < end;
    }
};

}  // namespace forescale
