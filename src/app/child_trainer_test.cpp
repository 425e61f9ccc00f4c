#include "app/child_trainer.h"

#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;

/// The file that an order names is "$out" in the script.
ChildTrainerSettings script(const std::string& text) {
    return {
        .program = "/bin/sh",
        .arguments = {"-c", "while [ \"$1\" != --out ]; do shift; done; out=$2; " + text, "sh"}};
}

std::string fresh_file() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    auto path = fmt::format("{}/child-{}", ::testing::TempDir(), info->name());
    std::filesystem::remove(path);
    return path;
}

template <class Condition>
void wait_for(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!holds()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::yield();
    }
}

TrainingEnd end_of(ChildTrainer& trainer, const std::string& out) {
    EXPECT_FALSE(trainer.poll()) << "nothing was begun";
    EXPECT_TRUE(trainer.start({.seed = 7, .parent = {}, .out = out}));
    std::optional<TrainingEnd> end;
    wait_for([&] { return (end = trainer.poll()).has_value(); });
    EXPECT_FALSE(trainer.poll()) << "an end is told once";
    return end.value_or(TrainingEnd{});
}

TEST(ChildTrainer, MakesTheFileOfItsOrder) {
    ChildTrainer trainer(script("echo trained > $out"));
    const auto out = fresh_file();
    for (int round = 0; round < 2; ++round) {
        std::filesystem::remove(out);
        EXPECT_EQ(end_of(trainer, out).outcome, TrainingEnd::Outcome::made);
        EXPECT_TRUE(std::filesystem::exists(out));
    }
}

TEST(ChildTrainer, OneIsUnderWayAtATime) {
    ChildTrainer trainer(script("exec sleep 100"));
    ASSERT_TRUE(trainer.start({}));
    const auto second = trainer.start({});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST(ChildTrainer, TooLittleHistoryIsNoFailure) {
    ChildTrainer trainer(script("echo too young >&2; exit 1"));
    const auto end = end_of(trainer, fresh_file());
    EXPECT_EQ(end.outcome, TrainingEnd::Outcome::nothing);
    EXPECT_EQ(end.detail, "too young");
}

TEST(ChildTrainer, ItsLastWordsAreTold) {
    ChildTrainer trainer(
        script("i=0; while [ $i -lt 3000 ]; do echo a line that says nothing >&2; i=$((i+1)); "
               "done; echo no space left >&2; exit 3"));
    const auto end = end_of(trainer, fresh_file());
    EXPECT_EQ(end.outcome, TrainingEnd::Outcome::failed);
    EXPECT_EQ(end.detail, "the training process ended with code 3: no space left");
}

TEST(ChildTrainer, ACrashIsNamed) {
    ChildTrainer trainer(script("kill -SEGV $$"));
    EXPECT_NE(end_of(trainer, fresh_file()).detail.find("signal 11"), std::string::npos);
}

TEST(ChildTrainer, WhatTakesTooLongIsEndedEvenWhenItDoesNotListen) {
    for (const std::string text : {"exec sleep 100", "trap '' TERM; while :; do :; done"}) {
        auto settings = script(text);
        settings.time_max = 50ms;
        settings.grace = 100ms;
        ChildTrainer trainer(settings);
        const auto end = end_of(trainer, fresh_file());
        EXPECT_EQ(end.outcome, TrainingEnd::Outcome::failed);
        EXPECT_NE(end.detail.find("training.time_max"), std::string::npos) << end.detail;
    }
}

TEST(ChildTrainer, ItsMemoryIsLimited) {
    auto settings = script("ulimit -d >&2; exit 1");
    settings.memory_max_mb = 100;
    ChildTrainer trainer(settings);
    EXPECT_EQ(end_of(trainer, fresh_file()).detail, "102400");
}

TEST(ChildTrainer, AProgramThatIsNotThereIsAFailure) {
    ChildTrainer trainer({.program = "/nowhere/forescale", .arguments = {}});
    EXPECT_EQ(end_of(trainer, fresh_file()).outcome, TrainingEnd::Outcome::failed);
}

TEST(ChildTrainer, TheChildEndsWithItsTrainer) {
    const auto out = fresh_file();
    pid_t child = 0;
    {
        ChildTrainer trainer(script("echo $$ > $out.tmp; mv $out.tmp $out; exec sleep 100"));
        ASSERT_TRUE(trainer.start({.seed = 1, .parent = {}, .out = out}));
        wait_for([&] { return std::filesystem::exists(out); });
        const auto text = read_file(out);
        ASSERT_TRUE(text);
        child = std::stoi(*text);
        EXPECT_EQ(kill(child, 0), 0);
    }
    EXPECT_NE(kill(child, 0), 0);
}

}  // namespace
}  // namespace forescale
