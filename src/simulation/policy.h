#pragma once
#include "base/quantity.h"
#include "base/time.h"
#include "base/zone.h"
#include "domain/event.h"
#include "domain/policy.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

struct TrainedModels;

/// What a policy is told before the first step. What it points to outlives the policy.
struct PolicyWorld {
    Timestamp start;
    Duration step{0};
    Duration lead_time{0};
    double capacity_per_replica = 0;
    Replicas replicas_min{2};
    Replicas replicas_max{100};
    std::size_t warm_up_steps = 0;                       ///< steps that are not scored
    const Zone* zone = nullptr;                          ///< null: UTC
    const std::vector<BusinessEvent>* events = nullptr;  ///< known from the start; null: none
    const std::vector<double>* future =
        nullptr;  ///< the whole trace per step (NaN: missing): for the clairvoyant alone
    /// Per step of asking: the steps until it is ready, for the clairvoyant; null: the lead time.
    const std::vector<std::int64_t>* leads = nullptr;
    /// Per step: the target refuses every change; for the product, which sees the refusal. Null:
    /// never.
    const std::vector<bool>* target_down = nullptr;
    std::shared_ptr<const TrainedModels> trained = {};  ///< for the product; null: nothing
    // For the product: what its replicas may cost, and the prices that they are counted in.
    Budget budget = {};
    std::string currency = {};
    double replica_hour = 1.0;
    double unserved_unit = 0.0;  ///< 0: its setting says what risk it takes
};

/// One way of choosing a size, step by step.
class Policy {
public:
    virtual ~Policy() = default;
    /// At the start of step `t` (from 0, without a hole): `demand` of the step before (NaN:
    /// missing, or t = 0), and what is ready and pending. Returns the desired total, which acts at
    /// once.
    virtual Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) = 0;
    /// Of the newest desired(); the text lives as long as the program.
    [[nodiscard]] virtual std::string_view reason() const = 0;
};

/// A policy, and its safety setting: the one number that its user turns to trade cost against
/// demand that is not served.
struct PolicyKind {
    /// One policy per setting. They may share what does not depend on the setting: play them one
    /// after the other, from the first step to the last, on one thread.
    std::vector<std::unique_ptr<Policy>> (*make)(const PolicyWorld& world,
                                                 std::span<const double> settings);
    std::string_view setting_name;  ///< for people; empty: it has none
    double usual = 0;               ///< what a user gets who sets nothing
    double least = 0;               ///< a setting is this ...
    double most = 1;                ///< ... to this
    std::vector<double> settings;   ///< of the frontier, from cheap to safe; empty: it has none
};
/// Sorted by name.
[[nodiscard]] const std::map<std::string_view, PolicyKind>& policies();

}  // namespace forescale
