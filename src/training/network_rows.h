#pragma once
#include "training/replay.h"

#include <vector>

namespace forescale {

/// What a network of one grid step sees and says.
struct NetworkView {
    Duration step{0};
    std::vector<int> horizons;  ///< steps ahead, ascending
    std::vector<int> looks;     ///< anchors whose target columns are inputs

    [[nodiscard]] std::size_t inputs() const;
};
/// 5, 10 and 15 min and 1 h, as far as the grid has them, and always the next step.
[[nodiscard]] NetworkView network_view(Duration step);

/// Origins in order, as the network saw them: one row each.
struct NetworkRows {
    /// Rows that follow each other without a gap.
    struct Piece {
        std::size_t begin;
        std::size_t end;
    };
    std::vector<Piece> pieces;
    std::vector<float> inputs;   ///< [rows][inputs]
    std::vector<float> targets;  ///< [rows][horizons], change of level in units; NaN: not known
    /// [rows] What an error of one unit costs in demand, over its mean; known at the origin, so
    /// that medians stay medians. Between 0.2 and 4.
    std::vector<float> weights;

    [[nodiscard]] std::size_t size() const { return weights.size(); }
    /// Room for all of them, so that append() never copies what is there.
    void reserve_like(std::span<const NetworkRows> others);
    void append(const NetworkRows& other);
};

/// Rows of the origins `from` .. `until` - 1, counted from the oldest step that replay() plays.
[[nodiscard]] NetworkRows network_rows(const TrainingSeries& series, const NetworkView& view,
                                       std::size_t from, std::size_t until);

}  // namespace forescale
