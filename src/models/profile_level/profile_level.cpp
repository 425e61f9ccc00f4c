#include "models/profile_level/profile_level.h"

#include "features/fading.h"
#include "features/profile.h"

namespace forescale::profile_level {

namespace {
constexpr double half_life_days = 10.0;
constexpr double error_floor =
    0.02;  ///< log levels: below this an error is no reason for a larger weight
constexpr double prior_weight =
    2.0;  ///< of the belief that half of a deviation lasts and the week adds nothing

/// target - profile = keep * (level - profile) now + week * (week profile - day profile) at the
/// target.
struct Effect {
    double keep = 0.5;
    double week = 0.0;
    double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;  ///< weighted sums of products

    [[nodiscard]] double say(double a, double b) const { return keep * a + week * b; }
    void learn(double a, double b, double y, double forget) {
        const double weight = 1.0 / std::max(std::abs(y - say(a, b)), error_floor);
        aa = forget * aa + weight * a * a;
        ab = forget * ab + weight * a * b;
        bb = forget * bb + weight * b * b;
        ay = forget * ay + weight * a * y;
        by = forget * by + weight * b * y;
        solve();
    }
    void solve() {
        const double p = aa + prior_weight;
        const double q = bb + prior_weight;
        const double r = ay + 0.5 * prior_weight;
        const double determinant =
            p * q - ab * ab;  // positive: a Gram matrix plus a positive diagonal
        keep = std::clamp((r * q - ab * by) / determinant, 0.0, 1.0);
        week = std::clamp((by * p - ab * r) / determinant, 0.0, 1.0);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(keep, week, aa, ab, bb, ay, by);
    }
};

/// What was used at an origin, until its target is known.
struct Pending {
    float gap = 0.0F;
    float week = 0.0F;
    float profile = std::numeric_limits<float>::quiet_NaN();
    template <class Archive>
    void fields(Archive& archive) {
        archive(gap, week, profile);
    }
};

class ProfileLevel final : public Model {
public:
    explicit ProfileLevel(Duration step) : forget_(keep_per_step(step, half_life_days)) {}

    Answer step(const Moment& moment) override {
        if (moment.rescaled || pending_.size() != moment.anchors.size()) restart(moment.anchors);
        const double level_now =
            log_level(moment.context.demand.values().back(), moment.context.scale);
        update_gap(moment, level_now);
        Answer answer;
        answer.medians.reserve(moment.anchors.size());
        bool knows_any = false;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            learn(a, level_now);
            const Pending now = look(moment, a);
            const double level =
                static_cast<double>(now.profile) +
                effects_[a].say(static_cast<double>(now.gap), static_cast<double>(now.week));
            answer.medians.push_back(from_log_level_or_nan(level, moment.context.scale));
            knows_any = knows_any || !std::isnan(level);
            slot(a) = now;
        }
        ++steps_;
        if (!knows_any) return asleep("needs 1 day of history");
        return answer;
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, gap_, effects_, pending_);
    }
    static double from_log_level_or_nan(double level, double scale) {
        return std::isnan(level) ? Series::missing : from_log_level(level, scale);
    }
    void restart(const Anchors& anchors) {
        effects_.assign(anchors.size(), Effect{});
        pending_.clear();
        for (const int steps : anchors) pending_.emplace_back(static_cast<std::size_t>(steps));
        steps_ = 0;
        gap_ = 0.0;
    }
    Pending& slot(std::size_t anchor) { return pending_[anchor][steps_ % pending_[anchor].size()]; }

    void update_gap(const Moment& moment, double newest) {
        const double usual = log_level(
            slot_profile(moment.context, moment.context.origin()).trimmed, moment.context.scale);
        if (!std::isnan(newest - usual)) gap_ = newest - usual;
    }
    void learn(std::size_t anchor, double actual) {
        const Pending& then = slot(anchor);
        const double y = actual - static_cast<double>(then.profile);
        if (!std::isnan(y))
            effects_[anchor].learn(static_cast<double>(then.gap), static_cast<double>(then.week), y,
                                   forget_);
    }
    [[nodiscard]] Pending look(const Moment& moment, std::size_t anchor) const {
        const Timestamp target = moment.target(anchor);
        const double profile =
            log_level(slot_profile(moment.context, target).trimmed, moment.context.scale);
        const double week =
            log_level(week_profile(moment.context, target), moment.context.scale) - profile;
        return {.gap = static_cast<float>(gap_),
                .week = std::isnan(week) ? 0.0F : static_cast<float>(week),
                .profile = static_cast<float>(profile)};
    }

    double forget_;
    std::uint64_t steps_ = 0;
    double gap_ = 0.0;  ///< newest level minus the usual one at its time
    std::vector<Effect> effects_;
    std::vector<std::vector<Pending>> pending_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<ProfileLevel>(settings.step);
}

}  // namespace forescale::profile_level
