#pragma once
#include "features/rollup.h"
#include "models/boosted/test_forests.h"
#include "models/feature_memory.h"
#include "models/recurrent/test_networks.h"
#include "models/registry.h"
#include "models/sibling/test_shapes.h"
#include "models/trained.h"

#include <memory>

namespace forescale {

/// Feeds one model with a series on a 5 min grid that begins on a Monday, as the forecaster does.
class Trial {
public:
    static constexpr Duration step = std::chrono::minutes(5);
    static constexpr Timestamp monday{day * 4};
    inline static const Anchors anchors{1, 12, 288};

    Trial(std::string_view name, double scale)
        : model_(models().at(name)({.step = step, .seed = 0})), scale_(scale), memory_(anchors) {}

    Answer step_with(double value) {
        demand_.append(next_, value);
        rollup_.add(next_, value);
        if (is_refit_step({.step = step, .seed = 0}, next_, day)) seasons_ = find_seasons(demand_);
        next_ += step;
        const Zone utc;
        const FeatureContext context{
            .demand = demand_, .zone = utc, .holidays = {}, .scale = scale_};
        memory_.look(context, anchors);
        std::vector<std::span<const float>> targets;
        std::vector<Lesson> lessons;
        for (std::size_t a = 0; a < anchors.size(); ++a) {
            targets.push_back(memory_.target(a));
            lessons.push_back(memory_.lesson(a, anchors[a], log_level(value, scale_)));
        }
        return model_->step({.context = context,
                             .anchors = anchors,
                             .level_now = memory_.level_now(),
                             .origin = memory_.origin(),
                             .targets = targets,
                             .lessons = lessons,
                             .memory = memory_,
                             .rollup = rollup_.series(),
                             .seasons = seasons_,
                             .trained = *trained});
    }
    Model& model() { return *model_; }
    [[nodiscard]] const Series& demand() const { return demand_; }

    /// Networks of random weights and forests of one tree: whoever needs a real training sets
    /// another.
    std::shared_ptr<const TrainedModels> trained = [] {
        auto made = std::make_shared<TrainedModels>();
        made->networks = recurrent::random_networks(step, {1, 12});
        made->forests = boosted::small_forests(step, {1, 12});
        made->shapes = sibling::three_shapes();
        return made;
    }();

private:
    std::unique_ptr<Model> model_;
    double scale_;
    Series demand_{step, static_cast<std::size_t>(feature_history / step) + 1};
    Rollup rollup_{step};
    std::vector<Season> seasons_;
    FeatureMemory memory_;
    Timestamp next_ = monday;
};

}  // namespace forescale
