// kill -9 at random moments: everything acknowledged is there, and whole batches only.
#include "base/rng.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/test_child_process.h"
#include "storage/test_rows.h"

namespace forescale {
namespace {

using namespace test_rows;

constexpr int services = 20;

/// A batch that touches every kind of row, so that half of it would show.
Batch batch_of(std::int64_t number) {
    const Timestamp turn = noon + turn_step * number;
    Batch batch{
        .operations = {operation(fmt::format("d{}", number), "s0", turn)},
        .performance = {{ServiceId("s0"), "ensemble", std::chrono::hours(1), noon, 1, 1.0, 1.0, 1}},
        .audit = {audit_entry(number)}};
    for (int i = 0; i < services; ++i) {
        const std::string name = fmt::format("s{}", i);
        batch.raw.push_back(raw_row(name, turn, static_cast<double>(number)));
        batch.turns.push_back(
            {ServiceId(name), turn, fmt::format("{} {}", number, std::string(600, 't'))});
    }
    batch.decisions = {decision(fmt::format("d{}", number), "s0", turn)};
    if (number % 10 == 0)
        batch.checkpoints.push_back({ServiceId("s0"), turn, std::string(50'000, 'c')});
    return batch;
}

/// Writes from the newest batch on, and says after each that it is stored.
void write_on(const std::string& path, Pipe& pipe) {
    auto store = open_sqlite(path, OpenMode::read_write);
    if (!store) return;
    const auto head = (*store)->audit_head();
    if (!head) return;
    for (std::int64_t number = *head ? (*head)->sequence + 1 : 1;; ++number) {
        if (!(*store)->write(batch_of(number))) return;
        pipe.send(number);
    }
}

void expect_whole(Store& store, std::int64_t batches) {
    const Span all{ServiceId("s0"), Timestamp::min(), Timestamp::max()};
    const auto count = static_cast<std::size_t>(batches);
    for (int i = 0; i < services; ++i) {
        const ServiceId service(fmt::format("s{}", i));
        EXPECT_EQ(store.raw({service, Timestamp::min(), Timestamp::max()})->size(), count);
        EXPECT_EQ(store.turn(service)->value().turn, noon + turn_step * batches);
        EXPECT_TRUE(store.turn(service)->value().state.starts_with(fmt::format("{} ", batches)));
    }
    EXPECT_EQ(store.decisions(Page{.rows_max = count + 1})->size(), count);
    EXPECT_EQ(store.operations(Page{.rows_max = count + 1})->size(), count);
    EXPECT_EQ(store.performance({})->at(0).count, batches);
    EXPECT_EQ(store.checkpoint(ServiceId("s0"))->has_value(), batches >= 10);
}

TEST(SqliteCrash, KilledAtRandomMomentsNothingAcknowledgedIsLost) {
    const Folder folder;
    Rng rng(3);
    std::int64_t acknowledged = 0;
    for (int round = 0; round < 40; ++round) {
        ChildProcess child([&](Pipe& pipe) { write_on(folder.file(), pipe); });
        const auto wanted = acknowledged + 1 + static_cast<std::int64_t>(rng.below(12));
        while (acknowledged < wanted) {
            const std::int64_t number = child.receive();
            ASSERT_EQ(number, acknowledged + 1);
            acknowledged = number;
        }
        // The child is somewhere in its next writes; how far differs each time.
        for (std::uint64_t i = rng.below(200'000); i > 0; --i) asm volatile("");
        child.kill();
        for (std::int64_t number = child.receive(); number > 0; number = child.receive())
            acknowledged = number;
        auto store =
            open_sqlite(folder.file(), round % 2 == 0 ? OpenMode::read_write : OpenMode::read_only);
        ASSERT_OK(store);
        const auto head = (*store)->audit_head();
        ASSERT_OK(head);
        ASSERT_GE((*head)->sequence, acknowledged);
        ASSERT_LE((*head)->sequence, acknowledged + 1)
            << "one batch may be stored and not yet acknowledged";
        acknowledged = (*head)->sequence;
        expect_whole(**store, acknowledged);
    }
}

}  // namespace
}  // namespace forescale
