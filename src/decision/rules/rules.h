#pragma once
#include "decision/rule.h"

#include <array>

namespace forescale::rules {

// What is wanted.
Verdict required_capacity(const Turn& turn, Replicas before);
Verdict confidence_gate(const Turn& turn, Replicas before);
Verdict missing_data(const Turn& turn, Replicas before);
Verdict callers(const Turn& turn, Replicas before);
Verdict signals(const Turn& turn, Replicas before);
Verdict reactive_floor(const Turn& turn, Replicas before);
Verdict budget(const Turn& turn, Replicas before);
// What is allowed.
Verdict stabilization(const Turn& turn, Replicas before);
Verdict plan(const Turn& turn, Replicas before);
Verdict tolerance(const Turn& turn, Replicas before);
Verdict callers_need(const Turn& turn, Replicas before);
Verdict budget_growth(const Turn& turn, Replicas before);
Verdict rate_limit(const Turn& turn, Replicas before);
Verdict cooldown(const Turn& turn, Replicas before);
Verdict flap_budget(const Turn& turn, Replicas before);
Verdict external_change(const Turn& turn, Replicas before);
Verdict schedule(const Turn& turn, Replicas before);
Verdict scheduled_minimum(const Turn& turn, Replicas before);
Verdict change_freeze(const Turn& turn, Replicas before);
Verdict pause(const Turn& turn, Replicas before);
Verdict blast_radius(const Turn& turn, Replicas before);
Verdict bounds(const Turn& turn, Replicas before);

/// The chain in its order. The first rules find the size that is wanted, which is what
/// stabilization remembers; the others say how much of it may happen now, and a later one wins over
/// an earlier one:
/// - the measured load (reactive_floor) wins over stabilization and tolerance, and nothing shrinks
///   below it but to a maximum; growing to it waits for what the operator says of speed and time
///   alone: the rate limits, a freeze that does not let it pass, a pause, the maximum;
/// - a spent budget wins over every forecast, also over that of callers, and over the plan; what
///   it leaves goes through stabilization, and speed and calm limits as any other size;
/// - the calendar (schedule, scheduled_minimum) wins over what keeps sizes calm;
/// - a freeze wins over the calendar, a pause over a freeze;
/// - bounds are last: nothing stands above the operator's minimum and maximum.
constexpr std::array<Rule, 7> wanted_rules{{{"required_capacity", required_capacity},
                                            {"confidence_gate", confidence_gate},
                                            {"missing_data", missing_data},
                                            {"callers", callers, false},
                                            {"signals", signals, false},
                                            {"reactive_floor", reactive_floor},
                                            {"budget", budget, false}}};
constexpr std::array<Rule, 16> allowed_rules{{{"stabilization", stabilization},
                                              {"plan", plan, false},
                                              {"tolerance", tolerance},
                                              {"callers", callers_need, false},
                                              {"reactive_floor", reactive_floor, false},
                                              {"budget", budget_growth, false},
                                              {"rate_limit", rate_limit},
                                              {"cooldown", cooldown},
                                              {"flap_budget", flap_budget, false},
                                              {"external_change", external_change, false},
                                              {"schedule", schedule, false},
                                              {"scheduled_minimum", scheduled_minimum, false},
                                              {"change_freeze", change_freeze, false},
                                              {"pause", pause, false},
                                              {"blast_radius", blast_radius, false},
                                              {"bounds", bounds}}};

}  // namespace forescale::rules
