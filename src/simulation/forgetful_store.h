#pragma once
#include "storage/store.h"

namespace forescale {

/// Takes everything and keeps nothing: a simulation starts once, and its outcome is what it
/// returns.
class ForgetfulStore final : public Store {
public:
    Result<void> write(const Batch& /*batch*/) override { return {}; }
    Result<std::int64_t> expire(const Retention& /*retention*/, Timestamp /*now*/) override {
        return 0;
    }

    Result<std::vector<RawRow>> raw(const Span& /*turns*/) override { return {}; }
    Result<std::vector<HourlyRow>> hourly(const Span& /*starts*/) override { return {}; }
    Result<std::vector<PredictionRow>> predictions(const Page& /*page*/) override { return {}; }
    Result<std::vector<Decision>> decisions(const Page& /*page*/) override { return {}; }
    Result<Decision> decision(const std::string& id) override {
        return fail(Errc::not_found, "decision '{}' is not kept: this is a simulation", id);
    }
    Result<std::vector<Operation>> operations(const Page& /*page*/) override { return {}; }
    Result<std::vector<Operation>> open_operations() override { return {}; }
    Result<std::vector<Control>> controls(std::int64_t /*after*/) override { return {}; }
    Result<std::vector<BusinessEvent>> events(Timestamp /*since*/) override { return {}; }
    Result<std::vector<PerformanceRow>> performance(const Page& /*page*/) override { return {}; }
    Result<std::vector<AuditEntry>> audit(std::int64_t /*first*/,
                                          std::size_t /*rows_max*/) override {
        return {};
    }
    Result<std::optional<AuditEntry>> audit_head() override { return {}; }
    Result<std::optional<CheckpointRow>> checkpoint(const ServiceId& /*service*/) override {
        return {};
    }
    Result<std::optional<TurnRow>> turn(const ServiceId& /*service*/) override { return {}; }
};

}  // namespace forescale
