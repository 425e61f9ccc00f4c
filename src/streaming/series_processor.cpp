#include "streaming/series_processor.h"

#include "base/assert.h"

namespace forescale {
namespace {

/// Sums of values up to here stay finite, and so do their squares.
constexpr double value_max = 1e100;
/// Older than anything that is measured; arithmetic on times cannot overflow from here on.
constexpr Timestamp time_min{std::chrono::sys_days(std::chrono::year(1900) / 1 / 1)};

void sort_by_time(std::vector<Point>& points) {
    if (!std::ranges::is_sorted(points, {}, &Point::at))
        std::ranges::stable_sort(points, {}, &Point::at);
}

/// Appends `point`, or settles it against the last one when both have the same time.
bool take(std::vector<Point>& into, const Point& point, StreamCounts& counts) {
    if (into.empty() || into.back().at < point.at) {
        into.push_back(point);
        return true;
    }
    auto& standing = into.back();
    if (point == standing || point.state == SampleState::missing) {
        ++counts.duplicate;
        return false;
    }
    if (standing.state != SampleState::missing) {
        ++counts.conflicting;
        return false;
    }
    standing = point;
    return true;
}

/// Merges `fresh` into `into`, both ascending; returns what was taken. Cost: O(fresh) when all of
/// it is newer, which is the normal case.
std::vector<Point> place(std::vector<Point>& into, std::vector<Point> fresh, StreamCounts& counts) {
    if (fresh.empty()) return fresh;
    const auto first = std::ranges::lower_bound(into, fresh.front().at, {}, &Point::at);
    const std::vector<Point> newer(first, into.end());
    into.erase(first, into.end());
    auto next = newer.begin();
    std::size_t taken = 0;
    for (const auto& point : fresh) {
        while (next != newer.end() && next->at <= point.at) into.push_back(*next++);
        if (take(into, point, counts)) fresh[taken++] = point;
    }
    into.insert(into.end(), next, newer.end());
    fresh.resize(taken);
    return fresh;
}

/// The rate of the step from `a` to `b`, named by its start.
Point rate_between(const Point& a, const Point& b) {
    if (b.state != SampleState::present) return {.at = a.at, .value = 0.0, .state = b.state};
    if (a.state != SampleState::present)
        return {.at = a.at, .value = 0.0, .state = SampleState::missing};
    if (b.value < a.value) return {.at = a.at, .value = 0.0, .state = SampleState::counter_reset};
    return {.at = a.at, .value = (b.value - a.value) / in_seconds(b.at - a.at)};
}

}  // namespace

SeriesProcessor::SeriesProcessor(StreamSettings settings)
    : settings_(std::move(settings)), builder_(settings_.widths, settings_.gap_windows_max) {
    ASSERT(settings_.sample_step > Duration(0));
}

/// Puts the value in order and counts what is odd; false when the point is not taken at all.
bool SeriesProcessor::admit(Point& point, Timestamp now) {
    if (point.at > now + settings_.ahead_max) {
        ++counts_.future;
        return false;
    }
    if (point.at < builder_.open_from().value_or(time_min) || point.at < time_min) {
        ++counts_.late;
        return false;
    }
    if (point.state == SampleState::present && !(std::abs(point.value) <= value_max)) {
        point.state = SampleState::not_a_number;
    } else if (point.state == SampleState::present && point.value < 0.0) {
        point.state = SampleState::not_a_number;
        ++counts_.negative;
    }
    if (point.state == SampleState::not_a_number) ++counts_.not_a_number;
    // Adding zero makes -0.0 and 0.0 the same bits.
    point.value = point.state == SampleState::present ? point.value + 0.0 : 0.0;
    return true;
}

std::vector<Point> SeriesProcessor::ingest(std::vector<Point> points, Timestamp now) {
    std::size_t admitted = 0;
    const auto room = settings_.points_max - std::min(settings_.points_max, pending_.size());
    for (auto& point : points) {
        if (!admit(point, now)) continue;
        if (admitted < room)
            points[admitted++] = point;
        else
            ++counts_.overflow;
    }
    points.resize(admitted);
    sort_by_time(points);
    if (settings_.kind == MetricKind::counter) return ingest_readings(std::move(points));
    auto taken = place(pending_, std::move(points), counts_);
    counts_.accepted += std::ssize(taken);
    return taken;
}

std::vector<Point> SeriesProcessor::ingest_readings(std::vector<Point> readings) {
    const auto taken = place(readings_, std::move(readings), counts_);
    counts_.accepted += std::ssize(taken);
    StreamCounts of_rates;  // of a rate only a contradiction is worth counting
    auto rates = place(pending_, rates_of(taken), of_rates);
    counts_.conflicting += of_rates.conflicting;
    counts_.counter_resets += std::ranges::count(rates, SampleState::counter_reset, &Point::state);
    return rates;
}

/// The rates that end or begin with a reading in `taken`, ascending.
std::vector<Point> SeriesProcessor::rates_of(const std::vector<Point>& taken) const {
    std::vector<Point> rates;
    const auto add_pair = [&](auto first) {
        const auto second = std::next(first);
        if (second->at - first->at > contiguous_max()) return;
        auto rate = rate_between(*first, *second);
        if (rates.empty() || rates.back().at < rate.at) rates.push_back(rate);
    };
    for (const auto& reading : taken) {
        const auto at = std::ranges::lower_bound(readings_, reading.at, {}, &Point::at);
        if (at != readings_.begin()) add_pair(std::prev(at));
        if (std::next(at) != readings_.end()) add_pair(at);
    }
    return rates;
}

void SeriesProcessor::replay(std::vector<Point> processed) {
    std::erase_if(processed, [&](const Point& point) {
        return point.at < builder_.open_from().value_or(time_min);
    });
    sort_by_time(processed);
    StreamCounts uncounted;
    std::ignore = place(pending_, std::move(processed), uncounted);
}

/// Is there a value for every step of the window that begins at `start`? `point` moves behind them.
bool SeriesProcessor::is_complete(std::vector<Point>::const_iterator& point,
                                  Timestamp start) const {
    for (auto at = start; at < start + builder_.narrowest(); at += settings_.sample_step, ++point)
        if (point == pending_.end() || point->at != at || point->state != SampleState::present)
            return false;
    return true;
}

/// Where closing ends: behind what has waited long enough, and behind the complete windows that
/// follow it. The very first window waits, complete or not: an earlier one may still arrive.
Timestamp SeriesProcessor::closable(Timestamp now) const {
    const auto width = builder_.narrowest();
    const auto waited = floor_to(now - settings_.lateness_max, width);
    if (pending_.empty() || width % settings_.sample_step != Duration(0)) return waited;
    if (!builder_.open_from() && pending_.front().at >= waited) return waited;
    auto until = std::max(waited, builder_.open_from().value_or(waited));
    auto point = std::ranges::lower_bound(std::as_const(pending_), until, {}, &Point::at);
    while (until + width <= now && is_complete(point, until)) until += width;
    return until;
}

std::vector<Window> SeriesProcessor::close(Timestamp now) {
    std::vector<Window> closed;
    const auto until = closable(now);
    const auto used = builder_.advance(pending_, until, closed);
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
    if (!closed.empty()) drop_closed();
    return closed;
}

/// Readings of closed windows can begin no rate any more.
void SeriesProcessor::drop_closed() {
    const auto is_closed = [&](const Point& point) {
        return builder_.open_from() && point.at < *builder_.open_from();
    };
    std::erase_if(pending_, is_closed);
    const auto open = std::ranges::find_if_not(readings_, is_closed);
    for (auto reading = readings_.begin(); reading != open && std::next(reading) != readings_.end();
         ++reading)
        if (std::next(reading)->at - reading->at > contiguous_max()) ++counts_.counter_gaps;
    readings_.erase(readings_.begin(), open);
}

std::vector<Window> SeriesProcessor::provisional(Duration width, Timestamp now) const {
    std::vector<Window> windows;
    auto ahead = builder_;
    ahead.advance(pending_, floor_to(now, builder_.narrowest()), windows);
    std::erase_if(windows, [&](const Window& window) { return window.width != width; });
    return windows;
}

}  // namespace forescale
