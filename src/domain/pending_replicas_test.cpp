#include "domain/pending_replicas.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using Arrived = std::vector<std::pair<int, int>>;

Arrived arrive(PendingReplicas<int>& pending, int now) {
    Arrived arrived;
    while (const auto batch = pending.arrive(now))
        arrived.emplace_back(batch->ready_at, batch->replicas.value());
    return arrived;
}

TEST(PendingReplicas, ArriveWhenTheyAreReady) {
    PendingReplicas<int> pending;
    pending.ask(Replicas(3), 10);
    pending.ask(Replicas(2), 5);
    EXPECT_EQ(pending.total(), Replicas(5));
    EXPECT_EQ(arrive(pending, 4), Arrived{});
    EXPECT_EQ(arrive(pending, 5), (Arrived{{5, 2}})) << "one asked for later may be ready earlier";
    EXPECT_EQ(arrive(pending, 12), (Arrived{{10, 3}}));
    EXPECT_EQ(pending.total(), Replicas(0));
}

TEST(PendingReplicas, TheNewestAreCancelledFirst) {
    PendingReplicas<int> pending;
    pending.ask(Replicas(3), 10);
    pending.ask(Replicas(2), 20);
    EXPECT_EQ(pending.cancel(Replicas(3)), Replicas(3));
    EXPECT_EQ(arrive(pending, 20), (Arrived{{10, 2}}));
    pending.ask(Replicas(2), 30);
    EXPECT_EQ(pending.cancel(Replicas(9)), Replicas(2)) << "no more than there are";
    EXPECT_EQ(pending.total(), Replicas(0));
}

}  // namespace
}  // namespace forescale
