#include "prediction/lead_demand.h"

#include "base/archive.h"
#include "base/assert.h"
#include "prediction/lead_demand_quantiles.h"
#include "prediction/lead_demand_ridge.h"
#include "prediction/plausible.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <span>

namespace forescale {
namespace {

constexpr std::uint32_t state_version = 3;

// Everything below is in units of the service's own level (its one-day moving average), so that the
// same constants serve 0.2 cores and 50,000 requests, and growth by 50x changes nothing.
constexpr std::size_t columns = 30;
constexpr std::size_t scale_columns = 10;
constexpr std::array<int, 4> span_minutes{5, 15, 30, 60};
// Half-life of the regression. Short, because how demand moves changes within days (against 30
// days, the 99 % pinball loss is 11 % lower), but never fewer samples than its columns need.
constexpr double memory_days = 2.0;
constexpr double memory_samples_min = 1000.0;
constexpr double scale_memory_days = 7.0;
constexpr double tail_memory_days = 10.0;
constexpr double huber = 2.5;      // residuals beyond this many expected sizes pull no stronger
constexpr double ratio_max = 5.0;  // level against profile; beyond it the profile says nothing
constexpr double prior_samples = 30.0;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double lead_change_keeps = 0.1;  // of what was learned for another lead time

using Features = std::array<double, columns>;
using ScaleFeatures = std::array<double, scale_columns>;

/// What was known and said at one step; it is learned from when its span has passed.
struct Origin {
    std::int64_t step = 0;
    bool usable = false;  ///< the newest sample was there
    double level = 0.0;
    double anchor = 0.0;  ///< newest demand over level; the regression learns the difference to it
    double forecast = 0.0;  ///< largest demand of the span over level
    double scale = 0.0;     ///< expected |residual| over level
    Features features{};
    ScaleFeatures scale_features{};

    template <class Archive>
    void fields(Archive& archive) {
        archive(step, usable, level, anchor, forecast, scale, features, scale_features);
    }
};

/// Mean per slot of a day or a week that forgets: fast while young.
struct SlotProfile {
    std::vector<float> mean;
    std::vector<std::uint8_t> count;

    explicit SlotProfile(std::size_t slots = 0) : mean(slots, 0.0F), count(slots, 0) {}
    void learn(std::size_t slot, double value, double share) {
        if (count[slot] < 250) ++count[slot];
        const double weight = std::max(1.0 / static_cast<double>(count[slot]), share);
        mean[slot] += static_cast<float>(weight * (value - static_cast<double>(mean[slot])));
    }
    [[nodiscard]] bool known(std::size_t slot) const { return count[slot] > 0; }
    [[nodiscard]] double at(std::size_t slot) const { return static_cast<double>(mean[slot]); }

    template <class Archive>
    void fields(Archive& archive) {
        archive(mean, count);
    }
};

double decay_of(double steps) {
    return 1.0 - std::exp(-1.0 / std::max(steps, 1.0));
}

}  // namespace

struct LeadDemandModel::Impl {
    // Set by the service, not by what was observed; the step is stored to know a foreign state.
    Duration step{0};
    Zone zone;
    std::size_t day_steps = 0;
    std::array<std::size_t, span_minutes.size()> spans{};
    std::size_t history = 0;

    // What was learned.
    Duration lead{0};
    std::int64_t steps_seen = 0;
    Timestamp newest;    ///< start of the newest step
    double level = 0.0;  ///< one-day moving average
    double level_weight = 0.0;
    PlausibleDemand plausible;
    std::vector<double> recent;  ///< newest last; a gap is filled in from the profile
    std::vector<std::uint8_t> recent_present;
    SlotProfile daily, weekly;  ///< demand over level per step
    SlotProfile daily_span,
        weekly_span;          ///< largest demand of the span that begins after the slot, over level
    SlotProfile daily_scale;  ///< |residual| over level
    std::vector<float> yesterday;  ///< demand over level, per step of the day
    ForgettingRidge ridge, scale_ridge;
    ForgettingHistogram tail;
    double scale_day = 0.0, scale_day_weight = 0.0, scale_half_hour = 0.0, residual_newest = 0.0,
           bias_half_hour = 0.0;
    std::deque<Origin> pending;
    Origin current;
    std::array<double, quantile_levels.size()> tail_quantiles{};
    std::int64_t solved_at = 0;
    std::int64_t matured = 0;

    template <class Archive>
    void fields(Archive& archive) {
        archive(step, lead, steps_seen, newest, level, level_weight, plausible, recent,
                recent_present);
        archive(daily, weekly, daily_span, weekly_span, daily_scale, yesterday, ridge, scale_ridge,
                tail);
        archive(scale_day, scale_day_weight, scale_half_hour, residual_newest, bias_half_hour,
                pending, current, tail_quantiles);
        archive(solved_at, matured);
    }

    Impl(const Service& service, Duration lead_time)
        : step(service.fine_step), zone(service.zone), lead(lead_time), plausible(step) {
        ASSERT(step > Duration(0) && step <= day && lead_time >= Duration(0));
        day_steps = static_cast<std::size_t>(day / step);
        for (std::size_t i = 0; i < spans.size(); ++i)
            spans[i] = std::max(
                i + 2, static_cast<std::size_t>(std::chrono::minutes(span_minutes[i]) / step));
        keep_history();
        for (SlotProfile* profile : {&daily, &daily_span, &daily_scale})
            *profile = SlotProfile(day_steps);
        for (SlotProfile* profile : {&weekly, &weekly_span}) *profile = SlotProfile(7 * day_steps);
        yesterday.assign(day_steps, 0.0F);
        const auto steps_a_day = static_cast<double>(day_steps);
        ridge = ForgettingRidge(columns, std::max(memory_days * steps_a_day, memory_samples_min),
                                prior_samples);
        scale_ridge =
            ForgettingRidge(scale_columns, scale_memory_days * steps_a_day, prior_samples);
        tail = ForgettingHistogram(tail_memory_days * steps_a_day);
    }

    /// As many steps as the longest feature, and the longest wait for an outcome, look back.
    void keep_history() { history = std::max(spans.back(), span_steps() + 1) + 1; }

    /// Steps whose demand the capacity asked for at an origin has to serve: the lead time, and the
    /// one step until the next chance.
    [[nodiscard]] std::size_t span_steps() const {
        return static_cast<std::size_t>((lead + step - Duration(1)) / step) + 1;
    }

    [[nodiscard]] std::size_t week_slot(Timestamp start) const {
        const auto local = zone.to_local(start).time_since_epoch();
        const auto slot = (local / step) % static_cast<std::int64_t>(7 * day_steps);
        return static_cast<std::size_t>(slot < 0 ? slot + static_cast<std::int64_t>(7 * day_steps)
                                                 : slot);
    }

    void observe(const Window& window) {
        if (steps_seen > 0 && window.start <= newest) return;
        fill_gap(window.start);
        newest = window.start;
        const std::size_t slot = week_slot(newest);
        const bool is_known = window.present() && std::isfinite(window.max);
        const double seen = plausible.believe(is_known ? std::max(window.max, 0.0) : missing);
        // Nothing is said before a day of history: the first samples can wait until one confirms
        // the other.
        const bool is_unconfirmed =
            plausible.is_suspect(seen) || (seen > 0.0 && !plausible.is_known());
        const bool present = !std::isnan(seen) && !is_unconfirmed;
        const double value = present ? seen : expected_now(slot);
        if (present) learn_level(value);
        push(value, present);
        ++steps_seen;
        mature();
        if (present) learn_profiles(slot, value);
        solve_when_due();
        current = make_origin(slot, present);
        pending.push_back(current);
    }

    /// Steps that nobody reported, up to a day of them; a longer hole is not worth filling step by
    /// step.
    void fill_gap(Timestamp start) {
        if (steps_seen == 0) return;
        auto holes = (start - newest) / step - 1;
        const auto holes_max = static_cast<decltype(holes)>(history + span_steps());
        if (holes > holes_max) {
            newest += step * (holes - holes_max);
            holes = holes_max;
        }
        for (; holes > 0; --holes) observe(Window{.start = newest + step, .width = step});
    }

    /// What a missing step most likely was: the profile at the level of the last half hour.
    [[nodiscard]] double expected_now(std::size_t slot) const {
        if (recent.empty()) return 0.0;
        if (!daily.known(slot % day_steps)) return recent.back();
        const std::size_t before = (slot + day_steps - 1) % day_steps;
        const double was = daily.at(before);
        const double ratio =
            was > 0.0 ? std::clamp(daily.at(slot % day_steps) / was, 0.5, 2.0) : 1.0;
        return recent.back() * ratio;
    }

    void learn_level(double value) {
        const double share = decay_of(static_cast<double>(day_steps));
        level_weight += share * (1.0 - level_weight);
        level += share * (value - level);
    }
    [[nodiscard]] double level_now() const {
        return level_weight > 0.0 ? level / level_weight : 0.0;
    }

    void push(double value, bool present) {
        recent.push_back(value);
        recent_present.push_back(present ? 1 : 0);
        if (recent.size() < 2 * history) return;
        recent.erase(recent.begin(), recent.end() - static_cast<std::ptrdiff_t>(history));
        recent_present.erase(recent_present.begin(),
                             recent_present.end() - static_cast<std::ptrdiff_t>(history));
    }

    void learn_profiles(std::size_t slot, double value) {
        const double unit = level_now();
        const double relative = unit > 0.0 ? value / unit : 0.0;
        daily.learn(slot % day_steps, relative, 0.15);
        weekly.learn(slot, relative, 0.4);
        yesterday[slot % day_steps] = static_cast<float>(relative);
    }

    void mature() {
        const auto span = static_cast<std::int64_t>(span_steps());
        while (!pending.empty() && pending.front().step + span < steps_seen) {
            learn(pending.front());
            pending.pop_front();
        }
    }

    /// The largest demand of the steps after `origin`, or nothing when any of them is missing.
    [[nodiscard]] std::optional<double> outcome(const Origin& origin) const {
        const auto after = static_cast<std::size_t>(steps_seen - 1 - origin.step);
        if (after > recent.size()) return std::nullopt;
        const std::size_t first = recent.size() - after;
        double largest = 0.0;
        for (std::size_t i = first; i < first + span_steps(); ++i) {
            if (recent_present[i] == 0) return std::nullopt;
            largest = std::max(largest, recent[i]);
        }
        return largest;
    }

    void learn(const Origin& origin) {
        const std::optional<double> largest = outcome(origin);
        if (!origin.usable || !largest || !(origin.level > 0.0)) return;
        const double actual = *largest / origin.level;
        const double residual = actual - origin.forecast;
        const double size = std::abs(residual);
        const auto after = steps_seen - 1 - origin.step;
        const std::size_t slot = week_slot(newest - step * after);
        ++matured;
        const double z = origin.scale > 0.0 ? residual / origin.scale : 0.0;
        const double pull = std::abs(z) > huber ? huber / std::abs(z) : 1.0;
        ridge.learn(origin.features, actual - origin.anchor, pull);
        if (origin.scale > 0.0) {
            const double capped = std::min(size, 8.0 * origin.scale);
            scale_ridge.learn(origin.scale_features, capped,
                              1.0 / (origin.scale * origin.scale + 1e-8));
            if (solved_at > 0) tail.learn(z);
        }
        daily_span.learn(slot % day_steps, actual, 0.15);
        weekly_span.learn(slot, actual, 0.4);
        daily_scale.learn(slot % day_steps, size, 0.1);
        const double share = decay_of(static_cast<double>(day_steps));
        scale_day_weight += share * (1.0 - scale_day_weight);
        scale_day += share * (size - scale_day);
        scale_half_hour += decay_of(static_cast<double>(std::chrono::minutes(30) / step)) *
                           (size - scale_half_hour);
        const double half_hour = decay_of(static_cast<double>(std::chrono::minutes(30) / step));
        bias_half_hour += half_hour * (residual - bias_half_hour);
        residual_newest = residual;
    }

    /// For the first time after a day of targets, then every hour: 10 us against 60 steps of 3 us.
    void solve_when_due() {
        const auto a_day = static_cast<std::int64_t>(day_steps);
        const bool due = solved_at == 0
                             ? matured >= a_day
                             : steps_seen - solved_at >= std::max<std::int64_t>(a_day / 24, 1);
        if (!due) return;
        solved_at = steps_seen;
        ridge.solve();
        scale_ridge.solve();
        read_tail();
    }

    void read_tail() {
        for (std::size_t i = 0; i < quantile_levels.size(); ++i)
            tail_quantiles[i] = tail.quantile(quantile_levels[i]);
    }

    [[nodiscard]] Origin make_origin(std::size_t slot, bool present) const {
        Origin origin;
        origin.step = steps_seen - 1;
        origin.usable = present && recent.size() >= spans.back();
        origin.level = level_now();
        if (!(origin.level > 0.0)) return origin;
        origin.anchor = recent.back() / origin.level;
        origin.features = features(slot, origin.level);
        origin.forecast = std::max(origin.anchor + ridge.predict(origin.features), 0.0);
        origin.scale_features = scale_features(slot, origin);
        origin.scale = expected_scale(origin);
        return origin;
    }

    [[nodiscard]] std::span<const double> last(std::size_t count) const {
        return std::span<const double>(recent).last(std::min(count, recent.size()));
    }

    [[nodiscard]] Features features(std::size_t slot, double unit) const {
        Features f{};
        std::size_t at = 0;
        const double now = recent.back() / unit;
        f[at++] = 1.0;
        f[at++] = now;
        for (const std::size_t span : spans) {
            const auto values = last(span);
            double sum = 0.0;
            double most = values[0];
            double least = values[0];
            for (const double value : values) {
                sum += value;
                most = std::max(most, value);
                least = std::min(least, value);
            }
            f[at++] = sum / static_cast<double>(values.size()) / unit - now;
            f[at++] = most / unit - now;
            f[at++] = least / unit - now;
        }
        const auto two = last(2);
        f[at++] = two[0] / unit - now;
        f[at++] = std::abs(two[0] / unit - now);
        f[at++] = residual_newest;
        f[at++] = bias_half_hour;
        f[at++] = surprise(unit);
        seasonal_features(slot, unit, std::span(f).subspan(at));
        return f;
    }

    /// Eleven columns: what the profiles, yesterday and last week say of the span, as they stand
    /// and moved to the level of now.
    void seasonal_features(std::size_t slot, double unit, std::span<double> f) const {
        ASSERT(f.size() == 11);
        const double now = recent.back() / unit;
        const std::size_t week = 7 * day_steps;
        const std::size_t back = std::min(spans[2], recent.size());
        double mine = 0.0;
        double profile = 0.0;
        double week_profile = 0.0;
        double day_ago = 0.0;
        for (std::size_t i = 0; i < back; ++i) {
            const std::size_t then = (slot + week - i) % week;
            mine += recent[recent.size() - 1 - i] / unit;
            profile += daily.at(then % day_steps);
            week_profile += weekly.known(then) ? weekly.at(then) : daily.at(then % day_steps);
            day_ago += static_cast<double>(yesterday[then % day_steps]);
        }
        double profile_next = 0.0;
        double week_next = 0.0;
        double day_ago_next = 0.0;
        for (std::size_t i = 1; i <= span_steps(); ++i) {
            const std::size_t then = (slot + i) % week;
            profile_next = std::max(profile_next, daily.at(then % day_steps));
            week_next = std::max(week_next,
                                 weekly.known(then) ? weekly.at(then) : daily.at(then % day_steps));
            day_ago_next = std::max(day_ago_next, static_cast<double>(yesterday[then % day_steps]));
        }
        const double ratio = ratio_of(mine, profile);
        const double week_ratio = ratio_of(mine, week_profile);
        const double span_mean = daily_span.at(slot % day_steps);
        const double week_span = weekly_span.known(slot) ? weekly_span.at(slot) : span_mean;
        f[0] = profile_next - now;
        f[1] = ratio * profile_next - now;
        f[2] = week_next - now;
        f[3] = week_ratio * week_next - now;
        f[4] = span_mean - now;
        f[5] = ratio * span_mean - now;
        f[6] = week_span - now;
        f[7] = week_ratio * week_span - now;
        f[8] = day_ago_next - now;
        f[9] = ratio_of(mine, day_ago) * day_ago_next - now;
        f[10] = daily.at(slot % day_steps) - now;
    }
    static double ratio_of(double mine, double other) {
        return other > 0.0 ? std::clamp(mine / other, 1.0 / ratio_max, ratio_max) : 1.0;
    }

    /// The newest demand over what was said a step ago of the largest one.
    [[nodiscard]] double surprise(double unit) const {
        return pending.empty() ? 0.0 : recent.back() / unit - pending.back().forecast;
    }

    [[nodiscard]] ScaleFeatures scale_features(std::size_t slot, const Origin& origin) const {
        const auto quarter = last(spans[1]);
        const auto [least, most] = std::ranges::minmax_element(quarter);
        return {0.02,
                scale_day_weight > 0.0 ? scale_day / scale_day_weight : 0.0,
                slot_scale(slot),
                scale_half_hour,
                0.1 * origin.forecast,
                std::abs(origin.forecast - origin.anchor),
                std::abs(residual_newest),
                std::max(surprise(origin.level), 0.0),
                std::max(bias_half_hour, 0.0),
                (*most - *least) / origin.level};
    }

    /// Mean |residual| of the slots within half an hour.
    [[nodiscard]] double slot_scale(std::size_t slot) const {
        const std::size_t around = static_cast<std::size_t>(std::chrono::minutes(30) / step);
        const std::size_t stride = std::max<std::size_t>(around / 6, 1);
        double sum = 0.0;
        double count = 0.0;
        for (std::size_t i = 0; i <= 2 * around; i += stride) {
            const std::size_t then = (slot + day_steps + i - around) % day_steps;
            if (!daily_scale.known(then)) continue;
            sum += daily_scale.at(then);
            count += 1.0;
        }
        return count > 0.0 ? sum / count : 0.0;
    }

    [[nodiscard]] double expected_scale(const Origin& origin) const {
        const double day_scale = origin.scale_features[1];
        if (solved_at == 0) return day_scale;
        return std::max({scale_ridge.predict(origin.scale_features), 0.25 * day_scale,
                         0.3 * origin.scale_features[2], 1e-6});
    }

    [[nodiscard]] std::optional<LeadDemand> forecast() const {
        if (solved_at == 0 || !(current.level > 0.0)) return std::nullopt;
        LeadDemand demand{.from = newest + step, .lead = lead};
        const double most = std::max(plausible.ceiling(), current.forecast * current.level);
        for (std::size_t i = 0; i < quantile_levels.size(); ++i)
            demand.quantiles[i] = std::clamp(
                (current.forecast + tail_quantiles[i] * current.scale) * current.level, 0.0, most);
        return demand;
    }

    void set_lead(Duration lead_time) {
        ASSERT(lead_time >= Duration(0));
        const std::size_t before = span_steps();
        lead = lead_time;
        if (span_steps() == before) return;
        keep_history();
        ridge.discount(lead_change_keeps);
        scale_ridge.discount(lead_change_keeps);
        tail.discount(lead_change_keeps);
    }
};

LeadDemandModel::LeadDemandModel(const Service& service, Duration lead)
    : impl_(std::make_unique<Impl>(service, lead)) {}
LeadDemandModel::~LeadDemandModel() = default;
LeadDemandModel::LeadDemandModel(LeadDemandModel&&) noexcept = default;
LeadDemandModel& LeadDemandModel::operator=(LeadDemandModel&&) noexcept = default;

void LeadDemandModel::observe(const Window& window) {
    impl_->observe(window);
}
std::optional<LeadDemand> LeadDemandModel::forecast(const ForecastPath& /*path*/) const {
    return impl_->forecast();
}
void LeadDemandModel::set_lead(Duration lead) {
    impl_->set_lead(lead);
}
std::string LeadDemandModel::save() const {
    return save_state(*impl_, state_version);
}
Result<void> LeadDemandModel::load(std::string_view state) {
    auto loaded = std::make_unique<Impl>(*impl_);
    TRY_VOID(load_state(*loaded, state, state_version));
    if (loaded->step != impl_->step)
        return fail(Errc::corrupt,
                    "stored lead demand has steps of {}, the service has {}; it is not used",
                    format_duration(loaded->step), format_duration(impl_->step));
    loaded->keep_history();
    impl_ = std::move(loaded);
    return {};
}

}  // namespace forescale
