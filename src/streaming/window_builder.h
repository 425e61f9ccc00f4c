#pragma once
#include "base/time.h"
#include "domain/sample.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace forescale {

/// Makes windows of ascending widths out of points in time order. The narrowest are summed point by
/// point, the wider ones merge the narrower ones as those close, so that the same points give the
/// same bits however they arrived. A wide window that began before the first point ever seen is
/// made of what there is; its count tells.
class WindowBuilder {
public:
    WindowBuilder() = default;
    /// widths ascending, each a multiple of the one before; gap_windows_max: see advance()
    WindowBuilder(std::vector<Duration> widths, std::size_t gap_windows_max);

    /// Closes every narrowest window that ends by `until` (a multiple of that width), and the wider
    /// ones that end with them, ascending in end, then width. `points` ascend and begin in the
    /// first open window; returns how many of them were used. Nothing is open before the first
    /// point.
    ///
    /// Windows without a point are marked as missing, at most about gap_windows_max of the
    /// narrowest in one call: of a longer gap the windows up to the next whole widest one are
    /// marked, then it is skipped up to the last windows that the bound allows. Cost: O(points +
    /// windows).
    std::size_t advance(std::span<const Point> points, Timestamp until,
                        std::vector<Window>& closed);

    /// Where the first open window begins: points before it come too late. Nothing before the first
    /// window was closed.
    [[nodiscard]] const std::optional<Timestamp>& open_from() const { return open_from_; }
    [[nodiscard]] Duration narrowest() const { return widths_.front(); }
    /// Narrowest windows that gaps skipped, since the first point.
    [[nodiscard]] std::int64_t gap_windows_skipped() const { return gap_windows_skipped_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(open_from_, partials_, gap_windows_skipped_);
        if constexpr (Archive::is_reading) fit_to_widths();
    }

private:
    void fit_to_widths();
    void mark_gap(Timestamp until, std::size_t& budget, std::vector<Window>& closed);
    void skip_gap(Timestamp until, std::size_t budget, std::vector<Window>& closed);
    void close_missing(Timestamp until, std::vector<Window>& closed);
    void close_one(Window window, std::vector<Window>& closed);

    std::vector<Duration> widths_{std::chrono::minutes(1)};
    std::size_t gap_windows_max_ = 0;
    std::optional<Timestamp> open_from_;
    std::vector<Window> partials_;  ///< per wider width what has closed of it; width 0: nothing yet
    std::int64_t gap_windows_skipped_ = 0;
};

}  // namespace forescale
