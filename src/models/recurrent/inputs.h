#pragma once
#include "models/feature_memory.h"

#include <span>

namespace forescale::recurrent {

/// What the network sees of one grid step.
struct Sight {
    const FeatureContext& context;
    const Anchors& anchors;
    const FeatureMemory& memory;
};

/// How many inputs there are with target columns at this many anchors.
[[nodiscard]] std::size_t input_columns(std::size_t looks);
/// They stand in this order: what is seen of now, what is known of the target for each look, and
/// the calendar.
[[nodiscard]] std::size_t columns_of_now();
[[nodiscard]] std::size_t columns_of_target();
/// Of the names, widths and order of the columns that are inputs: a network belongs to one.
[[nodiscard]] std::uint64_t id_of_inputs();

/// How much the level usually moves within 15 min (one step on a coarser grid): mean absolute
/// change over the last 24 h, in log levels, at least 0.003. NaN with less than 1 h of it. Inputs
/// and answers are counted in it, so that one network serves calm and restless services.
[[nodiscard]] double variability(const FeatureMemory& memory, Duration step);

/// Fills the inputs of the newest step: levels relative to now and changes of habit, in units of
/// `unit` and softly bounded, then the calendar. False: one of `looks` is no anchor.
[[nodiscard]] bool see(const Sight& sight, std::span<const int> looks, double unit,
                       std::span<float> inputs);

}  // namespace forescale::recurrent
