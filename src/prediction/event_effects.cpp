#include "prediction/event_effects.h"

#include "features/profile.h"

#include <algorithm>
#include <limits>

namespace forescale {

namespace {
using std::chrono::hours;

constexpr Duration week = day * 7;
constexpr Duration learned_max = week;     ///< longer events have no baseline
constexpr Duration episode_max = day * 8;  ///< a chain of events that never ends is cut here
constexpr Duration quiet_span = hours(2);  ///< of the level after an episode
constexpr Duration level_span = hours(6);  ///< of the level before it
constexpr double baseline_hours = 12.0;    ///< in which the baseline's variance doubles
constexpr double strength_hours = 8.0;     ///< over which an event's own strength persists
constexpr double strength_gain = 0.8;      ///< of the newest sample
constexpr std::size_t seen_max = 200;
constexpr double noise_min = 0.03;
constexpr double blind_max = 1.4;     ///< log: a factor of 4 is all that is taken out unseen
constexpr double floor_share = 0.01;  ///< of the mean demand
constexpr int week_lags = 4;
constexpr int day_lags = 7;

double square(double x) {
    return x * x;
}
double persistence(Duration span) {
    return std::exp(-static_cast<double>(span.count()) /
                    (strength_hours * static_cast<double>(Duration(hours(1)).count())));
}
/// Mean of the present values; NaN when less than half is present.
double mean_of(std::span<const double> values) {
    double sum = 0.0;
    double count = 0.0;
    for (const double value : values) {
        if (std::isnan(value)) continue;
        sum += value;
        count += 1.0;
    }
    return count > 0.0 && 2.0 * count >= static_cast<double>(values.size()) ? sum / count
                                                                            : Series::missing;
}
}  // namespace

EventEffects::EventEffects(Duration step, Zone zone, std::vector<Timestamp> days_off)
    : step_(step), zone_(std::move(zone)), days_off_(std::move(days_off)) {
    know({});
}

// ---- what is expected

void EventEffects::know(std::vector<BusinessEvent> events) {
    // What an event taught is forgotten with it: it was cancelled, or was another one.
    std::erase_if(seen_, [&](const SeenEvent& seen) {
        const auto now = std::ranges::find(events, seen.id, &BusinessEvent::id);
        return now != events.end() && (now->cancelled || now->type != seen.type ||
                                       now->start != seen.start || now->end != seen.end);
    });
    std::erase_if(events, [](const BusinessEvent& event) {
        return event.cancelled || event.end <= event.start;
    });
    add_holidays(events);
    std::ranges::sort(events, {}, [](const BusinessEvent& e) { return std::tie(e.start, e.id); });
    planned_.clear();
    longest_ = Duration(0);
    for (BusinessEvent& event : events) {
        const bool day_off = is_day_off(event.start);
        longest_ = std::max(longest_, event.end - event.start);
        planned_.push_back({.event = std::move(event), .day_off = day_off, .response = {}});
    }
    plan();
}

/// A holiday is an event of a day: how demand differs then is learned as for any other type.
void EventEffects::add_holidays(std::vector<BusinessEvent>& events) const {
    for (const Timestamp midnight : days_off_) events.push_back(holiday_event(midnight, zone_));
}

void EventEffects::plan() {
    const EventTypes types(seen_);
    for (Planned& planned : planned_)
        planned.response = types.expect(planned.event, planned.day_off);
}

bool EventEffects::is_day_off(Timestamp time) const {
    const Timestamp midnight = floor_to(zone_.to_local(time), day);
    constexpr Duration monday = day * 4;  // 1970-01-05 was one
    const auto weekday = (midnight - monday - floor_to(midnight - monday, week)) / day;
    return weekday >= 5 || std::ranges::binary_search(days_off_, midnight);
}

EventEffects::Expected EventEffects::expected(Timestamp time) const {
    Expected sum;
    const Timestamp oldest = time - longest_ - event_decay;
    auto planned = std::ranges::lower_bound(planned_, oldest, {},
                                            [](const Planned& p) { return p.event.start; });
    for (; planned != planned_.end() && reach_begin(planned->event) <= time; ++planned) {
        const auto place = place_on_curve(planned->event, time);
        if (!place) continue;
        const EventResponse& response = planned->response;
        const bool lasts = planned->event.active_at(time);
        const double variance =
            along_curve(response.variance, *place) + (lasts ? response.stated_variance : 0.0);
        sum.reaches = true;
        sum.mean += response_at(*planned, time);
        sum.variance += variance;
        if (place_on_curve(planned->event, newest_)) sum.variance_shared += variance;
    }
    return sum;
}

double EventEffects::response_at(const Planned& planned, Timestamp time) const {
    const auto place = place_on_curve(planned.event, time);
    if (!place) return 0.0;
    return along_curve(planned.response.mean, *place) +
           (planned.event.active_at(time) ? planned.response.stated : 0.0);
}

EventEffect EventEffects::at(Timestamp target) const {
    if (planned_.empty()) return {};
    const Expected then = expected(target);
    if (!then.reaches) return {};
    EventEffect effect{.log_factor = then.mean, .deviation = std::sqrt(then.variance)};
    if (!(own_share_ > 0.0) || target < newest_) return effect;
    // The running events' own strength goes on as far as they do.
    const Expected now = expected(newest_);
    if (!(now.variance > 0.0)) return effect;
    const double kept = persistence(target - newest_);
    const double ratio = std::min(std::sqrt(then.variance_shared / now.variance), 1.5);
    effect.log_factor += own_strength_ * kept * ratio;
    effect.deviation =
        std::sqrt(std::max(then.variance - square(kept) * own_share_ * then.variance_shared, 0.0));
    return effect;
}

// ---- while events last

double EventEffects::clean(const Series& demand, Timestamp at, double value) {
    newest_ = at;
    if (planned_.empty() && !episode_.is_open()) return value;
    const bool reaches = expected(at).reaches;
    if (reaches && !episode_.is_open()) open(demand, at);
    if (!episode_.is_open()) return value;
    episode_.raw.push_back(value);
    if (reaches) return split(at, demand, value);
    ++episode_.quiet_steps;
    own_strength_ = own_share_ = 0.0;
    return value;
}

/// Begins where the reach of the running events does, which is in the past for an event that was
/// not known in time.
void EventEffects::open(const Series& demand, Timestamp at) {
    Timestamp from = at;
    for (const Planned& planned : planned_)
        if (place_on_curve(planned.event, at))
            from = std::min(from, at - (at - reach_begin(planned.event)) / step_ * step_);
    from = std::max(from, at - episode_max / 2);
    if (demand.empty())
        from = at;
    else
        from = std::max(from, std::min(demand.oldest(), at));
    episode_ = {};
    episode_.from = from;
    for (Timestamp t = from; t < at; t += step_) episode_.raw.push_back(demand.at(t));
    if (demand.empty()) return;

    const auto before = [&](Duration span) {
        const std::size_t steps = steps_in(span);
        const Timestamp first = from - step_ * static_cast<Duration::rep>(steps);
        std::vector<double> out = shape_of(demand, first, steps);
        for (std::size_t i = 0; i < steps; ++i)
            out[i] = log_of(demand.at(first + step_ * static_cast<Duration::rep>(i))) - out[i];
        return out;
    };
    const std::vector<double> values(demand.values().begin(), demand.values().end());
    const auto of_late = std::span(values).last(std::min(values.size(), steps_in(week)));
    const double usual = mean_of(of_late);
    episode_.floor = usual > 0.0 ? floor_share * usual : std::numeric_limits<double>::min();
    episode_.level = mean_of(before(level_span));
    std::vector<double> errors = before(day);
    const double middle = mean_of(errors);
    for (double& error : errors) error = square(error - middle);
    episode_.noise = std::max(std::sqrt(mean_of(errors)), noise_min);
}

/// The sample is split between the events and the baseline by how sure either is.
double EventEffects::split(Timestamp at, const Series& demand, double value) {
    const Expected now = expected(at);
    episode_.quiet_steps = 0;
    const double kept = own_strength_ * persistence(step_);
    if (std::isnan(value)) {
        own_strength_ = kept;
        return value;
    }
    const double usual = episode_.level + shape(demand, at);
    if (std::isnan(usual) || std::isnan(episode_.noise)) {
        own_strength_ = own_share_ = 0.0;
        return value * std::exp(-std::clamp(now.mean, -blind_max, blind_max));
    }
    const double passed =
        std::chrono::duration<double, std::ratio<3600>>(at - episode_.from).count();
    const double unsure = square(episode_.noise) * (1.0 + passed / baseline_hours);
    own_share_ = now.variance / (now.variance + unsure);
    const double own = own_share_ * (log_of(value) - usual - now.mean);
    own_strength_ = kept + strength_gain * (own - kept);
    if (now.mean == 0.0 && own_share_ == 0.0) return value;  // NOLINT: nothing is known of it
    return value * std::exp(-now.mean - own);
}

/// What is usual at a time of the week, log: the mean over the same weekday of earlier weeks, or
/// the trimmed mean over earlier days while fewer than two weeks are known. Only what lies before
/// the episode.
double EventEffects::shape(const Series& demand, Timestamp at) const {
    const auto earlier = [&](Duration lag) {
        Timestamp then = at - lag;
        then += zone_.offset_at(at) - zone_.offset_at(then);
        return then < episode_.from ? log_of(demand.at(then)) : Series::missing;
    };
    double sum = 0.0;
    double count = 0.0;
    for (int k = 1; k <= week_lags; ++k) {
        const double value = earlier(week * k);
        if (std::isnan(value)) continue;
        sum += value;
        count += 1.0;
    }
    if (count >= 2.0) return sum / count;
    std::array<double, day_lags> days{};
    for (std::size_t d = 0; d < days.size(); ++d)
        days[d] = earlier(day * static_cast<Duration::rep>(d + 1));
    return trimmed_mean(days);
}

std::vector<double> EventEffects::shape_of(const Series& demand, Timestamp from,
                                           std::size_t steps) const {
    std::vector<double> out(steps);
    for (std::size_t i = 0; i < steps; ++i)
        out[i] = shape(demand, from + step_ * static_cast<Duration::rep>(i));
    return out;
}

// ---- when they are over

std::optional<Timestamp> EventEffects::settle(Series& demand) {
    if (!episode_.is_open()) return std::nullopt;
    const bool is_over = episode_.quiet_steps >= static_cast<std::int64_t>(steps_in(quiet_span)) ||
                         episode_.raw.size() >= steps_in(episode_max);
    if (!is_over) return std::nullopt;
    const std::vector<double> usual = baseline(demand);
    learn(usual);
    rewrite(demand, usual);
    const Timestamp from = episode_.from;
    episode_ = {};
    own_strength_ = own_share_ = 0.0;
    return from;
}

/// Log demand as it would have been, per step of the episode: its shape, at a level that moves from
/// that before to that after. All NaN where the history before does not tell a shape.
std::vector<double> EventEffects::baseline(const Series& demand) const {
    const std::size_t steps = episode_.raw.size();
    std::vector<double> usual = shape_of(demand, episode_.from, steps);
    const std::size_t quiet = std::min(static_cast<std::size_t>(episode_.quiet_steps), steps);
    std::vector<double> after;
    for (std::size_t i = steps - quiet; i < steps; ++i)
        after.push_back(log_of(episode_.raw[i]) - usual[i]);
    double level_after = mean_of(after);
    if (std::isnan(level_after)) level_after = episode_.level;
    for (std::size_t i = 0; i < steps; ++i)
        usual[i] += episode_.level + (level_after - episode_.level) * static_cast<double>(i) /
                                         static_cast<double>(steps);
    return usual;
}

std::vector<const EventEffects::Planned*> EventEffects::of_episode() const {
    const Timestamp to = episode_.from + step_ * static_cast<Duration::rep>(episode_.raw.size());
    std::vector<const Planned*> events;
    for (const Planned& planned : planned_)
        if (reach_begin(planned.event) < to && reach_end(planned.event) > episode_.from)
            events.push_back(&planned);
    return events;
}

/// Each event in turn, beside what is known of the others: twice, so that the first ones know what
/// was learned of the later ones.
void EventEffects::learn(const std::vector<double>& baseline) {
    const Timestamp to = episode_.from + step_ * static_cast<Duration::rep>(baseline.size());
    for (int pass = 0; pass < 2; ++pass)
        for (const Planned* planned : of_episode())
            if (planned->event.end <= to &&
                planned->event.end - planned->event.start <= learned_max)
                fit(*planned, baseline);
    std::ranges::sort(seen_, {}, [](const SeenEvent& e) { return std::tie(e.start, e.id); });
    if (seen_.size() > seen_max)
        seen_.erase(seen_.begin(), seen_.end() - static_cast<std::ptrdiff_t>(seen_max));
    plan();
}

double EventEffects::fitted_at(const Planned& planned, Timestamp time) const {
    const auto place = place_on_curve(planned.event, time);
    if (!place) return 0.0;
    const auto seen = std::ranges::find(seen_, planned.event.id, &SeenEvent::id);
    return seen != seen_.end() ? along_curve(seen->curve, *place) : response_at(planned, time);
}

void EventEffects::fit(const Planned& planned, const std::vector<double>& baseline) {
    std::vector<CurveSample> samples;
    // Events of the same time cannot be told apart: each has its share.
    std::vector<const Planned*> others = of_episode();
    const auto twins = static_cast<double>(std::erase_if(others, [&](const Planned* other) {
        return other->event.start == planned.event.start && other->event.end == planned.event.end;
    }));
    for (std::size_t i = 0; i < baseline.size(); ++i) {
        const Timestamp at = episode_.from + step_ * static_cast<Duration::rep>(i);
        const auto place = place_on_curve(planned.event, at);
        if (!place) continue;
        double log_factor = log_of(episode_.raw[i]) - baseline[i];
        for (const Planned* other : others) log_factor -= fitted_at(*other, at);
        if (!std::isnan(log_factor)) samples.push_back({*place, log_factor / twins});
    }
    if (samples.empty()) return;
    const BusinessEvent& event = planned.event;
    std::erase_if(seen_, [&](const SeenEvent& seen) { return seen.id == event.id; });
    seen_.push_back({.id = event.id,
                     .type = event.type,
                     .name = event.name,
                     .start = event.start,
                     .end = event.end,
                     .day_off = planned.day_off,
                     .noise = episode_.noise,
                     .curve = fit_curve(samples, planned.response.mean, episode_.noise)});
}

/// Demand without the events. The larger their effect was, the less what is left of a sample tells
/// about the baseline.
void EventEffects::rewrite(Series& demand, const std::vector<double>& baseline) const {
    const std::vector<const Planned*> events = of_episode();
    for (std::size_t i = 0; i < baseline.size(); ++i) {
        const Timestamp at = episode_.from + step_ * static_cast<Duration::rep>(i);
        double total = 0.0;
        for (const Planned* planned : events) total += fitted_at(*planned, at);
        const double value = episode_.raw[i];
        if (std::isnan(value)) continue;
        const double left = log_of(value) - total - baseline[i];
        const double share = square(total) / (square(total) + square(2.0 * episode_.noise));
        const double without = std::isnan(left) ? total : total + share * left;
        demand.replace(at, value * std::exp(-without));
    }
}

}  // namespace forescale
