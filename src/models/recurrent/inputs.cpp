#include "models/recurrent/inputs.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace forescale::recurrent {

namespace {
constexpr double unit_floor = 0.003;
constexpr double usual_level = 0.693;  ///< log level at which demand is the service's scale
constexpr double bound = 8.0;          ///< in units; beyond it inputs grow ever slower

/// Columns of one declared feature.
struct Columns {
    std::size_t from = 0;
    std::size_t width = 0;
};
Columns columns_of(std::string_view name) {
    Columns at_origin;
    Columns at_target;
    for (const Feature& feature : all_features()) {
        Columns& at = feature.of == FeatureOf::origin ? at_origin : at_target;
        at.width = feature.width;
        if (feature.name == name) return at;
        at.from += feature.width;
    }
    ASSERT(false);  // a feature that is read here was renamed
    return {};
}

constexpr std::array<std::string_view, 8> levels_at_origin{"lags",           "rates",
                                                           "fine_levels",    "fine_deviation",
                                                           "rolling_means",  "rolling_deviation",
                                                           "slot_at_origin", "habit_gap"};
constexpr std::array<std::string_view, 2> levels_at_target{"profile_change", "slot_change"};
constexpr std::array<std::string_view, 2> calendar_at_target{"holiday", "fourier"};
constexpr std::size_t own_columns = 2;  ///< the unit itself, and the level

template <std::size_t N>
std::size_t width_of(const std::array<Columns, N>& blocks) {
    std::size_t width = 0;
    for (const Columns& columns : blocks) width += columns.width;
    return width;
}
template <std::size_t N>
std::array<Columns, N> find(const std::array<std::string_view, N>& names) {
    std::array<Columns, N> found;
    for (std::size_t i = 0; i < N; ++i) found[i] = columns_of(names[i]);
    return found;
}

/// Where the inputs stand among the declared features; looked up once.
struct Places {
    std::array<Columns, levels_at_origin.size()> origin = find(levels_at_origin);
    std::array<Columns, levels_at_target.size()> target = find(levels_at_target);
    std::array<Columns, calendar_at_target.size()> calendar = find(calendar_at_target);
};
const Places& places() {
    static const Places found;
    return found;
}

/// Exact to the bit on every machine: the square root is.
float softly_bounded(double x) {
    const double share = x / bound;
    return static_cast<float>(x / std::sqrt(1.0 + share * share));
}

/// Writes one input after the other.
class Pen {
public:
    explicit Pen(std::span<float> inputs) : to_(inputs.data()) {}
    template <std::size_t N>
    void levels(std::span<const float> row, const std::array<Columns, N>& blocks, double unit) {
        for (const Columns& columns : blocks)
            for (const float value : row.subspan(columns.from, columns.width))
                *to_++ = softly_bounded(static_cast<double>(value) / unit);
    }
    template <std::size_t N>
    void as_is(std::span<const float> row, const std::array<Columns, N>& blocks) {
        for (const Columns& columns : blocks)
            for (const float value : row.subspan(columns.from, columns.width)) *to_++ = value;
    }
    void one(double value) { *to_++ = static_cast<float>(value); }

private:
    float* to_;
};
}  // namespace

std::size_t columns_of_now() {
    return own_columns + width_of(places().origin);
}
std::size_t columns_of_target() {
    return width_of(places().target);
}
std::size_t input_columns(std::size_t looks) {
    return columns_of_now() + looks * columns_of_target() + width_of(places().calendar);
}

std::uint64_t id_of_inputs() {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&](std::string_view name) {
        for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        hash = (hash ^ columns_of(name).width) * 0x100000001b3U;
    };
    for (const auto name : levels_at_origin) add(name);
    for (const auto name : levels_at_target) add(name);
    for (const auto name : calendar_at_target) add(name);
    return hash;
}

double variability(const FeatureMemory& memory, Duration step) {
    const auto apart =
        static_cast<std::size_t>(std::max<Duration::rep>(1, std::chrono::minutes(15) / step));
    const auto least =
        static_cast<double>(std::max<Duration::rep>(2, std::chrono::hours(1) / step));
    const std::vector<double> levels = memory.levels();
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t k = 0; k + apart < levels.size(); ++k) {
        const double change = std::abs(levels[k] - levels[k + apart]);
        if (std::isnan(change)) continue;
        sum += change;
        count += 1.0;
    }
    return count >= least ? std::max(sum / count, unit_floor)
                          : std::numeric_limits<double>::quiet_NaN();
}

bool see(const Sight& sight, std::span<const int> looks, double unit, std::span<float> inputs) {
    ASSERT(inputs.size() == input_columns(looks.size()));
    Pen pen(inputs);
    pen.one(std::log10(unit) + 1.5);
    pen.one(sight.memory.level_now() - usual_level);
    pen.levels(sight.memory.origin(), places().origin, unit);
    std::span<const float> last;
    for (const int look : looks) {
        const auto found = std::ranges::find(sight.anchors, look);
        if (found == sight.anchors.end()) return false;
        last = sight.memory.target(static_cast<std::size_t>(found - sight.anchors.begin()));
        pen.levels(last, places().target, unit);
    }
    pen.as_is(last, places().calendar);
    return true;
}

}  // namespace forescale::recurrent
