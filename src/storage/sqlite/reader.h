#pragma once
#include "storage/sqlite/connection.h"

namespace forescale::sqlite {

/// The reads of Store, on any connection of a migrated database. Each sees one state of it.
[[nodiscard]] Result<std::vector<RawRow>> read_raw(Connection& connection, const Span& turns);
[[nodiscard]] Result<std::vector<HourlyRow>> read_hourly(Connection& connection,
                                                         const Span& starts);
[[nodiscard]] Result<std::vector<PredictionRow>> read_predictions(Connection& connection,
                                                                  const Page& page);
[[nodiscard]] Result<std::vector<Decision>> read_decisions(Connection& connection,
                                                           const Page& page);
[[nodiscard]] Result<Decision> read_decision(Connection& connection, const std::string& id);
[[nodiscard]] Result<std::vector<Operation>> read_operations(Connection& connection,
                                                             const Page& page);
[[nodiscard]] Result<std::vector<Operation>> read_open_operations(Connection& connection);
[[nodiscard]] Result<std::vector<BusinessEvent>> read_events(Connection& connection,
                                                             Timestamp since);
[[nodiscard]] Result<std::vector<Control>> read_controls(Connection& connection,
                                                         std::int64_t after);
[[nodiscard]] Result<std::vector<PerformanceRow>> read_performance(Connection& connection,
                                                                   const Page& page);
[[nodiscard]] Result<std::vector<AuditEntry>> read_audit(Connection& connection, std::int64_t first,
                                                         std::size_t rows_max);
[[nodiscard]] Result<std::optional<AuditEntry>> read_audit_head(Connection& connection);
[[nodiscard]] Result<std::optional<CheckpointRow>> read_checkpoint(Connection& connection,
                                                                   const ServiceId& service);
[[nodiscard]] Result<std::optional<TurnRow>> read_turn(Connection& connection,
                                                       const ServiceId& service);

}  // namespace forescale::sqlite
