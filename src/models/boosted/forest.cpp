#include "models/boosted/forest.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace forescale::boosted {

namespace {
bool is_valid_node(std::span<const Node> tree, std::size_t at, std::size_t columns) {
    const Node& node = tree[at];
    if (!std::isfinite(node.threshold)) return false;
    if (node.column == columns) return node.left == at;
    // Children behind their parent: a walk ends after at most as many steps as there are nodes.
    return node.column < columns && node.left > at && node.left + std::size_t{1} < tree.size();
}

bool is_valid_tree(std::span<const Node> tree, std::size_t columns) {
    for (std::size_t at = 0; at < tree.size(); ++at)
        if (!is_valid_node(tree, at, columns)) return false;
    return !tree.empty();
}

/// Splits on the longest way from the root to a leaf.
std::uint16_t depth_of(std::span<const Node> tree) {
    std::vector<std::uint16_t> depth(tree.size(), 0);
    std::uint16_t most = 0;
    for (std::size_t at = 0; at < tree.size(); ++at) {
        most = std::max(most, depth[at]);
        if (tree[at].left == at) continue;
        const auto below = static_cast<std::uint16_t>(depth[at] + 1);
        depth[tree[at].left] = below;
        depth[tree[at].left + std::size_t{1}] = below;
    }
    return most;
}
}  // namespace

double LinearStart::say(std::span<const float> row) const {
    double sum = static_cast<double>(intercept);
    for (std::size_t i = 0; i < coefficients.size(); ++i)
        sum += static_cast<double>(coefficients[i]) * static_cast<double>(row[i]);
    return sum;
}

Forest::Forest(std::size_t columns, LinearStart start, std::span<const Tree> trees)
    : columns_(static_cast<std::uint32_t>(columns)), start_(std::move(start)) {
    for (const Tree& tree : trees) {
        nodes_.insert(nodes_.end(), tree.begin(), tree.end());
        sizes_.push_back(static_cast<std::uint16_t>(tree.size()));
    }
    ASSERT(is_valid());
    index();
}

bool Forest::is_valid() const {
    if (columns_ > columns_max - 1 || nodes_.size() > nodes_max) return false;
    const auto& coefficients = start_.coefficients;
    if (!coefficients.empty() && coefficients.size() != columns_) return false;
    const auto is_finite = [](float value) { return std::isfinite(value); };
    if (!std::ranges::all_of(coefficients, is_finite) || !is_finite(start_.intercept)) return false;
    std::size_t begin = 0;
    for (const std::uint16_t size : sizes_) {
        if (size > nodes_.size() - begin) return false;
        if (!is_valid_tree(std::span(nodes_).subspan(begin, size), columns_)) return false;
        begin += size;
    }
    return begin == nodes_.size();
}

void Forest::index() {
    steps_.clear();
    roots_.clear();
    depths_.clear();
    std::uint32_t root = 0;
    for (const std::uint16_t size : sizes_) {
        index_tree(root, size);
        root += size;
    }
    while (roots_.size() % lanes != 0) roots_.push_back(roots_.back());
}

void Forest::index_tree(std::uint32_t root, std::uint16_t size) {
    const auto tree = std::span(nodes_).subspan(root, size);
    for (std::size_t at = 0; at < tree.size(); ++at)
        steps_.push_back({.threshold = tree[at].threshold,
                          .column = tree[at].column,
                          .to_right = static_cast<std::uint16_t>(tree[at].left - at + 1)});
    if (roots_.size() % lanes == 0) depths_.push_back(0);
    depths_.back() = std::max(depths_.back(), depth_of(tree));
    roots_.push_back(root);
}

float Forest::trees_say(std::span<const float> row) const {
    ASSERT(row.size() == columns_ + std::size_t{1});
    const float* const values = row.data();
    const Step* const steps = steps_.data();
    const auto next = [&](std::uint32_t at) -> std::uint32_t {
        const Step& step = steps[at];
        return at + step.to_right - (values[step.column] >= step.threshold ? 0U : 1U);
    };
    float sum = 0.0F;
    for (std::size_t g = 0; g < depths_.size(); ++g) {
        std::array<std::uint32_t, lanes> at;
        std::copy_n(roots_.data() + g * lanes, lanes, at.begin());
        // Written out lane by lane: eight walks wait for memory at the same time.
        [&]<std::size_t... lane>(std::index_sequence<lane...>) {
            for (std::uint16_t d = 0; d < depths_[g]; ++d)
                ((std::get<lane>(at) = next(std::get<lane>(at))), ...);
        }(std::make_index_sequence<lanes>{});
        const std::size_t count = std::min(lanes, sizes_.size() - g * lanes);
        for (std::size_t lane = 0; lane < count; ++lane) sum += steps[at[lane]].threshold;
    }
    return sum;
}

double Forest::say(std::span<const float> row) const {
    return start_.say(row) + static_cast<double>(trees_say(row));
}

const Forest* ForestGroup::at(int horizon) const {
    const auto found = std::ranges::lower_bound(horizons, horizon);
    if (found == horizons.end() || *found != horizon) return nullptr;
    return &forests[static_cast<std::size_t>(found - horizons.begin())];
}

const ForestGroup* ForestSet::find(std::string_view variant, Duration step) const {
    for (const ForestGroup& group : groups)
        if (group.step == step && group.variant == variant) return &group;
    return nullptr;
}

}  // namespace forescale::boosted
