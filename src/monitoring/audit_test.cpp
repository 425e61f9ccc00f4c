#include "monitoring/audit.h"

#include "base/hash.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

const Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

std::vector<AuditEntry> chain(int entries, const std::optional<AuditEntry>& head = std::nullopt) {
    AuditLogger logger(head);
    std::vector<AuditEntry> out;
    for (int i = 0; i < entries; ++i)
        out.push_back(logger.append(start + std::chrono::seconds(30 * i), "decision",
                                    fmt::format("shop-{}", i % 3),
                                    fmt::format(R"({{"desired":{}}})", i)));
    return out;
}

AuditVerdict verdict_on(const std::vector<AuditEntry>& entries) {
    std::size_t i = 0;
    auto verdict = verify_audit([&]() -> Result<std::optional<AuditEntry>> {
        if (i == entries.size()) return std::nullopt;
        return entries[i++];
    });
    EXPECT_TRUE(verdict.has_value());
    return verdict.value_or(AuditVerdict{});
}

TEST(Audit, WholeChainFits) {
    const auto entries = chain(100);
    const auto verdict = verdict_on(entries);
    EXPECT_EQ(verdict.entries, 100);
    EXPECT_FALSE(verdict.broken_at.has_value()) << verdict.problem;
    EXPECT_EQ(verdict.head_hash, entries.back().hash);
    EXPECT_TRUE(verdict.problem.empty());
}

TEST(Audit, EmptyChainFits) {
    const auto verdict = verdict_on({});
    EXPECT_EQ(verdict.entries, 0);
    EXPECT_FALSE(verdict.broken_at.has_value());
}

TEST(Audit, ContinuesAfterRestart) {
    auto entries = chain(7);
    for (auto& entry : chain(5, entries.back())) entries.push_back(std::move(entry));
    EXPECT_EQ(entries.back().sequence, 12);
    EXPECT_EQ(verdict_on(entries).entries, 12);
    EXPECT_FALSE(verdict_on(entries).broken_at.has_value());
}

// The documented bytes, written out: whoever checks the chain with another program gets the same
// hash.
TEST(Audit, HashIsOfTheDocumentedBytes) {
    AuditLogger logger(std::nullopt);
    const auto first = logger.append(start, "decision", "shop", "{}");
    const std::string bytes = "forescale-audit-v1\n" + std::string(64, '0') +
                              "\n1\n1772323200000\n8:decision\n4:shop\n2:{}\n";
    EXPECT_EQ(first.hash, sha256_hex(bytes));
    EXPECT_EQ(first.hash.size(), 64U);
}

TEST(Audit, FieldsCannotRunIntoOneAnother) {
    const AuditEntry a{
        .sequence = 1, .at = start, .kind = "ab", .subject = "c", .body = "d", .hash = {}};
    const AuditEntry b{
        .sequence = 1, .at = start, .kind = "a", .subject = "bc", .body = "d", .hash = {}};
    const AuditEntry c{
        .sequence = 1, .at = start, .kind = "ab\n1:c", .subject = "", .body = "d", .hash = {}};
    EXPECT_NE(audit_hash("x", a), audit_hash("x", b));
    EXPECT_NE(audit_hash("x", a), audit_hash("x", c));
    EXPECT_NE(audit_hash("x", a), audit_hash("y", a));
}

struct Tampering {
    const char* name;
    void (*change)(AuditEntry& entry);
};
class AuditTampering : public testing::TestWithParam<Tampering> {};

TEST_P(AuditTampering, AnyChangedFieldIsFoundWhereItIs) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{5}, std::size_t{9}}) {
        auto entries = chain(10);
        GetParam().change(entries[at]);
        const auto verdict = verdict_on(entries);
        ASSERT_TRUE(verdict.broken_at.has_value()) << at;
        EXPECT_EQ(verdict.entries, static_cast<std::int64_t>(at));
        EXPECT_EQ(*verdict.broken_at, entries[at].sequence);
        EXPECT_FALSE(verdict.problem.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Fields, AuditTampering,
    testing::Values(Tampering{"sequence", [](AuditEntry& e) { e.sequence += 100; }},
                    Tampering{"at", [](AuditEntry& e) { e.at += Duration(1); }},
                    Tampering{"kind", [](AuditEntry& e) { e.kind = "operation"; }},
                    Tampering{"subject", [](AuditEntry& e) { e.subject += "x"; }},
                    Tampering{"body", [](AuditEntry& e) { e.body.back() = ']'; }},
                    Tampering{
                        "hash",
                        [](AuditEntry& e) { e.hash.front() = e.hash.front() == 'a' ? 'b' : 'a'; }},
                    Tampering{"hash_gone", [](AuditEntry& e) { e.hash.clear(); }}),
    [](const auto& tampering) { return std::string(tampering.param.name); });

// A forger who computes the entry's own hash anew is found at the next entry.
TEST(Audit, ForgedEntryBreaksTheNextOne) {
    auto entries = chain(10);
    entries[4].body = R"({"desired":99})";
    entries[4].hash = audit_hash(entries[3].hash, entries[4]);
    const auto verdict = verdict_on(entries);
    ASSERT_TRUE(verdict.broken_at.has_value());
    EXPECT_EQ(*verdict.broken_at, 6);
}

TEST(Audit, RemovedInsertedAndSwappedEntriesAreFound) {
    auto removed = chain(10);
    removed.erase(removed.begin() + 3);
    EXPECT_EQ(verdict_on(removed).broken_at, 5);

    auto repeated = chain(10);
    repeated.insert(repeated.begin() + 3, repeated[3]);
    EXPECT_EQ(verdict_on(repeated).broken_at, 4);

    auto swapped = chain(10);
    std::swap(swapped[3], swapped[4]);
    EXPECT_EQ(verdict_on(swapped).broken_at, 5);

    auto renumbered = chain(10);
    std::swap(renumbered[3], renumbered[4]);
    std::swap(renumbered[3].sequence, renumbered[4].sequence);
    EXPECT_EQ(verdict_on(renumbered).broken_at, 4);
}

TEST(Audit, MissingBeginningIsFound) {
    auto entries = chain(10);
    entries.erase(entries.begin(), entries.begin() + 2);
    const auto verdict = verdict_on(entries);
    EXPECT_EQ(verdict.broken_at, 3);
    EXPECT_EQ(verdict.entries, 0);
}

// What the chain alone cannot show, its length and head do.
TEST(Audit, MissingEndShowsInEntriesAndHead) {
    auto entries = chain(10);
    const auto whole = verdict_on(entries);
    entries.pop_back();
    const auto cut = verdict_on(entries);
    EXPECT_FALSE(cut.broken_at.has_value());
    EXPECT_EQ(cut.entries, 9);
    EXPECT_NE(cut.head_hash, whole.head_hash);
}

TEST(Audit, ErrorOfTheSourceIsPassedOn) {
    const auto verdict = verify_audit(
        []() -> Result<std::optional<AuditEntry>> { return fail(Errc::unavailable, "locked"); });
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace forescale
