#include "features/seasons.h"

#include "features/spectrum.h"

#include <cmath>
#include <optional>

namespace forescale {

namespace {
constexpr Duration bin_min = std::chrono::minutes(15);
constexpr Duration week = day * 7;
constexpr std::size_t bins_min = 24;
constexpr std::size_t seasons_max = 4;
constexpr std::size_t lines_max = 6;
constexpr double period_min = 3.0;  ///< bins
constexpr double cycles_min = 3.0;  ///< of a period that no calendar proposes

/// The history in equal bins, as log levels without outliers; NaN: missing.
struct Bins {
    Duration width{0};
    std::vector<double> levels;
};

Bins to_bins(const Series& demand) {
    const auto per_bin = static_cast<std::size_t>(
        std::max<Duration::rep>(1, (bin_min + demand.step() - Duration(1)) / demand.step()));
    const auto values = demand.values();
    Bins bins{.width = demand.step() * static_cast<Duration::rep>(per_bin), .levels = {}};
    for (std::size_t start = values.size() % per_bin; start < values.size(); start += per_bin) {
        double sum = 0.0;
        double present = 0.0;
        for (const double value : values.subspan(start, per_bin)) {
            if (std::isnan(value)) continue;
            sum += value;
            present += 1.0;
        }
        bins.levels.push_back(present > 0.0 ? sum / present : Series::missing);
    }
    return bins;
}

double at_share(std::vector<double>& values, double share) {
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

/// Demand to log levels about the median of what is not zero; the rarest percent on either side is
/// cut off. False: nothing in it changes, or too little is there.
bool to_levels(std::vector<double>& values) {
    std::vector<double> present;
    std::vector<double> positive;
    for (const double value : values) {
        if (!std::isnan(value)) present.push_back(value);
        if (value > 0.0) positive.push_back(value);
    }
    if (present.size() < bins_min || 2 * present.size() < values.size() || positive.empty())
        return false;
    const double scale = at_share(positive, 0.5);
    const double lowest = at_share(present, 0.01);
    const double highest = at_share(present, 0.99);
    if (highest - lowest <= 1e-9 * highest) return false;
    for (double& value : values)
        value = std::log1p(std::max(std::clamp(value, lowest, highest), 0.0) / scale);
    return true;
}

/// Levels with their sums from the first on, which every period is folded with.
struct Summed {
    std::span<const double> levels;
    std::vector<double> sums;    ///< [levels + 1] of what is present before each
    std::vector<double> counts;  ///< [levels + 1]

    explicit Summed(std::span<const double> of)
        : levels(of), sums(of.size() + 1), counts(of.size() + 1) {
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const bool is_present = !std::isnan(levels[i]);
            sums[i + 1] = sums[i] + (is_present ? levels[i] : 0.0);
            counts[i + 1] = counts[i] + (is_present ? 1.0 : 0.0);
        }
    }
    [[nodiscard]] double mean(std::size_t from, std::size_t to) const {
        return (sums[to] - sums[from]) / std::max(counts[to] - counts[from], 1.0);
    }
};

/// Deviations from the mean over one period around: neither trend nor level is left in them.
std::vector<double> without_level(const Summed& of, double period) {
    const auto half = static_cast<std::size_t>(std::lround(0.5 * period));
    const std::size_t size = of.levels.size();
    std::vector<double> deviations(size);
    for (std::size_t i = 0; i < size; ++i)
        deviations[i] =
            of.levels[i] - of.mean(i > half ? i - half : 0, std::min(i + half, size - 1) + 1);
    return deviations;
}

/// One period laid over itself.
struct Fold {
    double period = 0.0;    ///< bins
    double repeats = 0.0;   ///< share of the variance of a cycle that the other cycles foretell
    double variance = 0.0;  ///< about the level, per bin
    std::vector<double> shape;

    /// Calls each(bin, phase) for all bins.
    template <class Each>
    void walk(std::size_t bins, Each each) const {
        const double advance = static_cast<double>(shape.size()) / period;
        double turned = 0.0;
        for (std::size_t i = 0; i < bins; ++i) {
            each(i, std::min(static_cast<std::size_t>(turned), shape.size() - 1));
            turned += advance;
            if (turned >= static_cast<double>(shape.size()))
                turned -= static_cast<double>(shape.size());
        }
    }
};

Fold fold(const Summed& levels, double period) {
    Fold of{.period = period,
            .repeats = 0.0,
            .variance = 0.0,
            .shape = std::vector<double>(static_cast<std::size_t>(std::lround(period)))};
    const std::vector<double> deviations = without_level(levels, period);
    std::vector<double> squares(of.shape.size());
    std::vector<double> counts(of.shape.size());
    std::vector<double>& shape = of.shape;
    of.walk(deviations.size(), [&](std::size_t i, std::size_t phase) {
        if (std::isnan(deviations[i])) return;
        shape[phase] += deviations[i];
        squares[phase] += deviations[i] * deviations[i];
        counts[phase] += 1.0;
    });
    double foretold = 0.0;  // squared error of the mean of the other cycles
    double total = 0.0;
    double present = 0.0;
    for (std::size_t phase = 0; phase < shape.size(); ++phase) {
        const double n = counts[phase];
        if (n < 2.0) continue;
        shape[phase] /= n;
        const double around = squares[phase] - n * shape[phase] * shape[phase];
        foretold += around * (n / (n - 1.0)) * (n / (n - 1.0));
        total += squares[phase];
        present += n;
    }
    if (total <= 0.0) return of;
    of.repeats = 1.0 - foretold / total;
    of.variance = total / present;
    return of;
}

/// What cycles of noise, or of a random walk, foretell of each other stays below this.
double repeats_min(double cycles) {
    return 0.06 + 0.9 / cycles;
}

class Search {
public:
    explicit Search(const Bins& bins) : width_(bins.width), levels_(bins.levels) {}

    std::vector<Season> run() {
        std::vector<Season> seasons;
        while (seasons.size() < seasons_max) {
            const std::optional<Fold> found = strongest();
            if (!found) break;
            if (seasons.empty()) variance_ = found->variance;
            const double strength = found->repeats * found->variance / variance_;
            if (strength < strength_min) break;
            seasons.push_back(
                {.period = rounded(found->period), .strength = std::clamp(strength, 0.0, 1.0)});
            found->walk(levels_.size(), [&](std::size_t i, std::size_t phase) {
                levels_[i] -= found->shape[phase];
            });
            taken_.push_back(found->period);
        }
        std::ranges::stable_sort(seasons, std::ranges::greater{}, &Season::strength);
        return seasons;
    }

private:
    static constexpr double strength_min = 0.03;  ///< below it nothing is gained by knowing

    static double explained(const Fold& fold) { return fold.repeats * fold.variance; }
    [[nodiscard]] double in_bins(Duration period) const {
        return static_cast<double>(period.count()) / static_cast<double>(width_.count());
    }
    /// Cycles that are seen.
    [[nodiscard]] double cycles(double period) const {
        return static_cast<double>(levels_.size()) / period;
    }
    /// People and programs repeat themselves after whole 5 minutes, mostly.
    [[nodiscard]] Duration rounded(double period) const {
        constexpr Duration unit = std::chrono::minutes(5);
        const double units =
            period * static_cast<double>(width_.count()) / static_cast<double>(unit.count());
        return unit * std::lround(units);
    }
    /// The round period within the resolution of the spectrum that repeats best.
    [[nodiscard]] Fold refined(const Summed& levels, double period) const {
        Fold best = fold(levels, period);
        const double reach = 0.4 * period / cycles(period);
        for (const Duration unit : {std::chrono::minutes(5), std::chrono::minutes(30)}) {
            const double units = in_bins(unit);
            const double round = std::round(period / units) * units;
            if (round < period_min || std::abs(round - period) > reach) continue;
            Fold other = fold(levels, round);
            if (other.repeats >= best.repeats - 0.01) best = std::move(other);
        }
        return best;
    }
    void consider(std::vector<Fold>& found, Fold candidate) const {
        if (candidate.repeats >= repeats_min(cycles(candidate.period)))
            found.push_back(std::move(candidate));
    }
    void consider_calendar(std::vector<Fold>& found, const Summed& levels, double period) const {
        constexpr double calendar_cycles_min = 2.0;
        const auto is_same = [&](double t) { return std::abs(t - period) < 0.5; };
        if (cycles(period) >= calendar_cycles_min && std::ranges::none_of(taken_, is_same))
            consider(found, fold(levels, period));
    }
    /// Periods that spectrum and autocorrelation propose, each once.
    [[nodiscard]] std::vector<double> proposals() const {
        std::vector<double> periods(taken_);
        periods.push_back(in_bins(day));
        periods.push_back(in_bins(week));
        const std::size_t known = periods.size();
        const auto propose = [&](double period) {
            if (period < period_min - 0.1 || cycles(period) < cycles_min) return;
            const auto is_same = [&](double t) {
                return std::abs(t - period) <= std::max(0.5 * period / cycles(period), 0.1);
            };
            if (std::ranges::none_of(periods, is_same)) periods.push_back(period);
        };
        const Spectrum spectrum = spectrum_of(levels_, lines_max);
        if (spectrum.lines.empty()) return {};
        propose(spectrum.lag);
        for (const SpectralLine& line : spectrum.lines)
            for (const double times : {1.0, 2.0, 3.0}) propose(times * line.period);
        periods.erase(periods.begin(), periods.begin() + static_cast<std::ptrdiff_t>(known));
        return periods;
    }
    // A period that is contained in a longer one comes first, if it says as much; the day comes
    // before the week if it says a good part.
    [[nodiscard]] bool comes_before(const Fold& shorter, const Fold& longer) const {
        const double times = longer.period / shorter.period;
        if (times < 1.5 || std::abs(times - std::round(times)) > 0.05) return false;
        const bool is_day = std::abs(shorter.period - in_bins(day)) < 0.5;
        return explained(shorter) > (is_day ? 0.3 : 0.9) * explained(longer);
    }
    [[nodiscard]] std::optional<Fold> strongest() const {
        std::vector<Fold> found;
        const Summed levels(levels_);
        consider_calendar(found, levels, in_bins(day));
        consider_calendar(found, levels, in_bins(week));
        for (const double period : proposals()) consider(found, refined(levels, period));
        if (found.empty()) return {};
        const Fold* best = &*std::ranges::max_element(found, {}, explained);
        for (const Fold& candidate : found)
            if (comes_before(candidate, *best)) best = &candidate;
        return *best;
    }

    Duration width_;
    std::vector<double> levels_;
    double variance_ = 0.0;  ///< before anything was taken out
    std::vector<double> taken_;
};
}  // namespace

std::vector<Season> find_seasons(const Series& demand) {
    if (demand.empty()) return {};
    Bins bins = to_bins(demand);
    if (bins.levels.size() < bins_min || !to_levels(bins.levels)) return {};
    return Search(bins).run();
}

}  // namespace forescale
