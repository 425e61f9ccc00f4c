#pragma once
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace forescale::metrics {

using CounterFamily = prometheus::Family<prometheus::Counter>;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;
using HistogramFamily = prometheus::Family<prometheus::Histogram>;

/// Every metric with its name and help text: the constructor is the list. Demand is in the
/// service's own unit, whatever its metric measures, so that these names end in "demand" and not in
/// a unit of measure.
struct Families {
    explicit Families(prometheus::Registry& registry);

    GaugeFamily& build;
    // decisions
    GaugeFamily& replicas_ready;
    GaugeFamily& replicas_pending;
    GaugeFamily& replicas_desired;
    GaugeFamily& demand_measured;
    GaugeFamily& demand_planned;
    GaugeFamily& demand_capacity;
    GaugeFamily& quantile;
    GaugeFamily& sample_age;
    CounterFamily& decisions;
    CounterFamily& scale_decisions;
    // money
    GaugeFamily& spent_cost;
    GaugeFamily& expected_cost;
    GaugeFamily& budget_cost;
    // operations
    CounterFamily& operations;
    CounterFamily& operation_retries;
    GaugeFamily& operations_open;
    HistogramFamily& operation_duration;
    GaugeFamily& lead_time;
    GaugeFamily& lead_time_learned;
    // forecasts
    CounterFamily& forecast_targets;
    CounterFamily& forecast_covered;
    CounterFamily& forecast_error;
    CounterFamily& forecast_actual;
    GaugeFamily& forecast_confidence;
    GaugeFamily& forecast_age;
    CounterFamily& member_cpu;
    CounterFamily& level_shifts;
    CounterFamily& incidents;
    CounterFamily& clipped_steps;
    CounterFamily& disbelieved_steps;
    GaugeFamily& in_doubt;
    // trained models
    GaugeFamily& model_version;
    CounterFamily& model_changes;
    CounterFamily& trainings;
    HistogramFamily& training_duration;
    // data and turns
    CounterFamily& stream_points;
    CounterFamily& collections;
    CounterFamily& collected_points;
    HistogramFamily& collection_duration;
    CounterFamily& store_writes;
    HistogramFamily& store_write_duration;
    HistogramFamily& turn_duration;
    CounterFamily& turn_cpu;
    GaugeFamily& services;
    GaugeFamily& components_up;
};

}  // namespace forescale::metrics
