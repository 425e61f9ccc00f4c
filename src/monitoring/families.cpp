#include "monitoring/families.h"

namespace forescale::metrics {
namespace {

GaugeFamily& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
CounterFamily& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
HistogramFamily& histogram(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

Families::Families(prometheus::Registry& r)
    : build(gauge(r, "forescale_build_info", "Always 1; the version is a label")),
      replicas_ready(gauge(r, "forescale_ready_replicas", "Replicas that serve")),
      replicas_pending(
          gauge(r, "forescale_pending_replicas", "Replicas asked for and not ready yet")),
      replicas_desired(
          gauge(r, "forescale_desired_replicas", "Replicas that the newest decision asks for")),
      demand_measured(gauge(r, "forescale_measured_demand",
                            "Newest measured demand in the service's own unit; NaN while missing")),
      demand_planned(gauge(r, "forescale_planned_demand",
                           "Demand that the newest decision plans for, in the service's own unit; "
                           "NaN without a forecast")),
      demand_capacity(gauge(r, "forescale_capacity_demand",
                            "Demand that the ready replicas can serve, in the service's own unit")),
      quantile(gauge(r, "forescale_planned_quantile_ratio",
                     "Level of the demand quantile that the newest decision plans for")),
      sample_age(gauge(r, "forescale_sample_age_seconds",
                       "Age of the newest sample at the newest decision")),
      decisions(
          counter(r, "forescale_decisions_total", "Decisions made, by the reason of their size")),
      scale_decisions(counter(r, "forescale_scale_decisions_total",
                              "Decisions that ask for another size than there is, by direction")),
      spent_cost(gauge(r, "forescale_spent_cost",
                       "What the replicas have cost since the day or month began on the service's "
                       "wall clock, in its currency, or in replica-hours where none is named")),
      expected_cost(gauge(r, "forescale_expected_cost",
                          "What they are expected to have cost when it ends; where there is a "
                          "budget")),
      budget_cost(gauge(r, "forescale_budget_cost",
                        "What they may cost within it; where there is a budget")),
      operations(counter(r, "forescale_operations_total", "Operations that entered a state")),
      operation_retries(counter(r, "forescale_operation_retries_total",
                                "Calls of the target that were not answered and are tried again")),
      operations_open(
          gauge(r, "forescale_open_operations", "Operations whose outcome is not known yet")),
      operation_duration(histogram(r, "forescale_operation_duration_seconds",
                                   "Time from intention to end of an operation, by how it ended")),
      lead_time(
          gauge(r, "forescale_lead_time_seconds",
                "Time from asking for a replica to its being ready that decisions count with")),
      lead_time_learned(
          gauge(r, "forescale_lead_time_learned",
                "1 when the lead time was learned from the target, 0 while it is the stated one")),
      forecast_targets(counter(r, "forescale_forecast_targets_total",
                               "Forecasts whose target has been observed, by horizon")),
      forecast_covered(counter(
          r, "forescale_forecast_covered_targets_total",
          "Forecasts whose observed target lay inside the central 90 % interval, by horizon")),
      forecast_error(counter(r, "forescale_forecast_error_demand_total",
                             "Sum of absolute errors of the median forecast; over "
                             "forescale_forecast_actual_demand_total it is WAPE")),
      forecast_actual(counter(r, "forescale_forecast_actual_demand_total",
                              "Sum of absolute observed demand at the targets of forecasts")),
      forecast_confidence(gauge(r, "forescale_forecast_confidence_ratio",
                                "How far the newest forecast is trusted, 0 to 1")),
      forecast_age(gauge(r, "forescale_forecast_age_seconds",
                         "Age of the data that the newest forecast knew")),
      member_cpu(counter(r, "forescale_member_cpu_seconds_total",
                         "Processor time that a member of the ensemble took for all services; "
                         "counted while time is real")),
      level_shifts(counter(r, "forescale_level_shifts_total",
                           "Times that demand went to a new level and stayed; its history was "
                           "brought to that level")),
      incidents(counter(r, "forescale_demand_incidents_total",
                        "Times that demand was off its habit and came back; nothing was learned "
                        "from it")),
      clipped_steps(counter(r, "forescale_clipped_steps_total",
                            "Steps of the forecast grid in which demand was limited by what the "
                            "ready replicas could serve")),
      disbelieved_steps(counter(r, "forescale_disbelieved_steps_total",
                                "Steps of the forecast grid whose demand was too large to be "
                                "learned from: far beyond all that was seen, and not lasting")),
      in_doubt(gauge(r, "forescale_demand_in_doubt",
                     "1 while demand is off its habit and it is open whether that lasts")),
      model_version(gauge(r, "forescale_model_version_info",
                          "1 for every version of trained models in use, by role: champion, "
                          "contender or previous")),
      model_changes(counter(r, "forescale_model_changes_total",
                            "What happened to versions of trained models: promoted, rejected, "
                            "rolled_back, ...")),
      trainings(counter(r, "forescale_trainings_total", "Trainings that ended, by result")),
      training_duration(histogram(r, "forescale_training_duration_seconds",
                                  "Wall-clock time of one training, in a process of its own")),
      stream_points(
          counter(r, "forescale_stream_points_total", "Points taken in, by what became of them")),
      collections(counter(r, "forescale_collections_total", "Polls of a source, by result")),
      collected_points(counter(r, "forescale_collected_points_total", "Points that a source gave")),
      collection_duration(histogram(r, "forescale_collection_duration_seconds",
                                    "How long a poll of a source took")),
      store_writes(
          counter(r, "forescale_store_writes_total", "Turns written to the store, by result")),
      store_write_duration(histogram(r, "forescale_store_write_duration_seconds",
                                     "How long writing a turn to the store took")),
      turn_duration(histogram(r, "forescale_turn_duration_seconds",
                              "How long a turn over all services took")),
      turn_cpu(counter(r, "forescale_turn_cpu_seconds_total", "Processor time of all turns")),
      services(gauge(r, "forescale_owned_services", "Services that this process decides for")),
      components_up(gauge(r, "forescale_component_up",
                          "1 while a component is well, 0 while it is degraded or failed")) {}

}  // namespace forescale::metrics
