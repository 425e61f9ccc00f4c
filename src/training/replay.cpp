#include "training/replay.h"

#include "features/profile.h"
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
/// Those of series.fine that end `steps_left` grid steps before the newest one.
std::vector<double> fine_at(const TrainingSeries& series, std::size_t steps_left) {
    if (series.fine_step <= Duration(0) || series.fine.empty()) return {};
    const auto per_step = static_cast<std::size_t>(series.demand.step() / series.fine_step);
    const auto wanted = static_cast<std::size_t>(fine_history / series.fine_step);
    if (series.fine.size() < per_step * steps_left + wanted) return {};
    const auto end = series.fine.end() - static_cast<std::ptrdiff_t>(per_step * steps_left);
    return {end - static_cast<std::ptrdiff_t>(wanted), end};
}
}  // namespace

void replay(const TrainingSeries& series, const std::function<void(const TrainingStep&)>& each,
            std::size_t looks_from) {
    const Duration step = series.demand.step();
    const Anchors anchors = anchor_steps(step);
    Series seen(step, static_cast<std::size_t>(feature_history / step) + 1);
    SlotProfiles profiles(step);
    DemandScale scale;
    FeatureMemory memory(anchors);
    std::vector<Lesson> lessons(anchors.size());
    const auto values = newest(series.demand);
    Timestamp at = series.demand.newest() - step * static_cast<Duration::rep>(values.size() - 1);
    std::size_t steps_left = values.size();
    for (const double value : values) {
        --steps_left;
        seen.append(at, value);
        if (scale.review(seen)) memory.forget();
        at += step;
        const std::vector<double> fine = fine_at(series, steps_left);
        const FeatureContext context{.demand = seen,
                                     .zone = series.service.zone,
                                     .holidays = series.service.holidays,
                                     .scale = scale.value(),
                                     .fine = fine,
                                     .fine_step = series.fine_step,
                                     .profiles = &profiles};
        profiles.look(context);
        if (values.size() - steps_left <= looks_from) continue;
        memory.look(context, anchors);
        const double level = log_level(value, scale.value());
        for (std::size_t a = 0; a < anchors.size(); ++a)
            lessons[a] = memory.lesson(a, anchors[a], level);
        each({.context = context, .anchors = anchors, .memory = memory, .lessons = lessons});
    }
}

}  // namespace forescale
