#include "prediction/event_effects.h"

#include "features/mean.h"
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

constexpr double rest_noise = 4.0;  ///< squares of the noise that what was expected of it counts as
constexpr double rest_min = -1.0;
constexpr double rest_max = 2.0;
/// How much of a running event's deviation from what was expected is taken out of demand at once.
/// The rest stays for the members, who follow a deviation over the next hour better: taking out all
/// of it cost 13 % of the error an hour ahead on holidays (electricity, bicycles). Those are
/// indifferent between none and a half; within that, the World Cup was seen when this was chosen.
constexpr double own_part = 0.2;
constexpr Duration sunday_ahead = hours(25);  ///< the path reaches a day ahead
constexpr double sunday_max = 3.0;            ///< log
constexpr Duration sunday_night = hours(3);  ///< over which it begins: its night is still the eve's

/// 0 is Monday.
Duration::rep weekday_of(Timestamp local) {
    constexpr Duration monday = day * 4;  // 1970-01-05 was one
    const Timestamp midnight = floor_to(local, day);
    return (midnight - monday - floor_to(midnight - monday, week)) / day;
}
bool is_weekend(Timestamp local) {
    return weekday_of(local) >= 5;
}
double square(double x) {
    return x * x;
}
double persistence(Duration span) {
    return std::exp(-static_cast<double>(span.count()) /
                    (strength_hours * static_cast<double>(Duration(hours(1)).count())));
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
        const bool day_off =
            is_restful(event) ? is_weekend(zone_.to_local(event.start)) : is_day_off(event.start);
        longest_ = std::max(longest_, event.end - event.start);
        planned_.push_back({.event = std::move(event), .day_off = day_off, .response = {}});
    }
    plan();
}

/// A holiday is an event of a day: how demand differs then is learned as for any other type.
void EventEffects::add_holidays(std::vector<BusinessEvent>& events) const {
    const auto is_off = [&](Timestamp midnight) {
        return is_weekend(midnight) || std::ranges::binary_search(days_off_, midnight);
    };
    for (const Timestamp midnight : days_off_) {
        events.push_back(holiday_event(midnight, zone_));
        if (is_weekend(midnight)) continue;
        for (const Timestamp beside : {midnight - day, midnight + day}) {
            const Timestamp beyond = beside + (beside - midnight);
            if (!is_off(beside) && is_weekend(beyond))
                events.push_back(bridge_event(beside, zone_));
        }
    }
}

void EventEffects::learn_from(std::shared_ptr<const FleetEvents> fleet) {
    fleet_ = std::move(fleet);
    plan();
}

void EventEffects::plan() {
    const EventTypes types(seen_, fleet_.get());
    for (Planned& planned : planned_)
        planned.response = types.expect(planned.event, planned.day_off);
}

bool EventEffects::is_day_off(Timestamp time) const {
    const Timestamp midnight = floor_to(zone_.to_local(time), day);
    return is_weekend(midnight) || std::ranges::binary_search(days_off_, midnight);
}

/// Beside each day off that is less than a day away: what Sundays of the last weeks differ by from
/// that weekday, as far as either was observed.
void EventEffects::look_up_sundays(const Series& demand) {
    std::erase_if(sundays_, [&](const Sunday& sunday) {
        return sunday.start < newest_ - episode_max - day * 2;
    });
    const auto first = std::ranges::lower_bound(planned_, newest_ - day, {},
                                                [](const Planned& p) { return p.event.start; });
    for (auto p = first; p != planned_.end() && p->event.start <= newest_ + sunday_ahead; ++p) {
        if (!is_restful(p->event) || p->event.end - p->event.start > day * 2) continue;
        if (std::ranges::find(sundays_, p->event.start, &Sunday::start) != sundays_.end()) continue;
        Sunday sunday{.start = p->event.start, .differs = {}};
        for (Timestamp t = sunday.start; t < p->event.end; t += step_) {
            const double share = std::min(1.0, static_cast<double>((t - sunday.start).count()) /
                                                   static_cast<double>(sunday_night.count()));
            sunday.differs.push_back(share * sunday_differs(demand, t));
        }
        sundays_.push_back(std::move(sunday));
    }
}

double EventEffects::sunday_differs(const Series& demand, Timestamp at) const {
    const auto mean_at = [&](Duration first_lag) {
        double sum = 0.0;
        double count = 0.0;
        for (int k = 0; k < week_lags; ++k) {
            Timestamp then = at - first_lag - week * k;
            then += zone_.offset_at(at) - zone_.offset_at(then);
            const double value = demand.at(then);
            if (!(value > 0.0)) continue;
            sum += std::log(value);
            count += 1.0;
        }
        return count >= 2.0 ? sum / count : Series::missing;
    };
    const auto since_sunday = (weekday_of(zone_.to_local(at)) + 1) % 7;
    if (since_sunday == 0) return 0.0;
    const double differs = mean_at(day * since_sunday) - mean_at(week);
    return std::isnan(differs) ? 0.0 : std::clamp(differs, -sunday_max, sunday_max);
}

double EventEffects::sunday_at(const BusinessEvent& event, Timestamp time) const {
    if (!event.active_at(time)) return 0.0;
    const auto sunday = std::ranges::find(sundays_, event.start, &Sunday::start);
    if (sunday == sundays_.end()) return 0.0;
    const auto i = static_cast<std::size_t>((time - event.start) / step_);
    return i < sunday->differs.size() ? sunday->differs[i] : 0.0;
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
        const double variance = along_curve(response.variance, *place) +
                                (lasts ? response.stated_variance : 0.0) +
                                response.rest_variance * square(sunday_at(planned->event, time));
        sum.reaches = true;
        sum.mean += response_at(*planned, time);
        sum.variance += variance;
        if (place_on_curve(planned->event, newest_)) sum.variance_shared += variance;
    }
    sum.mean = std::clamp(sum.mean, -effect_max, effect_max);
    return sum;
}

double EventEffects::response_at(const Planned& planned, Timestamp time) const {
    const auto place = place_on_curve(planned.event, time);
    if (!place) return 0.0;
    return along_curve(planned.response.mean, *place) +
           (planned.event.active_at(time) ? planned.response.stated : 0.0) +
           planned.response.rest * sunday_at(planned.event, time);
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
    effect.log_factor =
        std::clamp(then.mean + own_strength_ * kept * ratio, -effect_max, effect_max);
    effect.deviation =
        std::sqrt(std::max(then.variance - square(kept) * own_share_ * then.variance_shared, 0.0));
    return effect;
}

// ---- while events last

double EventEffects::clean(const Series& demand, Timestamp at, double value) {
    newest_ = at;
    strength_before_ = own_strength_;
    share_before_ = own_share_;
    if (planned_.empty() && !episode_.is_open()) return value;
    look_up_sundays(demand);
    const bool reaches = expected(at).reaches;
    if (reaches && !episode_.is_open()) open(demand, at);
    if (!episode_.is_open()) return value;
    episode_.raw.push_back(value);
    if (reaches) return split(at, demand, value);
    ++episode_.quiet_steps;
    own_strength_ = own_share_ = 0.0;
    return value;
}

/// As if the sample had been missing.
void EventEffects::disbelieved() {
    if (!episode_.is_open()) return;
    episode_.raw.back() = Series::missing;
    if (episode_.quiet_steps > 0) return;
    own_strength_ = strength_before_ * persistence(step_);
    own_share_ = share_before_;
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
    const double usual = mean_of_most(of_late);
    episode_.floor = usual > 0.0 ? floor_share * usual : std::numeric_limits<double>::min();
    episode_.level = mean_of_most(before(level_span));
    std::vector<double> errors = before(day);
    const double middle = mean_of_most(errors);
    for (double& error : errors) error = square(error - middle);
    const double variance = mean_of_most(errors);
    // A level whose noise is not known, like that of a service's second day, teaches nothing.
    if (std::isnan(variance)) episode_.level = Series::missing;
    episode_.noise = std::isnan(variance) ? 0.0 : std::max(std::sqrt(variance), noise_min);
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
    if (std::isnan(usual)) {
        own_strength_ = own_share_ = 0.0;
        return value * std::exp(-std::clamp(now.mean, -blind_max, blind_max));
    }
    const double passed =
        std::chrono::duration<double, std::ratio<3600>>(at - episode_.from).count();
    const double unsure = square(episode_.noise) * (1.0 + passed / baseline_hours);
    own_share_ = now.variance / (now.variance + unsure);
    const double own = own_part * own_share_ * (log_of(value) - usual - now.mean);
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
    double level_after = mean_of_most(after);
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
    if (seen == seen_.end()) return response_at(planned, time);
    return along_curve(seen->curve, *place) + seen->rest * sunday_at(planned.event, time);
}

/// How far a day off was like a Sunday, drawn towards what was expected, and how much it tells.
std::pair<double, double> EventEffects::fit_rest(const EventResponse& expected,
                                                 std::span<const CurveSample> samples,
                                                 std::span<const double> sundays) const {
    double moment = 0.0;
    double gram = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        moment +=
            sundays[i] * (samples[i].log_factor - along_curve(expected.mean, samples[i].place) -
                          expected.rest * sundays[i]);
        gram += square(sundays[i]);
    }
    const double doubt = rest_noise * square(episode_.noise) * static_cast<double>(samples.size());
    if (!(gram > 0.0)) return {expected.rest, 0.0};
    return {std::clamp(expected.rest + moment / (gram + doubt), rest_min, rest_max),
            gram / (gram + doubt)};
}

void EventEffects::fit(const Planned& planned, const std::vector<double>& baseline) {
    std::vector<CurveSample> samples;
    std::vector<double> sundays;
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
        if (std::isnan(log_factor)) continue;
        samples.push_back({*place, log_factor / twins});
        sundays.push_back(sunday_at(planned.event, at));
    }
    if (samples.empty()) return;
    const BusinessEvent& event = planned.event;
    const auto [rest, told] = fit_rest(planned.response, samples, sundays);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].log_factor -= rest * sundays[i];
    std::erase_if(seen_, [&](const SeenEvent& seen) { return seen.id == event.id; });
    seen_.push_back({.id = event.id,
                     .type = event.type,
                     .name = event.name,
                     .start = event.start,
                     .end = event.end,
                     .day_off = planned.day_off,
                     .noise = episode_.noise,
                     .rest = rest,
                     .rest_told = told,
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
