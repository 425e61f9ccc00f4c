#include "simulation/failures.h"

#include "base/rng.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace forescale {
namespace {

constexpr std::array<std::string_view, 3> part_names{"metrics", "target", "forecaster"};
constexpr Duration mean_length = std::chrono::minutes(15);
constexpr double share_max = 0.95;
constexpr std::string_view expected =
    "expected metrics, target or forecaster, then =SHARE of the time (0.02) or =START/DURATION "
    "(2026-03-01T12:00:00Z/2h)";

Result<void> read_span(Failure& failure, std::string_view text) {
    const auto slash = text.find('/');
    TRY(failure.from, parse_timestamp(text.substr(0, slash)));
    TRY(const Duration length, parse_duration(text.substr(slash + 1)));
    if (length <= Duration(0))
        return fail(Errc::invalid_argument, "a failure of {} is none", format_duration(length));
    failure.to = failure.from + length;
    return {};
}

/// Fails with a chance that gives the share, goes on for a quarter of an hour on average.
void draw(std::vector<bool>& down, double share, const FailureGrid& grid, std::uint64_t seed) {
    const double length = std::max(1.0, in_seconds(mean_length) / in_seconds(grid.step));
    const double begins = std::min(1.0, share / (1.0 - share) / length);
    Rng rng(seed);
    bool is_down = false;
    for (std::size_t t = 0; t < down.size(); ++t) {
        is_down = rng.uniform() < (is_down ? 1.0 - 1.0 / length : begins);
        if (is_down) down[t] = true;
    }
}

}  // namespace

Result<Failure> parse_failure(std::string_view text) {
    const auto equals = text.find('=');
    const auto name = std::ranges::find(part_names, text.substr(0, equals));
    if (equals == std::string_view::npos || name == part_names.end())
        return fail(Errc::invalid_argument, "failure '{}': {}", text, expected);
    Failure failure;
    failure.part = static_cast<FailingPart>(name - part_names.begin());
    const std::string_view value = text.substr(equals + 1);
    if (value.find('/') != std::string_view::npos) {
        const auto read = read_span(failure, value);
        if (!read)
            return fail(Errc::invalid_argument, "failure '{}': {}", text, read.error().message);
        return failure;
    }
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), failure.share);
    if (error != std::errc{} || end != value.data() + value.size() ||
        !(failure.share > 0.0 && failure.share <= share_max))
        return fail(Errc::invalid_argument, "failure '{}': {}, a share above 0 and up to {}", text,
                    expected, share_max);
    return failure;
}

std::vector<bool> steps_down(std::span<const Failure> failures, FailingPart part,
                             const FailureGrid& grid) {
    std::vector<bool> down;
    for (std::size_t i = 0; i < failures.size(); ++i) {
        const Failure& failure = failures[i];
        if (failure.part != part) continue;
        down.resize(grid.count, false);
        if (failure.share > 0.0) draw(down, failure.share, grid, grid.seed + 1000 * (i + 1));
        for (std::size_t t = 0; t < grid.count && !(failure.share > 0.0); ++t) {
            const Timestamp at = grid.start + grid.step * static_cast<Duration::rep>(t);
            if (at >= failure.from && at < failure.to) down[t] = true;
        }
    }
    return down;
}

}  // namespace forescale
