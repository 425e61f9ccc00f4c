#pragma once
#include "base/archive.h"
#include "features/feature.h"
#include "features/seasons.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

class FeatureMemory;
struct TrainedModels;
namespace prophet {
struct FitOfStep;
}

/// The horizons, in grid steps ascending, for which every member is asked; between them the path is
/// interpolated.
using Anchors = std::vector<int>;

/// A target that has just been observed, as it looked from its origin: what a model may learn from.
struct Lesson {
    bool present = false;  ///< both origin and target are known; the rest has no meaning otherwise
    std::span<const float> origin;  ///< feature columns of the origin, as they were then
    std::span<const float> target;  ///< feature columns of the target, as they were then
    double level_then = 0.0;        ///< level_now() at the origin
    double level = 0.0;             ///< log level of the target
};

/// What context, rollup and memory hold of the past is no longer what they held a step ago. Fits of
/// the past are to be made again.
struct PastCorrection {
    /// What all before a change of level was multiplied by; none where an incident of more than an
    /// hour was replaced by what was to be expected.
    std::optional<double> level_factor = {};
};

/// One closed grid step, as every model sees it.
struct Moment {
    const FeatureContext& context;
    const Anchors& anchors;
    double level_now = 0.0;         ///< log level of the newest sample; NaN when it is too old
    std::span<const float> origin;  ///< feature columns of now; NaN columns read as 0
    std::span<const std::span<const float>> targets;  ///< per anchor
    std::span<const Lesson> lessons;                  ///< per anchor: the target that this step is
    const FeatureMemory& memory;                      ///< the rows of the last 24 h
    const Series& rollup;  ///< means per hour (or per coarser step), closed ones, 60 days
    std::span<const Season> seasons;  ///< of the history, strongest first; looked for once a day
    const TrainedModels& trained;     ///< what was learned over many services; may be empty
    bool rescaled =
        false;  ///< context.scale changed: what was learned in log levels no longer applies
    std::optional<PastCorrection> correction = {};  ///< made at this step
    prophet::FitOfStep* fit_of_step = nullptr;      ///< shared by the members; null: each its own

    /// The same moment for members that use other trained models.
    [[nodiscard]] Moment with(const TrainedModels& other) const {
        return {.context = context,
                .anchors = anchors,
                .level_now = level_now,
                .origin = origin,
                .targets = targets,
                .lessons = lessons,
                .memory = memory,
                .rollup = rollup,
                .seasons = seasons,
                .trained = other,
                .rescaled = rescaled,
                .correction = correction,
                .fit_of_step = fit_of_step};
    }
    [[nodiscard]] Timestamp target(std::size_t anchor) const {
        return context.origin() + context.demand.step() * anchors[anchor];
    }
};

/// What a member says: a median per anchor, or why it says nothing.
struct Answer {
    std::vector<double>
        medians;  ///< demand per anchor; NaN for an anchor at which it has nothing to say
    /// Half the width of its own central 80 % interval in log levels, per anchor; empty, or NaN:
    /// not known.
    std::vector<double> spreads = {};
    std::string asleep_because = {};  ///< not empty: the whole member sleeps
};

/// One way of forecasting demand, learning step by step. Pure state: the same steps give the same
/// bits.
class Model {
public:
    virtual ~Model() = default;
    /// Learns from the newest step and answers for every anchor. Called once per grid step, gaps
    /// included.
    virtual Answer step(const Moment& moment) = 0;
    /// Both directions of a checkpoint; a loaded model goes on to the bit.
    virtual void save(ArchiveWriter& archive) = 0;
    virtual void load(ArchiveReader& archive) = 0;
};

/// A member that sleeps.
[[nodiscard]] inline Answer asleep(std::string because) {
    return {.medians = {}, .asleep_because = std::move(because)};
}

}  // namespace forescale
