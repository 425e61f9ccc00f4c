#include "base/log.h"
#include "simulation/worlds/generate.h"
#include "simulation/worlds/search.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace forescale::worlds {
namespace {

/// What goes wrong in these worlds is meant to.
void be_quiet() {
    log::configure({.level = log::Level::off});
}

TEST(Worlds, NothingThatIsAlwaysTrueIsEverFalse) {
    be_quiet();
    const auto found = search_worlds({.seed = 1, .count = 200});
    ASSERT_TRUE(found) << found.error().message;
    for (const auto& failure : found->failures) ADD_FAILURE() << describe(failure);
    if (found->failures.empty()) {
        EXPECT_EQ(found->worlds, 200);
    }
}

TEST(Worlds, TheSameSeedIsTheSameWorld) {
    be_quiet();
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
        ASSERT_EQ(to_text(random_world(seed)), to_text(random_world(seed)));
}

TEST(Worlds, ATextIsReadBackAsTheSameWorld) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const std::string text = to_text(random_world(seed));
        const auto read = parse_plan("world.yaml", text);
        ASSERT_TRUE(read) << read.error().message << "\n" << text;
        ASSERT_EQ(to_text(*read), text);
    }
}

}  // namespace
}  // namespace forescale::worlds
