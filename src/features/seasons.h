#pragma once
#include "domain/series.h"

#include <vector>

namespace forescale {

/// A period after which demand repeats itself.
struct Season {
    Duration period{0};
    double strength = 0.0;  ///< share 0..1 of the variance that repeats

    template <class Archive>
    void fields(Archive& archive) {
        archive(period, strength);
    }
};

/// The seasons of a history that are significant, strongest first, at most four; none in noise, in
/// a random walk, in a constant, or in less than two periods (three, unless it is a day or a week).
/// Periods from three bins of 15 min (or of the coarser step of the series) on. A line of the
/// periodogram that stands out from its neighbourhood proposes a period (Fisher's question, asked
/// against a local background, so that a red spectrum proposes nothing); folding confirms it: the
/// mean of all other cycles must foretell each cycle, which is the autocorrelation at all multiples
/// of the period at once. Each season is taken out before the next is looked for. Trend, gaps and
/// spikes are taken out first. O(bins log bins): 1 ms for 29 days of 5 min steps.
/// source  Fisher 1929, doi:10.1098/rspa.1929.0151
[[nodiscard]] std::vector<Season> find_seasons(const Series& demand);

}  // namespace forescale
