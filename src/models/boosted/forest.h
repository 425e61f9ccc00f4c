#pragma once
#include "base/archive.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forescale::boosted {

/// One node of a tree. A leaf leads to itself: its column is the one behind the row, which holds
/// NaN and is never >= anything. So a walk needs no test for the end, and eight of them run side by
/// side.
struct Node {
    float threshold = 0.0F;    ///< of a leaf: its value
    std::uint16_t column = 0;  ///< of a leaf: one past the last column
    std::uint16_t left = 0;    ///< node taken when row[column] < threshold; the next one otherwise

    template <class Archive>
    void fields(Archive& archive) {
        archive(threshold, column, left);
    }
};

/// The nodes of one tree: the root first, every child behind its parent, the two children of a
/// split side by side.
using Tree = std::vector<Node>;

/// Where a forest begins: coefficients . row + intercept.
struct LinearStart {
    std::vector<float> coefficients;  ///< one per column, or none
    float intercept = 0.0F;

    [[nodiscard]] double say(std::span<const float> row) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(coefficients, intercept);
    }
};

/// A sum of regression trees on top of a linear start, for one target. Evaluation is our own: a
/// call of the library that trains them costs 26 us a row, this one 0.5 us for 100 trees, with the
/// same bits.
class Forest {
public:
    Forest() = default;
    /// The trees must be valid: see is_valid().
    Forest(std::size_t columns, LinearStart start, std::span<const Tree> trees);

    /// row: [columns() + 1], finite, the last one NaN.
    [[nodiscard]] double say(std::span<const float> row) const;
    /// The sum of the trees alone: float, in the order of the trees, as XGBoost adds them.
    [[nodiscard]] float trees_say(std::span<const float> row) const;

    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] std::size_t trees() const { return sizes_.size(); }
    /// Every index leads where it may, and every number is finite: what evaluation relies on.
    [[nodiscard]] bool is_valid() const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(columns_, start_, sizes_, nodes_);
        if constexpr (Archive::is_reading) {
            if (is_valid())
                index();
            else
                archive.refuse();
        }
    }

private:
    static constexpr std::size_t lanes = 8;
    static constexpr std::size_t columns_max = 255;
    static constexpr std::uint32_t nodes_max = 1U << 24U;

    void index();
    void index_tree(std::uint32_t root, std::uint16_t size);

    std::uint32_t columns_ = 0;
    LinearStart start_;
    std::vector<std::uint16_t> sizes_;  ///< nodes per tree
    std::vector<Node> nodes_;           ///< of all trees, one after the other

    /// The same nodes as they are walked: a walk is one number that counts over all trees.
    struct Step {
        float threshold = 0.0F;
        std::uint16_t column = 0;
        std::uint16_t to_right = 1;  ///< nodes on to the right child; the left one is before it
    };
    std::vector<Step> steps_;
    std::vector<std::uint32_t>
        roots_;  ///< per tree, filled up to a multiple of `lanes` with the last one
    std::vector<std::uint16_t> depths_;  ///< per `lanes` trees: the longest walk among them
};

/// The forests of one way of looking at the target, per horizon.
struct ForestGroup {
    std::string variant;                 ///< name of the member
    Duration step{0};                    ///< of the grid on which it was trained
    std::vector<std::int32_t> horizons;  ///< steps, ascending
    std::vector<Forest> forests;         ///< one per horizon

    /// Null when there is none for this horizon.
    [[nodiscard]] const Forest* at(int horizon) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(variant, step, horizons, forests);
        if constexpr (Archive::is_reading)
            if (horizons.size() != forests.size()) archive.refuse();
    }
};

/// Every boosted forest of one training.
struct ForestSet {
    std::uint64_t columns_hash = 0;  ///< of the columns at training time; see tree_columns_hash()
    std::vector<ForestGroup> groups;

    [[nodiscard]] bool empty() const { return groups.empty(); }
    /// Null when nothing was trained for this step of the grid.
    [[nodiscard]] const ForestGroup* find(std::string_view variant, Duration step) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(columns_hash, groups);
    }
};

}  // namespace forescale::boosted
