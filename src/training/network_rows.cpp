#include "training/network_rows.h"

#include "models/recurrent/inputs.h"
#include "prediction/horizons.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr float weight_min = 0.2F;
constexpr float weight_max = 4.0F;

/// Collects rows while a history is played.
class Collector {
public:
    explicit Collector(const NetworkView& view) : view_(view), row_(view.inputs()) {}

    void step(const TrainingStep& at, bool is_wanted) {
        ++steps_;
        if (at.context.scale > 1.01 * scale_ || scale_ > 1.01 * at.context.scale) {
            scale_ = at.context.scale;
            ++rescalings_;
        }
        notes_.push_back(is_wanted ? note(at) : Note{});
        learn_targets(at);
    }
    NetworkRows take() {
        even_weights();
        return std::move(rows_);
    }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct Note {
        std::size_t row = none;
        double level = 0.0;
        double unit = 0.0;
        std::size_t rescalings = 0;  ///< levels before and after one do not compare
    };

    Note note(const TrainingStep& at) {
        const double level = at.memory.level_now();
        const double unit = recurrent::variability(at.memory, view_.step);
        const bool is_seen =
            !std::isnan(level) && !std::isnan(unit) &&
            recurrent::see({.context = at.context, .anchors = at.anchors, .memory = at.memory},
                           view_.looks, unit, row_);
        if (!is_seen) return {};
        const bool follows =
            !notes_.empty() && notes_.back().row != none && notes_.back().rescalings == rescalings_;
        if (!follows) rows_.pieces.push_back({.begin = rows_.size(), .end = rows_.size()});
        rows_.inputs.insert(rows_.inputs.end(), row_.begin(), row_.end());
        rows_.targets.insert(rows_.targets.end(), view_.horizons.size(),
                             std::numeric_limits<float>::quiet_NaN());
        rows_.weights.push_back(static_cast<float>(unit * std::exp(level)));
        ++rows_.pieces.back().end;
        return {.row = rows_.size() - 1, .level = level, .unit = unit, .rescalings = rescalings_};
    }
    void learn_targets(const TrainingStep& at) {
        const double value = at.context.demand.values().back();
        if (std::isnan(value)) return;
        for (std::size_t h = 0; h < view_.horizons.size(); ++h) {
            const auto ago = static_cast<std::size_t>(view_.horizons[h]);
            if (ago >= steps_) continue;
            const Note& then = notes_[steps_ - 1 - ago];
            if (then.row == none || then.rescalings != rescalings_) continue;
            const double change = log_level(value, scale_) - then.level;
            rows_.targets[then.row * view_.horizons.size() + h] =
                static_cast<float>(change / then.unit);
        }
    }
    void even_weights() {
        double sum = 0.0;
        for (const float weight : rows_.weights) sum += static_cast<double>(weight);
        const auto mean = static_cast<float>(sum / static_cast<double>(rows_.size()));
        for (float& weight : rows_.weights)
            weight = std::clamp(weight / mean, weight_min, weight_max);
    }

    const NetworkView& view_;
    std::vector<float> row_;
    std::vector<Note> notes_;
    std::size_t steps_ = 0;
    double scale_ = 0.0;
    std::size_t rescalings_ = 0;
    NetworkRows rows_;
};
}  // namespace

std::size_t NetworkView::inputs() const {
    return recurrent::input_columns(looks.size());
}

NetworkView network_view(Duration step) {
    using std::chrono::hours;
    using std::chrono::minutes;
    NetworkView view{.step = step, .horizons = {1}, .looks = {}};
    for (const Duration ahead :
         {Duration(minutes(5)), Duration(minutes(10)), Duration(minutes(15)), Duration(hours(1))})
        if (ahead % step == Duration(0) && ahead / step > view.horizons.back())
            view.horizons.push_back(static_cast<int>(ahead / step));
    std::ranges::set_intersection(view.horizons, anchor_steps(step),
                                  std::back_inserter(view.looks));
    return view;
}

void NetworkRows::reserve_like(std::span<const NetworkRows> others) {
    std::size_t of_inputs = inputs.size();
    std::size_t of_targets = targets.size();
    std::size_t of_weights = weights.size();
    for (const NetworkRows& other : others) {
        of_inputs += other.inputs.size();
        of_targets += other.targets.size();
        of_weights += other.weights.size();
    }
    inputs.reserve(of_inputs);
    targets.reserve(of_targets);
    weights.reserve(of_weights);
}

void NetworkRows::append(const NetworkRows& other) {
    for (const Piece& piece : other.pieces)
        pieces.push_back({.begin = piece.begin + size(), .end = piece.end + size()});
    inputs.insert(inputs.end(), other.inputs.begin(), other.inputs.end());
    targets.insert(targets.end(), other.targets.begin(), other.targets.end());
    weights.insert(weights.end(), other.weights.begin(), other.weights.end());
}

NetworkRows network_rows(const TrainingSeries& series, const NetworkView& view, std::size_t from,
                         std::size_t until) {
    // The day before is looked at too: the unit is that of a day.
    const auto day_steps = static_cast<std::size_t>(std::max<Duration::rep>(1, day / view.step));
    const std::size_t looks_from = from > day_steps ? from - day_steps : 0;
    Collector collector(view);
    std::size_t at = looks_from;
    replay(
        series,
        [&](const TrainingStep& step) {
            collector.step(step, at >= from && at < until);
            ++at;
        },
        looks_from);
    return collector.take();
}

}  // namespace forescale
