#pragma once
#include "base/time.h"

#include <cstdint>
#include <string>

namespace forescale {

/// One entry of the append-only audit trail. hash = SHA-256 over the hash before and every field,
/// so that changing, removing or reordering an entry breaks every later one.
struct AuditEntry {
    std::int64_t sequence = 0;  ///< from 1, without holes
    Timestamp at;
    std::string kind;  ///< "decision", "operation", "start", "stop", "event", "control", "proposal"
    std::string subject;  ///< service or component
    std::string body;     ///< JSON
    std::string hash;     ///< 64 hexadecimal digits
};

}  // namespace forescale
