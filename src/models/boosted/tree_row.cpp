#include "models/boosted/tree_row.h"

#include "base/assert.h"
#include "features/feature.h"

#include <algorithm>
#include <array>
#include <limits>

namespace forescale::boosted {

namespace {
bool is_seen(const Feature& feature) {
    return feature.name != "fourier" && feature.name != "constant";
}

/// A run of neighbouring columns that trees see.
struct Run {
    FeatureOf of;
    std::size_t begin;
    std::size_t width;
};

/// A level at the target relative to now: where the same time stood relative to now, and what came
/// after it then. Trees compare one column at a time; they cannot add two.
struct Sum {
    std::size_t of_origin;
    std::size_t of_target;
};

std::size_t column_of(FeatureOf of, std::string_view name) {
    std::size_t column = 0;
    for (const Feature& feature : all_features()) {
        if (feature.of != of) continue;
        if (feature.name == name) return column;
        column += feature.width;
    }
    ASSERT(false);
    return column;
}

std::array<Sum, 6> find_sums() {
    const std::size_t gap = column_of(FeatureOf::origin, "habit_gap");
    const std::size_t slot = column_of(FeatureOf::origin, "slot_at_origin");
    const std::size_t profile = column_of(FeatureOf::target, "profile_change");
    const std::size_t change = column_of(FeatureOf::target, "slot_change");
    return {{{gap, profile},
             {slot, change},
             {slot + 1, change + 1},
             {slot + 2, change + 2},
             {slot + 3, change + 4},
             {slot + 4, change + 5}}};
}
const std::array<Sum, 6>& sums() {
    static const std::array<Sum, 6> all = find_sums();
    return all;
}

/// In the order of a tree row: those of the origin first.
std::vector<Run> find_runs() {
    std::vector<Run> runs;
    for (const FeatureOf of : {FeatureOf::origin, FeatureOf::target}) {
        std::size_t column = 0;
        for (const Feature& feature : all_features()) {
            if (feature.of != of) continue;
            if (is_seen(feature)) runs.push_back({of, column, feature.width});
            column += feature.width;
        }
    }
    return runs;
}
const std::vector<Run>& runs() {
    static const std::vector<Run> all = find_runs();
    return all;
}
}  // namespace

std::size_t tree_columns() {
    static const std::size_t count = [] {
        std::size_t sum = sums().size();
        for (const Run& run : runs()) sum += run.width;
        return sum;
    }();
    return count;
}

std::size_t tree_sums() {
    return sums().size();
}

std::uint64_t tree_columns_hash() {
    static const std::uint64_t hash = [] {
        std::uint64_t fnv = 0xcbf29ce484222325U;
        const auto mix = [&](std::uint64_t byte) { fnv = (fnv ^ byte) * 0x100000001b3U; };
        for (const Feature& feature : all_features()) {
            if (!is_seen(feature)) continue;
            for (const char c : feature.name) mix(static_cast<unsigned char>(c));
            mix(feature.width);
        }
        return fnv;
    }();
    return hash;
}

std::size_t tree_column(std::string_view name) {
    std::size_t column = 0;
    for (const FeatureOf of : {FeatureOf::origin, FeatureOf::target})
        for (const Feature& feature : all_features()) {
            if (feature.of != of || !is_seen(feature)) continue;
            if (feature.name == name) return column;
            column += feature.width;
        }
    ASSERT(false);
    return column;
}

void tree_row(std::span<const float> origin, std::span<const float> target, std::span<float> out) {
    ASSERT(out.size() == tree_columns() + 1);
    auto at = out.begin();
    for (const Run& run : runs()) {
        const auto from =
            (run.of == FeatureOf::origin ? origin : target).subspan(run.begin, run.width);
        at = std::ranges::copy(from, at).out;
    }
    for (const Sum& sum : sums()) *at++ = origin[sum.of_origin] + target[sum.of_target];
    *at = std::numeric_limits<float>::quiet_NaN();
}

}  // namespace forescale::boosted
