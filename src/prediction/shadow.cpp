#include "prediction/shadow.h"

#include "domain/forecast.h"
#include "models/trained.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double usual_half_life_targets = 1000.0;
constexpr double usual_targets_min = 12.0;  ///< before them a loss has no unit
constexpr Duration warm_up = day;

/// Of the registry, the members that look at Moment::trained.
const ModelRegistry& trained_members() {
    static const ModelRegistry chosen = [] {
        constexpr std::array<std::string_view, 4> families{"gru", "lstm", "sibling", "xgboost"};
        ModelRegistry found;
        for (const auto& [name, make] : models())
            if (std::ranges::any_of(families, [&](auto f) { return name.starts_with(f); }))
                found.emplace(name, make);
        return found;
    }();
    return chosen;
}

double median_of(const Members& members, std::span<const double> medians, std::string_view name) {
    for (std::size_t m = 0; m < members.size(); ++m)
        if (members.name(m) == name) return medians[m];
    return Series::missing;
}
}  // namespace

Shadow::Shadow(const ModelSettings& settings, const Anchors& anchors)
    : settings_(settings), anchors_(anchors) {}

void Shadow::run(std::shared_ptr<const TrainedModels> other) {
    const bool same = other && other_ && other->version == other_->version;
    other_ = std::move(other);
    if (same) return;
    rings_.clear();
    members_.reset();
    matured_.clear();
    if (other_) begin();
}

void Shadow::begin() {
    members_ = std::make_unique<Members>(settings_, trained_members());
    rings_.clear();
    steps_ = 0;
    for (std::size_t a = 0; a < anchors_.size(); ++a) {
        const Duration horizon = settings_.step * anchors_[a];
        if (std::ranges::find(headline_horizons, horizon) == headline_horizons.end()) continue;
        const std::size_t size = static_cast<std::size_t>(anchors_[a]) * members_->size() * 2;
        rings_.push_back(
            {.steps = anchors_[a],
             .anchor = a,
             .said = std::vector<float>(size, std::numeric_limits<float>::quiet_NaN())});
    }
}

float* Shadow::slot(Ring& ring) const {
    const std::size_t at = steps_ % static_cast<std::uint64_t>(ring.steps);
    return ring.said.data() + at * members_->size() * 2;
}

void Shadow::step(const Moment& moment, const Members& live, double demand_max) {
    matured_.clear();
    if (!runs()) return;
    for (Ring& ring : rings_) learn(ring, moment);
    static const TrainedModels none;
    if (steps_ == 0)
        members_->take_over(live);  // which has learned this step already
    else
        members_->step(moment.with(other_ ? *other_ : none), demand_max);
    for (Ring& ring : rings_) keep(ring, live);
    ++steps_;
}

void Shadow::rest(std::string_view member, const std::string& why) {
    for (std::size_t m = 0; members_ && m < members_->size(); ++m)
        if (members_->name(m) == member) members_->rest(m, why);
}

void Shadow::learn(Ring& ring, const Moment& moment) {
    const double actual = moment.context.demand.values().back();
    if (std::isnan(actual)) return;
    const float* said = slot(ring);
    double live = 0.0;
    double other = 0.0;
    double members = 0.0;
    for (std::size_t m = 0; m < members_->size(); ++m) {
        const double a = static_cast<double>(said[2 * m]);
        const double b = static_cast<double>(said[2 * m + 1]);
        if (std::isnan(a) || std::isnan(b)) continue;
        live += std::abs(a - actual);
        other += std::abs(b - actual);
        members += 1.0;
    }
    if (members < 1.0) return;
    live /= members;
    other /= members;
    if (ring.known >= usual_targets_min && ring.usual > 0.0)
        matured_.push_back({.horizon = settings_.step * ring.steps,
                            .target = moment.context.origin(),
                            .live = live / ring.usual,
                            .other = other / ring.usual});
    ring.known = std::min(ring.known + 1.0, usual_half_life_targets);
    ring.usual += (0.5 * (live + other) - ring.usual) / ring.known;
}

void Shadow::keep(Ring& ring, const Members& live) {
    const bool warm = settings_.step * static_cast<Duration::rep>(steps_) >= warm_up;
    const std::vector<double> lives = live.medians(ring.anchor);
    const std::vector<double> others = members_->medians(ring.anchor);
    float* said = slot(ring);
    for (std::size_t m = 0; m < members_->size(); ++m) {
        const double mine = warm ? median_of(live, lives, members_->name(m)) : Series::missing;
        said[2 * m] = static_cast<float>(mine);
        said[2 * m + 1] = static_cast<float>(others[m]);
    }
}

}  // namespace forescale
