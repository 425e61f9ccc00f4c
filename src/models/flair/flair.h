#pragma once
#include "models/registry.h"

namespace forescale::flair {

/// The last four weeks as a matrix of days by quarters of an hour: one shape of the day times one
/// level per day explains most of it, and the level of the coming day is a small ridge on the
/// levels before. What the target's slot did a day and some weeks ago beyond that, and how far
/// demand is off it now, is added as far as it proved to last, learned per horizon. A day is the 24
/// h up to now, so that today's part counts; shape and levels are fitted every 4 h. Needs two days
/// of history.
/// source  the method of FLAIR (github.com/TakatoHonda/FLAIR: rank-1 shape, ridge on the level with
/// leave-one-out averaged penalty); robust rank 1 by reweighted alternating least squares
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::flair
