#pragma once
#include "pipeline/pipeline.h"

/// What a turn met, said once to health, alerts, metrics and the log. Only changes are logged: a
/// calm log.
namespace forescale {

void note_poll(const PipelineParts& parts, const std::string& collector, const PollResult& result,
               Timestamp now);
void note_stream(const PipelineParts& parts, const Result<void>& result, Timestamp now);
void note_target(const PipelineParts& parts, const ServiceId& service, const Result<Capacity>& seen,
                 Timestamp now);
void note_store(const PipelineParts& parts, const Result<void>& stored, std::size_t waiting,
                Timestamp now);
void note_refused(const PipelineParts& parts, const Decision& decision, const Error& error,
                  Timestamp now);
void note_operation_state(const PipelineParts& parts, const Operation& operation, Timestamp now);
void note_service(const PipelineParts& parts, const ServiceState& state, const StreamCounts& counts,
                  Timestamp now);
/// Of what forecasts a demand signal: its forecasts and its samples.
void note_signal(const PipelineParts& parts, const ServiceState& state, const StreamCounts& counts,
                 Timestamp now);
/// How the newest training ended; nothing while none has.
void note_training(const PipelineParts& parts, const TrainingReport& report, Timestamp now);
/// What the newest grid step said of earlier forecasts.
void note_scores(ScalingMetrics& metrics, const ServiceState& state);
/// What its replicas cost; what is expected of them only where there is a budget.
void note_spending(ScalingMetrics& metrics, const ServiceState& state);
/// What the newest grid step took, by member.
void note_costs(ScalingMetrics& metrics, const ServiceState& state);
void note_counts(ScalingMetrics& metrics, const ServiceId& service, const StreamCounts& counts);

}  // namespace forescale
