#pragma once
#include "storage/sqlite/connection.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace forescale::sqlite {

/// The one connection that writes. Not thread-safe.
class Writer {
public:
    /// Takes the connection of a migrated database and reads what it must remember.
    static Result<Writer> create(Connection connection);

    /// One transaction.
    [[nodiscard]] Result<void> write(const Batch& batch);
    /// One transaction; at most `rows_max` rows of each table.
    [[nodiscard]] Result<std::int64_t> expire(const Retention& retention, Timestamp now,
                                              std::int64_t rows_max);

    [[nodiscard]] Connection& connection() { return connection_; }

private:
    explicit Writer(Connection connection) : connection_(std::move(connection)) {}
    [[nodiscard]] Result<void> load();
    [[nodiscard]] Result<void> write_rows(const Batch& batch);
    [[nodiscard]] Result<std::int64_t> expire_hourly(Timestamp limit, std::int64_t rows_max);
    void forget_new_services();
    /// The number of a service; a new one gets the next.
    [[nodiscard]] Result<std::int64_t> number_of(const ServiceId& service);
    [[nodiscard]] Result<std::int64_t> next_arrival(Timestamp turn, std::int64_t service);

    [[nodiscard]] Result<void> put(const std::vector<RawRow>& rows);
    [[nodiscard]] Result<void> put(const std::vector<HourlyRow>& rows);
    [[nodiscard]] Result<void> put(const std::vector<PredictionRow>& rows);
    [[nodiscard]] Result<void> put(const std::vector<OutcomeRow>& rows);
    [[nodiscard]] Result<void> put(const std::vector<Decision>& decisions);
    [[nodiscard]] Result<void> put(const std::vector<Operation>& operations);
    [[nodiscard]] Result<void> put(const std::vector<BusinessEvent>& events);
    [[nodiscard]] Result<void> put(const std::vector<Control>& controls);
    [[nodiscard]] Result<void> put(const std::vector<PerformanceRow>& rows);
    [[nodiscard]] Result<void> put(const std::vector<AuditEntry>& entries);
    [[nodiscard]] Result<void> put(const std::vector<CheckpointRow>& rows);
    [[nodiscard]] Result<void> put(const std::vector<TurnRow>& rows);

    Connection connection_;
    std::unordered_map<std::string, std::int64_t> services_;
    std::vector<std::string> new_services_;  // of the open transaction
    Timestamp newest_turn_ = Timestamp::min();
    Timestamp hourly_expired_ = Timestamp::min();  // no window before it is left
};

}  // namespace forescale::sqlite
