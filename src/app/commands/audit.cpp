#include "monitoring/audit.h"

#include "app/commands/commands.h"
#include "app/commands/stored.h"
#include "base/json.h"

namespace forescale {
namespace {

constexpr std::size_t page_rows = 1000;

ExitCode list(Store& store, const AuditOptions& options) {
    const auto entries = store.audit(options.first, static_cast<std::size_t>(options.limit));
    if (!entries) return report(entries.error());
    for (const auto& entry : *entries) {
        if (options.json)
            fmt::print("{}\n", json::serialize(json::object{{"sequence", entry.sequence},
                                                            {"at", format_timestamp(entry.at)},
                                                            {"kind", entry.kind},
                                                            {"subject", entry.subject},
                                                            {"body", entry.body},
                                                            {"hash", entry.hash}}));
        else
            fmt::print("{:>8} {} {:<10} {:<16} {}\n", entry.sequence, format_timestamp(entry.at),
                       entry.kind, entry.subject, entry.body);
    }
    return ExitCode::ok;
}

/// Gives the stored entries one by one, reading them in pages.
std::function<Result<std::optional<AuditEntry>>()> reader_of(Store& store) {
    return [&store, page = std::vector<AuditEntry>(), at = std::size_t{0},
            next = std::int64_t{1}]() mutable -> Result<std::optional<AuditEntry>> {
        if (at == page.size()) {
            TRY(page, store.audit(next, page_rows));
            at = 0;
            if (page.empty()) return std::nullopt;
            next = page.back().sequence + 1;
        }
        return page[at++];
    };
}

ExitCode verify(Store& store, const AuditOptions& options) {
    const auto verdict = verify_audit(reader_of(store));
    if (!verdict) return report(verdict.error());
    const bool whole = !verdict->broken_at;
    if (options.json) {
        json::object out{{"entries", verdict->entries}, {"whole", whole}};
        if (!whole) {
            out["broken_at"] = *verdict->broken_at;
            out["problem"] = verdict->problem;
        }
        fmt::print("{}\n", pretty_json(out));
    } else if (whole) {
        fmt::print("audit trail whole: {} entries, every link fits\n", verdict->entries);
    } else {
        fmt::print(
            "audit trail BROKEN at entry {}: {}; keep a copy of the database and look at who wrote "
            "to it\n",
            *verdict->broken_at, verdict->problem);
    }
    return whole ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

ExitCode audit_command(const AuditOptions& options) {
    auto store = open_stored(options.store);
    if (!store) return report(store.error());
    return options.verify ? verify(**store, options) : list(**store, options);
}

}  // namespace forescale
