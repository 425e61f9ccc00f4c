#pragma once
#include "base/time.h"
#include "domain/service.h"

#include <algorithm>
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

    /// How long after its end an event still matters: what it taught is taken back when it is
    /// cancelled or corrected.
    static constexpr Duration remembered = day * 35;

    [[nodiscard]] bool active_at(Timestamp time) const {
        return !cancelled && start <= time && time < end;
    }
    [[nodiscard]] bool concerns(const ServiceId& service) const {
        return services.empty() || std::ranges::find(services, service) != services.end();
    }
    friend bool operator==(const BusinessEvent&, const BusinessEvent&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(id, type, name, services, start, end, expected_uplift, source, cancelled);
    }
};

}  // namespace forescale
