#pragma once
#include "base/error.h"
#include "domain/audit.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace forescale {

/// The hash of an entry: SHA-256, as 64 lower-case hexadecimal digits, of these bytes (every line
/// ends with LF, numbers are decimal, N is the number of bytes that follow the colon, so that
/// fields cannot run into one another whatever they hold):
///
///     forescale-audit-v1
///     <hash of the entry before; 64 zeros before the first>
///     <sequence>
///     <at, milliseconds since 1970-01-01T00:00Z>
///     N:<kind>
///     N:<subject>
///     N:<body>
///
/// so that anybody can check the chain with sha256sum alone. The entry's own `hash` is not read.
[[nodiscard]] std::string audit_hash(std::string_view hash_before, const AuditEntry& entry);

/// Makes the entries of the chain; whoever stores them stores them in order. Single-threaded.
class AuditLogger {
public:
    /// Continues after `head` (nothing: a new chain).
    explicit AuditLogger(const std::optional<AuditEntry>& head);
    [[nodiscard]] AuditEntry append(Timestamp at, std::string kind, std::string subject,
                                    std::string body);

private:
    std::int64_t sequence_ = 0;
    std::string hash_;
};

struct AuditVerdict {
    std::int64_t entries = 0;               ///< that fit, from the first one on
    std::optional<std::int64_t> broken_at;  ///< sequence of the first entry that does not fit
    std::string problem;    ///< what is wrong with it; empty when the chain is whole
    std::string head_hash;  ///< of the newest entry that fits; empty when there is none
};
/// Walks the chain from the first entry; `next` gives entries in order, nothing at the end. Finds
/// every entry that was changed, removed, inserted or moved, and a missing beginning. Entries
/// missing at the end leave no trace in what is left: compare `entries` and `head_hash` with what
/// was noted elsewhere.
/// errors  as `next`
[[nodiscard]] Result<AuditVerdict> verify_audit(
    const std::function<Result<std::optional<AuditEntry>>()>& next);

}  // namespace forescale
