#include "prediction/forecaster.h"

#include "base/hash.h"
#include "domain/served_bound.h"
#include "models/prophet/fit_of_step.h"
#include "models/trained.h"
#include "prediction/anchor_forecast.h"
#include "prediction/confidence.h"
#include "prediction/demand_history.h"
#include "prediction/event_effects.h"
#include "prediction/event_uplift.h"
#include "prediction/horizons.h"
#include "prediction/members.h"
#include "prediction/path.h"
#include "prediction/shadow.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr std::uint32_t state_version = 8;
constexpr Duration confidence_half_life =
    std::chrono::minutes(30);                ///< of the confidence without a sample
constexpr double across_clock_change = 1.5;  ///< times as wide as usual

/// These weigh what was at the same time in UTC: a day ahead, and the clock put forward in between,
/// the flank of a peak comes out at half or twice its size.
bool knows_clock(std::string_view member) {
    return !is_baseline(member) && !member.starts_with("ridge");
}

/// format_duration() of a headline horizon.
const std::string& name_of_headline(Duration horizon) {
    static const auto names = [] {
        std::array<std::string, headline_horizons.size()> made;
        std::ranges::transform(headline_horizons, made.begin(), format_duration);
        return made;
    }();
    return names[static_cast<std::size_t>(std::ranges::find(headline_horizons, horizon) -
                                          headline_horizons.begin())];
}

Service shape_of(const Service& service) {
    Service shape;
    shape.id = service.id;
    shape.zone = service.zone;
    shape.holidays = service.holidays;
    shape.grid_step = service.grid_step;
    shape.fine_step = service.fine_step;
    return shape;
}

/// Before anything was trained.
const std::shared_ptr<const TrainedModels>& untrained() {
    static const auto none = std::make_shared<const TrainedModels>();
    return none;
}

template <class Archive>
void path_fields(Archive& archive, ForecastPath& path) {
    archive(path.origin, path.step, path.confidence);
    std::uint64_t count = path.points.size();
    archive(count);
    if constexpr (Archive::is_reading) path.points.resize(std::min<std::uint64_t>(count, 1000));
    for (ForecastPoint& point : path.points) archive(point.horizon, point.quantiles);
    count = path.members.size();
    archive(count);
    if constexpr (Archive::is_reading) path.members.resize(std::min<std::uint64_t>(count, 1000));
    for (MemberView& member : path.members)
        archive(member.name, member.weight, member.asleep, member.asleep_because);
}
}  // namespace

/// A target that events reach, as it was said.
struct SaidWithEvents {
    Timestamp target;
    Duration horizon{0};
    double factor = 1.0;  ///< what events do to the median
    double low = 0.0;     ///< of the central 90 %
    double high = 0.0;
    template <class Archive>
    void fields(Archive& archive) {
        archive(target, horizon, factor, low, high);
    }
};

struct Forecaster::Impl {
    explicit Impl(const Service& service)
        : shape(shape_of(service)),
          step(service.grid_step),
          anchors(anchor_steps(step)),
          horizons(path_steps(step)),
          past(service, anchors),
          events(step, service.zone, service.holidays),
          settings{.step = step, .seed = fnv1a(service.id.str())},
          members(settings),
          shadow(settings, anchors) {
        const std::vector<std::string_view> names = members.names();
        for (const int anchor : anchors) at_anchors.emplace_back(names, step, anchor);
    }

    void observe(Timestamp at, double value);
    void advance(Timestamp at, double value);
    [[nodiscard]] double wanted(Timestamp at, double demand_seen, double served_max);
    [[nodiscard]] std::optional<PastCorrection> watch_for_change();
    void unlearn_doubt(const Change& change);
    void learn_from_matured(double value);
    void note_matured(std::size_t anchor, double value);
    void ask_members(bool rescaled, const std::optional<PastCorrection>& correction);
    [[nodiscard]] double caution() const;
    [[nodiscard]] bool knows_level(std::size_t member) const;
    [[nodiscard]] bool crosses_clock_change(std::size_t anchor) const;
    [[nodiscard]] double confidence() const;
    void combine_members();
    void make_path();
    void say_events();
    void score_events(double value);
    [[nodiscard]] std::string guarded_because(std::size_t member) const;
    /// Half hour of the local day.
    [[nodiscard]] std::size_t slot_of(Timestamp time) const {
        const Timestamp local = shape.zone.to_local(time);
        return static_cast<std::size_t>((local - floor_to(local, day)) / std::chrono::minutes(30));
    }
    [[nodiscard]] std::size_t anchor_of(Duration horizon) const {
        const auto found = std::ranges::lower_bound(anchors, static_cast<int>(horizon / step));
        return std::min(static_cast<std::size_t>(found - anchors.begin()), anchors.size() - 1);
    }
    // What a state must have been made with; a reader stops at once where it differs, and the state
    // is refused as not fully read.
    template <class Archive>
    bool same_shape(Archive& archive) {
        Duration of_step = step;
        std::uint64_t count = members.size();
        archive(of_step, count);
        bool same = of_step == step && count == members.size();
        for (std::size_t m = 0; same && m < members.size(); ++m) {
            std::string name(members.name(m));
            archive(name);
            same = name == members.name(m);
        }
        return same;
    }
    template <class Archive>
    void fields(Archive& archive) {
        if (!same_shape(archive)) return;
        archive(past, members, events, said_with_events, clipped_steps, served_bound);
        for (AnchorForecast& anchor : at_anchors) archive(anchor);
        archive(shadow);
        path_fields(archive, path);
    }

    Service shape;  ///< what of the service matters here
    Duration step;
    Anchors anchors;
    std::vector<int> horizons;
    DemandHistory past;
    EventEffects events;  ///< everything else here works on demand without what it says
    std::vector<SaidWithEvents> said_with_events;
    std::int64_t clipped_steps = 0;
    ServedBound served_bound;
    std::shared_ptr<const TrainedModels> trained = untrained();
    ModelSettings settings;
    Members members;
    Shadow shadow;
    std::vector<AnchorForecast> at_anchors;
    ForecastPath path;
    std::vector<MaturedScore> matured;
    Stopwatch watch;
    std::int64_t steps_timed = 0;
};

void Forecaster::Impl::observe(Timestamp at, double value) {
    matured.clear();
    members.forget_costs();
    steps_timed = 0;
    if (!past.empty()) {
        if (at <= past.newest()) return;
        for (Timestamp gap = past.newest() + step; gap < at; gap += step)
            advance(gap, Series::missing);
    }
    // Before the first sample there is nothing to know about.
    if (past.empty() && std::isnan(value)) return;
    advance(at, value);
    score_events(value);
    make_path();
}

void Forecaster::Impl::advance(Timestamp at, double measured) {
    const double cleaned = events.clean(past.demand(), at, measured);
    const double value = past.append(at, cleaned);
    if (std::isnan(value) && !std::isnan(cleaned)) events.disbelieved();
    if (const auto from = events.settle(past.history())) past.corrected(*from);
    const bool rescaled = past.review(is_refit_step(settings, at, day));
    if (rescaled)
        for (AnchorForecast& anchor : at_anchors) anchor.rescale();
    learn_from_matured(value);
    const std::optional<PastCorrection> correction = watch_for_change();
    past.look(anchors);
    ask_members(rescaled, correction);
    combine_members();
}

/// What was wanted in a step in which so much was measured and no more than that could be served.
double Forecaster::Impl::wanted(Timestamp at, double demand_seen, double served_max) {
    if (std::isnan(demand_seen) || !(served_max > 0.0)) return demand_seen;
    const bool is_plausible = !past.plausible().is_suspect(demand_seen);
    if (!served_bound.clips(demand_seen, served_max, is_plausible)) return demand_seen;
    ++clipped_steps;
    const bool is_next = !past.empty() && at == past.newest() + step && anchors.front() == 1;
    const double forecast = is_next ? at_anchors.front().value() : Series::missing;
    return forecast > demand_seen ? std::min(forecast, 2.0 * demand_seen) : demand_seen;
}

/// How the past was corrected, where that is more than a brief incident.
std::optional<PastCorrection> Forecaster::Impl::watch_for_change() {
    constexpr Duration brief = std::chrono::hours(1);
    const bool was_in_doubt = past.changes().in_doubt();
    const std::optional<Change> change = past.watch();
    const bool is_in_doubt = past.changes().in_doubt();
    const bool is_brief = change && change->is_incident && change->until - change->from <= brief;
    for (AnchorForecast& anchor : at_anchors) {
        if (is_in_doubt && !was_in_doubt) anchor.begin_doubt();
        if (was_in_doubt && !is_in_doubt && (!change || is_brief)) anchor.end_doubt();
    }
    if (!change || is_brief) return std::nullopt;
    unlearn_doubt(*change);
    return change->is_incident ? PastCorrection{} : PastCorrection{.level_factor = change->factor};
}

/// What was said during an incident teaches nothing, nor does anything of before a new level.
void Forecaster::Impl::unlearn_doubt(const Change& change) {
    const auto steps = static_cast<std::size_t>((past.newest() - change.from) / step);
    for (std::size_t a = 0; a < at_anchors.size(); ++a)
        at_anchors[a].unlearn_doubt(change.is_incident ? steps
                                                       : static_cast<std::size_t>(anchors[a]));
}

void Forecaster::Impl::learn_from_matured(double value) {
    const std::size_t slot = slot_of(past.newest());
    for (std::size_t a = 0; a < anchors.size(); ++a) {
        const Duration horizon = step * anchors[a];
        if (!std::isnan(value) &&
            std::ranges::find(headline_horizons, horizon) != headline_horizons.end())
            note_matured(a, value);
        at_anchors[a].learn(value, past.scale(), slot);
    }
}

void Forecaster::Impl::note_matured(std::size_t anchor, double value) {
    const AnchorForecast::Said said = at_anchors[anchor].matured();
    if (std::isnan(said.combined)) return;
    const Duration horizon = step * anchors[anchor];
    MaturedScore score{.member = {},
                       .horizon = horizon,
                       .origin = past.newest() - horizon,
                       .forecast = 0.0,
                       .actual = value};
    for (std::size_t m = 0; m < members.size(); ++m) {
        if (std::isnan(said.medians[m])) continue;
        if ((said.heard >> m & 1U) == 0 && !is_baseline(members.name(m))) continue;
        score.member = members.name(m);
        score.forecast = said.medians[m];
        matured.push_back(score);
    }
    const double error = log_level(value, past.scale()) - log_level(said.combined, past.scale());
    score.member = "ensemble";
    score.forecast = said.combined;
    score.inside_90 = error >= said.offset_05 && error <= said.offset_95;
    matured.push_back(score);
}

void Forecaster::Impl::ask_members(bool rescaled, const std::optional<PastCorrection>& correction) {
    const double level = log_level(past.demand().values().back(), past.scale());
    std::vector<Lesson> lessons;
    std::vector<std::span<const float>> targets;
    for (std::size_t a = 0; a < anchors.size(); ++a) {
        lessons.push_back(past.memory().lesson(a, anchors[a], level));
        targets.push_back(past.memory().target(a));
    }
    const FeatureContext seen = past.context();
    prophet::FitOfStep fit_of_step;
    const Moment moment{.context = seen,
                        .anchors = anchors,
                        .level_now = past.memory().level_now(),
                        .origin = past.memory().origin(),
                        .targets = targets,
                        .lessons = lessons,
                        .memory = past.memory(),
                        .rollup = past.hours(),
                        .seasons = past.seasons(),
                        .trained = *trained,
                        .rescaled = rescaled,
                        .correction = correction,
                        .fit_of_step = &fit_of_step};
    members.step(moment, past.largest(), watch);
    ++steps_timed;
    shadow.step(moment, members, past.largest());
}

/// What intervals are widened by because little was seen of late, or because nobody knows yet where
/// demand is going.
double Forecaster::Impl::caution() const {
    constexpr double missing_usual = 0.1;
    constexpr double after_change = 1.25;
    const bool is_unsettled = past.changes().in_doubt() || past.since_new_level() < day;
    return (1.0 + std::max(0.0, past.missing_share() - missing_usual)) *
           (is_unsettled ? after_change : 1.0);
}

/// The naive forecasts stay what was observed: after a change of level they say the old one, and
/// are not heard.
bool Forecaster::Impl::knows_level(std::size_t member) const {
    const Duration since = past.since_new_level();
    const std::string_view name = members.name(member);
    if (name == "weekly_naive") return since >= day * 7;
    return since >= day || name != "seasonal_naive";
}

void Forecaster::Impl::combine_members() {
    const auto age = static_cast<double>(past.age());
    for (std::size_t a = 0; a < anchors.size(); ++a) {
        std::vector<double> medians = members.medians(a);
        const std::vector<double> spreads = members.spreads(a);
        const std::vector<double> all = medians;
        const bool crosses = crosses_clock_change(a);
        for (std::size_t m = 0; m < medians.size(); ++m)
            if (!knows_level(m) || (crosses && !knows_clock(members.name(m))))
                medians[m] = Series::missing;
        if (std::ranges::all_of(medians, [](double median) { return std::isnan(median); }))
            medians = all;
        at_anchors[a].combine({.medians = medians,
                               .spreads = spreads,
                               .demand_scale = past.scale(),
                               .slot = slot_of(past.newest() + step * anchors[a]),
                               .age_steps = age,
                               .unrest = at_anchors[a == 0 ? 0 : a - 1].unrest(),
                               .caution = caution() * (crosses ? across_clock_change : 1.0)});
    }
}

/// Whether the clock of the service is put forward or back between now and an anchor that lies so
/// far ahead that the time of day matters.
bool Forecaster::Impl::crosses_clock_change(std::size_t anchor) const {
    const Duration ahead = step * anchors[anchor];
    if (ahead <= std::chrono::hours(1)) return false;
    return shape.zone.offset_at(past.newest() + ahead) != shape.zone.offset_at(past.newest());
}

/// How far the forecast is trusted.
double Forecaster::Impl::confidence() const {
    const std::size_t hour = anchor_of(std::chrono::hours(1));
    const auto at_hour =
        std::ranges::find(path.points, step * anchors[hour], &ForecastPoint::horizon);
    const double of_quantiles = at_hour->quantiles.back() > 0.0
                                    ? confidence_of(at_hour->quantiles)
                                    : confidence_of_zero(in_seconds(past.zero_for()) / 3600.0);
    return of_quantiles * std::exp2(-static_cast<double>(past.age() * step.count()) /
                                    static_cast<double>(confidence_half_life.count()));
}

/// At which headline horizons the guard keeps the member out, and why; empty: at none.
std::string Forecaster::Impl::guarded_because(std::size_t member) const {
    std::string why;
    for (const Duration horizon : headline_horizons) {
        const std::size_t anchor = anchor_of(horizon);
        if (step * anchors[anchor] != horizon) continue;
        const std::string& here = at_anchors[anchor].guard().because(member);
        if (here.empty()) continue;
        // Put together by hand: it is said of every member at every step.
        why.append(why.empty() ? "" : "; ").append("not heard at ");
        why.append(name_of_headline(horizon)).append(": ").append(here);
    }
    return why;
}

void Forecaster::Impl::make_path() {
    path.origin = past.newest();
    path.step = step;
    path.points =
        path_points(past.context(), anchors, at_anchors, horizons, past.plausible().ceiling());
    say_events();
    const std::size_t hour = anchor_of(std::chrono::hours(1));
    path.confidence = confidence();
    path.members.resize(members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
        const std::string& why = members.asleep_because(m);
        path.members[m] = {.name = std::string(members.name(m)),
                           .weight = at_anchors[hour].weights()[m],
                           .asleep = !why.empty(),
                           .asleep_because = why.empty() ? guarded_because(m) : why};
    }
}

/// The path, and what will be scored, with what events do to its targets. No quantile reaches
/// beyond what is plausible times what events are expected to raise it by.
void Forecaster::Impl::say_events() {
    for (ForecastPoint& point : path.points) {
        const Timestamp target = path.origin + point.horizon;
        const EventEffect effect = events.at(target);
        if (effect.is_none()) continue;
        const double factor = std::exp(effect.log_factor);
        point.quantiles = with_effect(point.quantiles, effect);
        const double most = std::max(past.plausible().ceiling() * std::max(factor, 1.0),
                                     point.quantiles[median_index]);
        for (double& quantile : point.quantiles) quantile = std::min(quantile, most);
        if (std::ranges::find(headline_horizons, point.horizon) != headline_horizons.end())
            said_with_events.push_back({.target = target,
                                        .horizon = point.horizon,
                                        .factor = factor,
                                        .low = point.quantiles.front(),
                                        .high = point.quantiles[quantile_levels.size() - 2]});
    }
}

/// What was said is scored against demand as it came, events included.
void Forecaster::Impl::score_events(double value) {
    for (MaturedScore& score : matured) {
        score.actual = value;
        for (const SaidWithEvents& said : said_with_events) {
            if (said.target != past.newest() || said.horizon != score.horizon) continue;
            score.forecast *= said.factor;
            score.inside_90 = score.member == "ensemble" && value >= said.low && value <= said.high;
        }
    }
    std::erase_if(said_with_events,
                  [&](const SaidWithEvents& said) { return said.target <= past.newest(); });
}

Forecaster::Forecaster(const Service& service) : impl_(std::make_unique<Impl>(service)) {}
Forecaster::~Forecaster() = default;
Forecaster::Forecaster(Forecaster&&) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&&) noexcept = default;

void Forecaster::observe(const Window& window, std::optional<double> served_max) {
    ASSERT(window.width == impl_->step);
    const double mean = window.present() ? window.mean() : Series::missing;
    const double demand = std::isfinite(mean) ? std::max(mean, 0.0) : Series::missing;
    impl_->observe(window.start,
                   served_max ? impl_->wanted(window.start, demand, *served_max) : demand);
}

void Forecaster::time_members(Stopwatch watch) {
    impl_->watch = std::move(watch);
}

std::vector<std::chrono::nanoseconds> Forecaster::member_costs() const {
    const auto all = impl_->members.costs();
    std::vector<std::chrono::nanoseconds> per_step(all.begin(), all.end());
    for (auto& cost : per_step) cost /= std::max<std::int64_t>(1, impl_->steps_timed);
    return per_step;
}

void Forecaster::rest(std::string_view member, const std::string& why) {
    for (std::size_t m = 0; m < impl_->members.size(); ++m)
        if (impl_->members.name(m) == member) impl_->members.rest(m, why);
    impl_->shadow.rest(member, why);
}

Forecaster::Noticed Forecaster::noticed() const {
    return {.level_shifts = impl_->past.changes().shifts(),
            .incidents = impl_->past.changes().incidents(),
            .clipped_steps = impl_->clipped_steps,
            .disbelieved_steps = impl_->past.plausible().disbelieved(),
            .in_doubt = impl_->past.changes().in_doubt()};
}

bool Forecaster::observe_fine(const Window& window) {
    const double mean = window.present() ? window.mean() : Series::missing;
    const double factor = std::exp(impl_->events.at(window.start).log_factor);
    const double demand = std::isfinite(mean) ? std::max(mean, 0.0) / factor : Series::missing;
    return std::isfinite(impl_->past.append_fine(window.start, demand));
}

double Forecaster::plausible_max() const {
    return impl_->past.plausible().ceiling();
}

bool Forecaster::doubts(const Point& sample) const {
    const double factor = std::exp(impl_->events.at(sample.at).log_factor);
    const PlausibleDemand& plausible = impl_->past.plausible_fine();
    return plausible.age() >= day && plausible.is_suspect(sample.value / factor);
}

void Forecaster::know(std::vector<BusinessEvent> events) {
    impl_->events.know(std::move(events));
}

EventEffect Forecaster::event_effect(Timestamp time) const {
    return impl_->events.at(time);
}

void Forecaster::adopt(std::shared_ptr<const TrainedModels> trained) {
    impl_->trained = trained ? std::move(trained) : untrained();
    impl_->events.learn_from({impl_->trained, &impl_->trained->events});
}

void Forecaster::shadow(std::shared_ptr<const TrainedModels> other) {
    impl_->shadow.run(std::move(other));
}

const std::vector<PairedLoss>& Forecaster::paired() const {
    return impl_->shadow.matured();
}

const ForecastPath& Forecaster::forecast() const {
    return impl_->path;
}

std::vector<double> Forecaster::member_medians(Duration horizon) const {
    const std::size_t anchor = impl_->anchor_of(horizon);
    if (impl_->step * impl_->anchors[anchor] != horizon)
        return std::vector<double>(impl_->members.size(), Series::missing);
    std::vector<double> medians = impl_->members.medians(anchor);
    const double factor = std::exp(impl_->events.at(impl_->past.newest() + horizon).log_factor);
    for (double& median : medians) median *= factor;
    for (std::size_t m = 0; m < medians.size(); ++m)
        if (!impl_->at_anchors[anchor].heard(m) && !is_baseline(impl_->members.name(m)))
            medians[m] = Series::missing;
    return medians;
}

std::vector<double> Forecaster::member_weights(Duration horizon) const {
    std::vector<double> weights = impl_->at_anchors[impl_->anchor_of(horizon)].weights();
    weights.resize(impl_->members.size(), 0.0);
    return weights;
}

const std::vector<MaturedScore>& Forecaster::matured() const {
    return impl_->matured;
}

std::string Forecaster::save() const {
    return save_state(*impl_, state_version);
}

Result<void> Forecaster::load(std::string_view state) {
    auto fresh = std::make_unique<Impl>(impl_->shape);
    TRY_VOID(load_state(*fresh, state, state_version));
    fresh->trained = impl_->trained;
    fresh->shadow.take_models_of(impl_->shadow);
    fresh->events.know_as(impl_->events);
    fresh->watch = std::move(impl_->watch);
    impl_ = std::move(fresh);
    return {};
}

}  // namespace forescale
