#pragma once
#include "decision/control_state.h"
#include "domain/alert.h"
#include "domain/decision.h"
#include "domain/forecast.h"
#include "domain/operation.h"
#include "domain/service.h"
#include "prediction/forecaster.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// One service as it stood after the newest turn. Immutable.
struct ServiceView {
    Service service;
    Capacity capacity;
    Point newest;  ///< newest sample, with its state
    Duration lead_time{0};
    bool lead_time_learned = false;
    std::shared_ptr<const ForecastPath> path;  ///< null before the first forecast
    Forecaster::Noticed noticed;               ///< of its demand since it began
    std::shared_ptr<const Decision>
        decision;                        ///< of this turn, recorded or not; null before the first
    std::optional<Operation> operation;  ///< the newest one
    ControlState control;                ///< modes, pauses and proposals
    bool forecasts_harm = false;         ///< left out by the accuracy gate
    double cost_ratio = 1.0;             ///< what forecasts cost over what reacting costs
    std::vector<ServiceView> signals;  ///< its other demand signals, each as a service without size
    std::optional<Spending> spending;  ///< nothing before its size was seen
    double risk = 0.0;  ///< 0..1: how likely demand is to exceed capacity within the lead time
};

/// The fleet after one turn. Immutable.
struct FleetView {
    Timestamp at;
    std::int64_t turn = 0;              ///< turns since start
    std::vector<ServiceView> services;  ///< sorted by id
    std::vector<ComponentHealth> health;
    std::vector<Alert> alerts;
};

/// Where the newest view is left for readers. Thread-safe.
class ViewBoard {
public:
    void publish(std::shared_ptr<const FleetView> view) {
        const std::scoped_lock lock(mutex_);
        view_ = std::move(view);
    }
    [[nodiscard]] std::shared_ptr<const FleetView> newest() const {
        const std::scoped_lock lock(mutex_);
        return view_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const FleetView> view_ = std::make_shared<FleetView>();
};

}  // namespace forescale
