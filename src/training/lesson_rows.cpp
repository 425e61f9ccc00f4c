#include "training/lesson_rows.h"

#include "base/rng.h"
#include "models/boosted/tree_row.h"
#include "prediction/horizons.h"

#include <cmath>

namespace forescale {

namespace {
/// Below, the newest level is nearly the answer, and trees would cost as much as everywhere.
constexpr Duration nearest = std::chrono::minutes(15);

/// How far apart the origins that teach are: neighbours say the same, the more so the further
/// ahead.
Duration stride_at(Duration horizon, Duration step) {
    if (horizon <= std::chrono::hours(1)) return step;
    const bool is_headline = horizon == day;
    return std::max<Duration>(step, std::chrono::minutes(is_headline ? 15 : 30));
}

/// Draws the origins of one service that teach.
class Draw {
public:
    Draw(std::size_t steps, std::size_t rows_max, std::uint64_t seed)
        : share_(std::min(1.0, static_cast<double>(rows_max) /
                                   static_cast<double>(std::max<std::size_t>(steps, 1)))),
          seed_(seed) {}
    [[nodiscard]] bool takes(Timestamp origin) const {
        if (share_ >= 1.0) return true;
        Rng rng(seed_ ^ static_cast<std::uint64_t>(origin.time_since_epoch().count()));
        rng.next();
        return rng.uniform() < share_;
    }

private:
    double share_;
    std::uint64_t seed_;
};

class Collector {
public:
    Collector(Duration step, const LessonSettings& settings, std::size_t services)
        : step_(step),
          settings_(settings),
          rows_per_service_(
              std::max<std::size_t>(1, settings.rows_max / std::max<std::size_t>(1, services))),
          row_(boosted::tree_columns() + 1) {
        const Anchors anchors = anchor_steps(step);
        for (std::size_t a = 0; a < anchors.size(); ++a) {
            const int horizon = anchors[a];
            if (step * horizon < nearest) continue;
            anchors_.push_back(a);
            lessons_.push_back({.horizon = horizon, .rows = {}});
            lessons_.back().rows.columns = boosted::tree_columns();
        }
    }

    void play(const TrainingSeries& series, std::uint64_t seed) {
        const auto steps = static_cast<std::size_t>(settings_.history / step_);
        const Timestamp from = series.demand.newest() - settings_.history;
        replay(series, [&](const TrainingStep& at) {
            if (at.context.origin() <= from) return;
            for (std::size_t i = 0; i < lessons_.size(); ++i) {
                const Lesson& lesson = at.lessons[anchors_[i]];
                if (!lesson.present) continue;
                const Duration horizon = step_ * lessons_[i].horizon;
                const Timestamp origin = at.context.origin() - horizon;
                const Duration stride = stride_at(horizon, step_);
                if (origin != floor_to(origin, stride)) continue;
                const Draw draw(steps / static_cast<std::size_t>(stride / step_), rows_per_service_,
                                seed);
                if (draw.takes(origin)) keep(lessons_[i].rows, lesson);
            }
        });
    }
    std::vector<LessonRows> take() { return std::move(lessons_); }

private:
    void keep(BoostingRows& rows, const Lesson& lesson) {
        boosted::tree_row(lesson.origin, lesson.target, row_);
        rows.values.insert(rows.values.end(), row_.begin(), row_.end() - 1);
        rows.targets.push_back(static_cast<float>(lesson.level - lesson.level_then));
        rows.weights.push_back(1.0F);  // by demand: 8 % more error at 1 h
    }

    Duration step_;
    LessonSettings settings_;
    std::size_t rows_per_service_;
    std::vector<float> row_;            ///< scratch
    std::vector<std::size_t> anchors_;  ///< of lessons_, among those of the step
    std::vector<LessonRows> lessons_;
};
}  // namespace

std::vector<LessonRows> collect_lessons(std::span<const TrainingSeries* const> fleet, Duration step,
                                        const LessonSettings& settings) {
    Collector collector(step, settings, fleet.size());
    for (std::size_t s = 0; s < fleet.size(); ++s)
        collector.play(*fleet[s], settings.seed + s * 0x9e3779b97f4a7c15U);
    return collector.take();
}

}  // namespace forescale
