#pragma once
#include <functional>
#include <optional>

#include "base/error.h"
#include "domain/audit.h"

namespace forescale {

/// Makes the entries of the chain; whoever stores them stores them in order. Single-threaded.
class AuditLogger {
public:
    /// Continues after `head` (nothing: a new chain).
    explicit AuditLogger(const std::optional<AuditEntry>& head);
    [[nodiscard]] AuditEntry append(Timestamp at, std::string kind, std::string subject, std::string body);

private:
    std::int64_t sequence_ = 0;
    std::string hash_;
};

struct AuditVerdict {
    std::int64_t entries = 0;
    std::optional<std::int64_t> broken_at;  ///< sequence of the first entry that does not fit
    std::string problem;
};
/// Walks the chain from the first entry; `next` gives entries in order, nothing at the end.
[[nodiscard]] Result<AuditVerdict> verify_audit(const std::function<Result<std::optional<AuditEntry>>()>& next);

}  // namespace forescale
