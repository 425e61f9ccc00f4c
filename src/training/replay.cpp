#include "training/replay.h"

#include "prediction/demand_scale.h"
#include "prediction/horizons.h"

namespace forescale {

namespace {
constexpr Duration history_max = day * 60;

std::span<const double> newest(const Series& demand) {
    const auto values = demand.values();
    const auto most = static_cast<std::size_t>(history_max / demand.step());
    return values.last(std::min(values.size(), most));
}
}  // namespace

void replay(const TrainingSeries& series, const std::function<void(const TrainingStep&)>& each) {
    const Duration step = series.demand.step();
    const Anchors anchors = anchor_steps(step);
    Series seen(step, static_cast<std::size_t>(feature_history / step) + 1);
    DemandScale scale;
    FeatureMemory memory(anchors);
    std::vector<Lesson> lessons(anchors.size());
    const auto values = newest(series.demand);
    Timestamp at = series.demand.newest() - step * static_cast<Duration::rep>(values.size() - 1);
    for (const double value : values) {
        seen.append(at, value);
        if (scale.review(seen)) memory.forget();
        const FeatureContext context{.demand = seen,
                                     .zone = series.service.zone,
                                     .holidays = series.service.holidays,
                                     .scale = scale.value()};
        memory.look(context, anchors);
        const double level = log_level(value, scale.value());
        for (std::size_t a = 0; a < anchors.size(); ++a)
            lessons[a] = memory.lesson(a, anchors[a], level);
        each({.context = context, .anchors = anchors, .memory = memory, .lessons = lessons});
        at += step;
    }
}

}  // namespace forescale
