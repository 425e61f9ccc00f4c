#pragma once
#include "models/model.h"

namespace forescale {

/// The feature rows of the last 24 hours, so that what was seen at an origin is there when its
/// target is observed: each row is computed once, used for the forecast, and learned from as it
/// was. Floats: 80 KB per service instead of 160.
class FeatureMemory {
public:
    FeatureMemory() = default;
    explicit FeatureMemory(const Anchors& anchors);

    /// Computes the rows of the newest step.
    void look(const FeatureContext& context, const Anchors& anchors);
    /// Everything seen before is in another scale of log levels.
    void forget();
    /// The level changed `steps` ago: origins before that count as if demand had been `factor`
    /// times what it was. Their rows are relative to their level, and stay.
    void relevel(std::size_t steps, double factor, double scale);
    /// Nothing is to be learned from the origins that lie `from` to `until` steps ago.
    void forget(std::size_t from, std::size_t until);

    [[nodiscard]] double level_now() const { return levels_[slot(0)]; }
    [[nodiscard]] std::span<const float> origin() const { return origin_row(slot(0)); }
    /// Row and level of an earlier origin, `steps_ago` < steps_kept() ago.
    [[nodiscard]] std::span<const float> origin(std::size_t steps_ago) const {
        return origin_row(slot(steps_ago));
    }
    [[nodiscard]] double level(std::size_t steps_ago) const { return levels_[slot(steps_ago)]; }
    /// level() of all steps that are kept, the newest first.
    [[nodiscard]] std::vector<double> levels() const;
    [[nodiscard]] std::size_t steps_kept() const {
        return std::min<std::size_t>(steps_, levels_.size());
    }
    [[nodiscard]] std::span<const float> target(std::size_t anchor) const {
        return target_row(anchor, steps_);
    }
    /// The target `anchor` steps after its origin is the newest step; `level` is its log level, NaN
    /// when it is missing.
    [[nodiscard]] Lesson lesson(std::size_t anchor, int horizon, double level) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, levels_, origins_, targets_);
    }

private:
    [[nodiscard]] std::size_t slot(std::uint64_t steps_ago) const {
        return (steps_ - steps_ago) % levels_.size();
    }
    [[nodiscard]] std::span<const float> origin_row(std::size_t slot) const;
    [[nodiscard]] std::span<const float> target_row(std::size_t anchor, std::uint64_t step) const;

    std::uint64_t steps_ = 0;
    std::vector<double> levels_;  ///< ring: level_now() at each origin
    std::vector<float> origins_;  ///< ring of rows
    std::vector<std::vector<float>>
        targets_;  ///< per anchor a ring of rows, one longer than the horizon
};

}  // namespace forescale
