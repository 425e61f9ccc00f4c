#include "monitoring/audit.h"

#include "base/hash.h"

namespace forescale {
namespace {

constexpr std::string_view chain_start =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// What is wrong with an entry, given the hash and the sequence before it.
std::optional<std::string> misfit(const AuditEntry& entry, std::int64_t sequence_before,
                                  std::string_view hash_before) {
    if (entry.sequence != sequence_before + 1)
        return fmt::format("entry {} follows entry {}: entries are missing, repeated or moved",
                           entry.sequence, sequence_before);
    const auto expected = audit_hash(hash_before, entry);
    if (entry.hash == expected) return std::nullopt;
    return fmt::format(
        "entry {} ({} of {} at {}) has hash {}, but its content after the entry before gives {}: "
        "it, or the entry before, was changed",
        entry.sequence, entry.kind, entry.subject, format_timestamp(entry.at), entry.hash,
        expected);
}

}  // namespace

std::string audit_hash(std::string_view hash_before, const AuditEntry& entry) {
    return sha256_hex(fmt::format("forescale-audit-v1\n{}\n{}\n{}\n{}:{}\n{}:{}\n{}:{}\n",
                                  hash_before, entry.sequence, entry.at.time_since_epoch().count(),
                                  entry.kind.size(), entry.kind, entry.subject.size(),
                                  entry.subject, entry.body.size(), entry.body));
}

AuditLogger::AuditLogger(const std::optional<AuditEntry>& head)
    : sequence_(head ? head->sequence : 0), hash_(head ? head->hash : std::string(chain_start)) {}

AuditEntry AuditLogger::append(Timestamp at, std::string kind, std::string subject,
                               std::string body) {
    AuditEntry entry{.sequence = ++sequence_,
                     .at = at,
                     .kind = std::move(kind),
                     .subject = std::move(subject),
                     .body = std::move(body),
                     .hash = {}};
    hash_ = audit_hash(hash_, entry);
    entry.hash = hash_;
    return entry;
}

Result<AuditVerdict> verify_audit(const std::function<Result<std::optional<AuditEntry>>()>& next) {
    AuditVerdict verdict;
    std::string hash(chain_start);
    for (;;) {
        TRY(const auto entry, next());
        if (!entry) return verdict;
        if (auto problem = misfit(*entry, verdict.entries, hash)) {
            verdict.broken_at = entry->sequence;
            verdict.problem = std::move(*problem);
            return verdict;
        }
        hash = entry->hash;
        verdict.head_hash = hash;
        ++verdict.entries;
    }
}

}  // namespace forescale
