#include "streaming/window_builder.h"

#include "base/assert.h"

namespace forescale {
namespace {

void add(Window& window, const Point& point) {
    if (point.state != SampleState::present) {
        if (!window.present() && point.state != SampleState::missing) window.state = point.state;
        return;
    }
    window.min = window.present() ? std::min(window.min, point.value) : point.value;
    window.max = window.present() ? std::max(window.max, point.value) : point.value;
    window.sum += point.value;
    window.last = point.value;
    window.state = SampleState::present;
    ++window.count;
}

void merge(Window& into, const Window& next) {
    if (!next.present()) {
        if (!into.present() && next.state != SampleState::missing) into.state = next.state;
        return;
    }
    into.min = into.present() ? std::min(into.min, next.min) : next.min;
    into.max = into.present() ? std::max(into.max, next.max) : next.max;
    into.sum += next.sum;
    into.last = next.last;
    into.state = SampleState::present;
    into.count += next.count;
}

bool are_usable(const std::vector<Duration>& widths) {
    if (widths.empty() || widths.front() <= Duration(0)) return false;
    for (std::size_t i = 1; i < widths.size(); ++i)
        if (widths[i] <= widths[i - 1] || widths[i] % widths[i - 1] != Duration(0)) return false;
    return true;
}

Timestamp ceil_to(Timestamp time, Duration step) {
    return floor_to(time + step - Duration(1), step);
}

}  // namespace

WindowBuilder::WindowBuilder(std::vector<Duration> widths, std::size_t gap_windows_max)
    : widths_(std::move(widths)), gap_windows_max_(gap_windows_max), partials_(widths_.size() - 1) {
    ASSERT(are_usable(widths_));
}

std::size_t WindowBuilder::advance(std::span<const Point> points, Timestamp until,
                                   std::vector<Window>& closed) {
    if (!open_from_) {
        if (points.empty() || floor_to(points.front().at, narrowest()) >= until) return 0;
        open_from_ = floor_to(points.front().at, narrowest());
    }
    std::size_t used = 0;
    auto budget = gap_windows_max_;
    while (*open_from_ < until) {
        const auto begin = used < points.size() ? floor_to(points[used].at, narrowest()) : until;
        if (begin > *open_from_) {
            mark_gap(std::min(begin, until), budget, closed);
            continue;
        }
        Window window{.start = *open_from_, .width = narrowest()};
        while (used < points.size() && points[used].at < window.end()) add(window, points[used++]);
        close_one(window, closed);
    }
    return used;
}

void WindowBuilder::mark_gap(Timestamp until, std::size_t& budget, std::vector<Window>& closed) {
    const auto windows = static_cast<std::size_t>((until - *open_from_) / narrowest());
    if (windows > budget) skip_gap(until, budget, closed);
    budget -= std::min(budget, windows);
    close_missing(until, closed);
}

/// Leaves out the middle of a gap. It begins and ends with a whole widest window, so that no window
/// of any width is half marked.
void WindowBuilder::skip_gap(Timestamp until, std::size_t budget, std::vector<Window>& closed) {
    const auto widest = widths_.back();
    const auto from = ceil_to(*open_from_, widest);
    const auto to = floor_to(until - narrowest() * static_cast<Duration::rep>(budget), widest);
    if (to <= from) return;
    close_missing(from, closed);
    gap_windows_skipped_ += (to - from) / narrowest();
    open_from_ = to;
}

void WindowBuilder::close_missing(Timestamp until, std::vector<Window>& closed) {
    while (*open_from_ < until) close_one({.start = *open_from_, .width = narrowest()}, closed);
}

void WindowBuilder::close_one(Window window, std::vector<Window>& closed) {
    open_from_ = window.end();
    closed.push_back(window);
    for (std::size_t i = 0; i < partials_.size(); ++i) {
        auto& wider = partials_[i];
        const auto width = widths_[i + 1];
        if (wider.width == Duration(0))
            wider = {.start = floor_to(window.start, width), .width = width};
        merge(wider, window);
        if (wider.end() != window.end()) return;
        window = std::exchange(wider, {});
        closed.push_back(window);
    }
}

/// A stored state may come from other widths: what still fits is kept, and nothing closes twice.
void WindowBuilder::fit_to_widths() {
    if (open_from_) open_from_ = ceil_to(*open_from_, narrowest());
    std::vector<Window> fitting(widths_.size() - 1);
    for (std::size_t i = 0; i < fitting.size(); ++i)
        for (const auto& partial : partials_)
            if (open_from_ && partial.width == widths_[i + 1] && partial.start < *open_from_ &&
                partial.end() > *open_from_)
                fitting[i] = partial;
    partials_ = std::move(fitting);
}

}  // namespace forescale
