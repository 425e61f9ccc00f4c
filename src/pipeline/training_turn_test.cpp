#include "base/file.h"
#include "models/recurrent/test_networks.h"
#include "pipeline/test_world.h"

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;

/// Networks that learned nothing: other seeds are other versions.
TrainedBundle bundle_of(std::uint64_t seed) {
    TrainedBundle bundle;
    bundle.models.networks = recurrent::random_networks(5min, {1, 3, 12}, seed);
    set_version(bundle);
    return bundle;
}

/// Ends as it is told, at the turn after it was begun.
class ToldTrainer final : public Trainer {
public:
    std::function<TrainingEnd(const TrainingOrder&)> ends = [](const TrainingOrder& order) {
        TrainedBundle bundle = bundle_of(order.seed);
        EXPECT_TRUE(write_file(order.out, save_bundle(bundle)));
        return TrainingEnd{.outcome = TrainingEnd::Outcome::made, .detail = "made", .took = 1s};
    };
    int begun = 0;

    Result<void> start(const TrainingOrder& order) override {
        ++begun;
        order_ = order;
        return {};
    }
    std::optional<TrainingEnd> poll() override {
        if (!order_) return std::nullopt;
        return ends(*std::exchange(order_, std::nullopt));
    }

private:
    std::optional<TrainingOrder> order_;
};

const std::vector<std::pair<ServiceId, Traffic>> three_services{
    {ServiceId("blog"), [](Timestamp at) { return wave(at + 5h); }},
    {ServiceId("cart"), [](Timestamp at) { return 2 * wave(at + 9h); }},
    {ServiceId("shop"), wave}};

/// Trains every 12 h; a trial lasts one day of pairs at most, and serves half of the services.
TrainingSettings brisk(const std::string& folder, Trainer& trainer) {
    auto shipped = std::make_shared<TrainedModels>(bundle_of(1).models);
    TrainingSettings settings;
    settings.trainer = &trainer;
    settings.interval = 12h;
    settings.phase = 3h;
    settings.rules.contest.days_max = 1;
    settings.rules.ab_share = 0.5;
    settings.folder = folder + "/models";
    settings.shipped = shipped;
    TrainedBundle file = bundle_of(1);
    static const std::string bytes = save_bundle(file);
    settings.shipped_file = bytes;
    return settings;
}

std::vector<std::string> audited(World& world) {
    std::vector<std::string> out;
    const auto entries = world.store().audit(1, 100'000);
    for (const auto& entry : *entries)
        if (entry.kind == "models") out.push_back(entry.subject + " " + entry.body);
    return out;
}

struct Outcome {
    std::vector<std::string> decisions;
    std::vector<std::string> changes;
};
constexpr Duration whole = 3 * day + 15h;

Outcome in_lives(const std::string& name, const std::vector<Duration>& lives) {
    const auto folder = fresh_folder(name);
    ToldTrainer trainer;
    for (const auto life : lives) {
        World world(folder, three_services);
        world.training = brisk(folder, trainer);
        EXPECT_TRUE(world.start());
        world.run(begin + life);
    }
    World world(folder, three_services);
    world.training = brisk(folder, trainer);
    EXPECT_TRUE(world.start());
    world.run(begin + whole);
    EXPECT_TRUE(world.pipeline->close(world.now()));
    return {world.decisions(), audited(world)};
}

TEST(Training, BeingKilledChangesNeitherVersionsNorDecisions) {
    const Outcome expected = in_lives("whole", {});
    ASSERT_GE(expected.changes.size(), 3U);
    EXPECT_NE(expected.changes[1].find("trial"), std::string::npos) << expected.changes[1];
    EXPECT_NE(expected.changes[2].find("rejected"), std::string::npos) << expected.changes[2];
    const Outcome killed =
        in_lives("killed", {5h, 15h + 1min, 16h, day + 7h, 2 * day + 13h + 30s, 3 * day + 30min});
    EXPECT_EQ(killed.changes, expected.changes);
    EXPECT_EQ(killed.decisions, expected.decisions);
}

TEST(Training, AFailureIsSaidAndWhatServesStays) {
    const auto folder = fresh_folder("a");
    ToldTrainer trainer;
    trainer.ends = [](const TrainingOrder&) {
        return TrainingEnd{.outcome = TrainingEnd::Outcome::failed, .detail = "out of luck"};
    };
    World world(folder, three_services);
    world.training = brisk(folder, trainer);
    ASSERT_TRUE(world.start());
    world.run(begin + 4h);
    EXPECT_TRUE(world.fires("training_failed"));
    EXPECT_NE(world.metrics.text().find(R"(forescale_trainings_total{result="error"} 1)"),
              std::string::npos);
    EXPECT_NE(world.metrics.text().find(R"(role="champion")"), std::string::npos);
    const auto serves = world.pipeline->services().front()->models().live;
    EXPECT_EQ(serves, bundle_of(1).card.version);

    trainer.ends = [](const TrainingOrder& order) {  // a damaged file is a failure too
        EXPECT_TRUE(write_file(order.out, "nonsense"));
        return TrainingEnd{.outcome = TrainingEnd::Outcome::made, .detail = "made"};
    };
    world.run(begin + 16h);
    EXPECT_EQ(trainer.begun, 2);
    EXPECT_TRUE(world.fires("training_failed"));
    EXPECT_EQ(world.pipeline->services().front()->models().live, serves);

    trainer.ends = [](const TrainingOrder&) {
        return TrainingEnd{.outcome = TrainingEnd::Outcome::nothing, .detail = "too young"};
    };
    world.run(begin + day + 4h);
    EXPECT_FALSE(world.fires("training_failed"));
}

TEST(Training, WithoutTheFileOfAVersionTheShippedOneServes) {
    const auto folder = fresh_folder("a");
    ToldTrainer trainer;
    {
        World world(folder, three_services);
        world.training = brisk(folder, trainer);
        ASSERT_TRUE(world.start());
        world.run(begin + 17h);
        const auto& all = world.pipeline->services();
        EXPECT_TRUE(
            std::ranges::any_of(all, [](const auto& s) { return s->models().shadow != ""; }));
    }
    for (const auto& file : std::filesystem::directory_iterator(folder + "/models")) {
        if (file.path().stem() == bundle_of(1).card.version) continue;
        EXPECT_TRUE(write_file(file.path().string(), "damaged"));
    }
    trainer.ends = [](const TrainingOrder&) {
        return TrainingEnd{.outcome = TrainingEnd::Outcome::nothing, .detail = "too young"};
    };
    World world(folder, three_services);
    world.training = brisk(folder, trainer);
    ASSERT_TRUE(world.start());
    world.run(world.now() + 1h);
    for (const auto& state : world.pipeline->services()) {
        EXPECT_EQ(state->models().live, bundle_of(1).card.version);
        EXPECT_EQ(state->models().shadow, "");
    }
    EXPECT_NE(audited(world).back().find("lost"), std::string::npos);
}

TEST(DueBefore, FollowsTheLocalHour) {
    TrainingSettings settings;
    const auto at = [&](const char* text) {
        return format_timestamp(due_before(settings, *parse_timestamp(text)));
    };
    EXPECT_EQ(at("2026-03-02T02:59:59Z"), "2026-03-01T03:00:00Z");
    EXPECT_EQ(at("2026-03-02T03:00:00Z"), "2026-03-02T03:00:00Z");
    settings.zone = *load_zone("Europe/Berlin");
    EXPECT_EQ(at("2026-03-02T12:00:00Z"), "2026-03-02T02:00:00Z");
    settings.interval = 6h;
    EXPECT_EQ(at("2026-03-02T12:00:00Z"), "2026-03-02T08:00:00Z");
}

}  // namespace
}  // namespace forescale
