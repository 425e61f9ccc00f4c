#include "simulation/lockstep.h"

#include "decision/accuracy_gate.h"
#include "decision/cost_ledger.h"
#include "decision/decide_size.h"
#include "decision/spending_outlook.h"
#include "simulation/policies/forescale.h"

#include <cmath>

namespace forescale {
namespace {

/// One policy beside the production run: what it decides, and the fleet that comes of it.
class Branch {
public:
    Branch(const World& world, const Service& service) : service_(service), player_(world) {}

    /// The newest demand tells what forecasts have cost at this policy's prices.
    void observe(const Window& window) {
        if (service_.policy.accuracy_gate)
            gate_.observe(service_, {.window = window, .served_max = std::nullopt});
    }

    void step(std::size_t t, const DecisionInputs& known, Timestamp now) {
        player_.begin(t);
        DecisionInputs inputs = known;
        inputs.capacity = {.ready = player_.ready(), .pending = player_.pending(), .seen_at = now};
        inputs.spending = spending(inputs, now);
        inputs.asked.reset();  // what production asked for last; here nobody else changes the size
        inputs.forecasts_harm = service_.policy.accuracy_gate && gate_.forecasts_harm();
        if (service_.policy.accuracy_gate) gate_.decide(service_, inputs, now);
        const Decision decision = decide_size(service_, std::move(inputs), now, state_);
        player_.end(t, decision.desired, to_string(decision.reason));
    }
    [[nodiscard]] std::vector<PlayedStep> take() && { return std::move(player_).take(); }

private:
    /// Its own fleet's, not that of production.
    std::optional<Spending> spending(const DecisionInputs& inputs, Timestamp now) {
        if (!service_.policy.budget.is_set()) return std::nullopt;
        ledger_.see(service_, inputs.capacity.total(), now);
        auto spent = ledger_.spending();
        if (!spent) return std::nullopt;
        return with_outlook(*std::move(spent), service_, inputs, nullptr, now);
    }

    Service service_;
    DecisionState state_;
    AccuracyGate gate_;
    CostLedger ledger_;
    Player player_;
};

/// What is measured of a step, as a closed window; a gap where there is no sample.
Window window_of(const World& world, Timestamp start, std::size_t t) {
    const double demand = world.measured(t);
    Window window{.start = start, .width = world.step};
    if (!std::isfinite(demand)) return window;
    window.count = 1;
    window.sum = window.min = window.max = window.last = demand;
    window.state = SampleState::present;
    return window;
}

void forget_forecast(DecisionInputs& inputs) {
    inputs.lead_demand.reset();
    inputs.path.clear();
    inputs.scenarios = {};
    inputs.confidence = 0.0;
    inputs.members.clear();
}

}  // namespace

std::vector<std::vector<PlayedStep>> play_in_lockstep(const World& world, const PolicyWorld& view,
                                                      std::span<const ScalingPolicy> policies) {
    Forescale production(view, ScalingPolicy{});
    Player usual(world);
    std::vector<Branch> branches;
    for (const ScalingPolicy& policy : policies)
        branches.emplace_back(world, simulated_service(view, policy));
    for (std::size_t t = 0; t < world.steps(); ++t) {
        usual.step(t, production);
        DecisionInputs known = production.run().inputs({});
        if (!world.forecaster_down.empty() && world.forecaster_down[t]) forget_forecast(known);
        for (Branch& branch : branches) {
            if (t > 0) branch.observe(window_of(world, production.turn_at(t - 1), t - 1));
            branch.step(t, known, production.turn_at(t));
        }
    }
    std::vector<std::vector<PlayedStep>> played;
    for (Branch& branch : branches) played.push_back(std::move(branch).take());
    return played;
}

}  // namespace forescale
