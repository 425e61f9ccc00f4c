#pragma once
#include "base/quantity.h"
#include "base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace forescale {

/// Where the demand that one replica serves comes from. All but `stated` are learned from a series
/// of this name beside the demand: "shop/utilization".
enum class CapacitySource : std::uint8_t {
    stated,
    utilization,  ///< 0..1, the mean over the ready replicas
    latency,      ///< a percentile of the time that a request takes, in any unit
};
[[nodiscard]] constexpr std::string_view to_string(CapacitySource source) {
    switch (source) {
        case CapacitySource::stated:
            return "stated";
        case CapacitySource::utilization:
            return "utilization";
        case CapacitySource::latency:
            return "latency";
    }
    return "stated";
}

/// How the capacity of a replica is found.
struct CapacityRule {
    CapacitySource from = CapacitySource::stated;
    Demand stated{1.0};  ///< where learning begins, and what it stays near
    Duration sample_step = std::chrono::minutes(1);  ///< of the series that is learned from
    double target_utilization = 0.7;  ///< at which a replica serves what it should; (0, 0.95]
    double latency_slo = 0.0;         ///< that it keeps, in the unit of the series
    double factor_max = 4.0;          ///< what is in force is within stated / this .. stated * this

    [[nodiscard]] bool learns() const { return from != CapacitySource::stated; }
};

/// What a decision's capacity per replica stands on.
struct CapacityEvidence {
    CapacitySource from = CapacitySource::stated;
    bool learned = false;  ///< otherwise what is stated holds
    double stated = 0.0;
    double estimate = 0.0;  ///< what the samples say now; 0: not enough
    double error = 0.0;     ///< one standard error of it
    std::string detail;     ///< one clause: "58 +- 2 at 70 % utilization, from 1210 minutes ..."
};

}  // namespace forescale
