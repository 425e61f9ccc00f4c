#include "models/sibling/sibling.h"

#include "models/trained.h"

#include <cmath>

namespace forescale::sibling {

namespace {
constexpr Duration hour = std::chrono::hours(1);
constexpr std::size_t hours_of_day = 24;
constexpr int shifts = 24;                 ///< hours; half of them to the east
constexpr double not_shifted = 0.6;        ///< believed before anything was seen
constexpr double hours_per_witness = 3.0;  ///< neighbouring hours say much the same
constexpr double deviation_prior = 0.2;    ///< log levels: even a twin is off by this
constexpr double prior_hours = 2.0;        ///< that it was seen for
constexpr double lasting_per_hour = 0.9;   ///< of being off the shape now
constexpr double lasting_per_day = 0.8;    ///< of what an hour of the day was off the shape last
constexpr double floor_share = 0.02;  ///< of the usual level: an hour without demand reads as this

/// One closed hour of the service.
struct Seen {
    std::size_t hour = 0;  ///< of the local week
    double level = 0.0;    ///< log of the mean demand
};

std::vector<Seen> hours_seen(const Moment& moment) {
    const Series& rollup = moment.rollup;
    double sum = 0.0;
    double count = 0.0;
    for (const double value : rollup.values())
        if (value > 0.0) {
            sum += value;
            count += 1.0;
        }
    std::vector<Seen> seen;
    if (count < 1.0) return seen;
    Timestamp at = rollup.oldest();
    for (const double value : rollup.values()) {
        if (!std::isnan(value))
            seen.push_back({.hour = hour_of_week(moment.context.zone.to_local(at)),
                            .level = std::log(std::max(value, floor_share * sum / count))});
        at += rollup.step();
    }
    return seen;
}

std::size_t shifted(std::size_t hour_of_week, int shift) {
    return (hour_of_week + hours_of_week + static_cast<std::size_t>(shift + shifts)) %
           hours_of_week;
}

/// What one shape at one shift says of the hours seen.
struct Match {
    double level = 0.0;           ///< of the service, above the shape
    double log_likelihood = 0.0;  ///< up to a constant
};

// The level is that of least squares; the deviation is integrated out.
Match match(const WeekShape& shape, int shift, std::span<const Seen> seen) {
    double sum = 0.0;
    double squares = 0.0;
    for (const Seen& one : seen) {
        const double off =
            one.level - static_cast<double>(shape.log_ratios[shifted(one.hour, shift)]);
        sum += off;
        squares += off * off;
    }
    const auto n = static_cast<double>(seen.size());
    if (seen.empty()) return {};
    const double level = sum / n;
    const double variance = (std::max(squares - n * level * level, 0.0) +
                             prior_hours * deviation_prior * deviation_prior) /
                            (n + prior_hours);
    return {.level = level, .log_likelihood = -0.5 * n / hours_per_witness * std::log(variance)};
}

/// The mean of all shapes by their weights: what the week of this service looks like.
class Mixture {
public:
    void fit(const ShapeLibrary& library, std::span<const Seen> seen) {
        matches_.clear();
        for (const WeekShape& shape : library.shapes)
            for (int shift = -shifts / 2; shift < shifts / 2; ++shift) add(shape, shift, seen);
        average();
    }
    [[nodiscard]] const std::vector<float>& week() const { return week_; }
    [[nodiscard]] double level() const { return level_; }

private:
    struct Weighed {
        const WeekShape* shape = nullptr;
        int shift = 0;
        double level = 0.0;
        double log_weight = 0.0;
    };
    void add(const WeekShape& shape, int shift, std::span<const Seen> seen) {
        if (shape.log_ratios.size() != hours_of_week) return;
        const double prior = shift == 0 ? not_shifted : (1.0 - not_shifted) / (shifts - 1);
        const Match found = match(shape, shift, seen);
        matches_.push_back(
            {.shape = &shape,
             .shift = shift,
             .level = found.level,
             .log_weight = found.log_likelihood +
                           std::log(prior * static_cast<double>(std::max(shape.services, 0.1F)))});
    }
    void average() {
        week_.assign(hours_of_week, 0.0F);
        level_ = 0.0;
        double best = -std::numeric_limits<double>::infinity();
        for (const Weighed& one : matches_) best = std::max(best, one.log_weight);
        constexpr double negligible = 7.0;
        double sum = 0.0;
        for (const Weighed& one : matches_) {
            if (one.log_weight < best - negligible) continue;
            const double weight = std::exp(one.log_weight - best);
            sum += weight;
            level_ += weight * one.level;
            for (std::size_t h = 0; h < hours_of_week; ++h)
                week_[h] +=
                    static_cast<float>(weight) * one.shape->log_ratios[shifted(h, one.shift)];
        }
        if (sum <= 0.0) return;
        level_ /= sum;
        for (float& ratio : week_) ratio /= static_cast<float>(sum);
    }

    std::vector<Weighed> matches_;
    std::vector<float> week_;
    double level_ = 0.0;
};

class Sibling final : public Model {
public:
    explicit Sibling(Duration step) : step_(step) {}

    Answer step(const Moment& moment) override {
        ++steps_;
        if (step_ * static_cast<Duration::rep>(steps_) > day * 7) {
            week_.clear();
            off_.clear();
            return asleep("a week of its own, and no longer a trained shape, says more");
        }
        const ShapeLibrary& library = moment.trained.shapes;
        if (library.empty()) return asleep("no shapes trained yet");
        const std::size_t closed = moment.rollup.empty() ? 0 : moment.rollup.size();
        if (week_.empty() || closed != hours_) fit(moment, library, closed);
        return say(moment);
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, hours_, week_, off_, level_);
    }
    void fit(const Moment& moment, const ShapeLibrary& library, std::uint64_t closed) {
        hours_ = closed;
        Mixture mixture;
        const std::vector<Seen> seen = hours_seen(moment);
        mixture.fit(library, seen);
        week_ = mixture.week();
        level_ = seen.empty() ? Series::missing : mixture.level();
        off_.assign(hours_of_day, 0.0F);
        for (const Seen& one : seen)
            off_[one.hour % hours_of_day] =
                static_cast<float>(one.level - level_) - week_[one.hour];
    }
    /// Log ratio at a local time, linear between the middles of hours.
    [[nodiscard]] double ratio(Timestamp local) const {
        const Timestamp shifted_half = local - hour / 2;
        const std::size_t from = hour_of_week(shifted_half);
        const double share =
            static_cast<double>((shifted_half - floor_to(shifted_half, hour)).count()) /
            static_cast<double>(hour.count());
        const double a = static_cast<double>(week_[from]);
        return a + share * (static_cast<double>(week_[(from + 1) % hours_of_week]) - a);
    }
    Answer say(const Moment& moment) const {
        if (std::isnan(moment.level_now)) return asleep("no sample within 30 min");
        const FeatureContext& context = moment.context;
        const double now = from_log_level(moment.level_now, context.scale);
        const double here = ratio(context.zone.to_local(context.origin()));
        const double usual = std::isnan(level_) ? std::log(std::max(now, 1e-12)) - here : level_;
        const double least = std::exp(usual + here) * floor_share;
        const double off = std::log(std::max(now, least)) - usual - here;
        Answer answer;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            // A whole day ahead the newest sample itself is the better witness: 1.4 times its
            // error.
            if (step_ * moment.anchors[a] % day == Duration(0)) {
                answer.medians.push_back(Series::missing);
                continue;
            }
            const double hours = static_cast<double>((step_ * moment.anchors[a]).count()) /
                                 static_cast<double>(hour.count());
            const double lasting = std::pow(lasting_per_hour, hours);
            const Timestamp local = context.zone.to_local(moment.target(a));
            const double own = static_cast<double>(off_[hour_of_week(local) % hours_of_day]);
            const double there =
                ratio(local) + lasting * off + (1.0 - lasting) * lasting_per_day * own;
            answer.medians.push_back(now > 0.0 || !std::isnan(level_) ? std::exp(usual + there)
                                                                      : 0.0);
        }
        return answer;
    }

    Duration step_;
    std::uint64_t steps_ = 0;
    std::uint64_t hours_ = 0;         ///< closed ones at the last fit
    std::vector<float> week_;         ///< log ratios per local hour; empty: not fitted
    std::vector<float> off_;          ///< per hour of the day: what it was off that when last seen
    double level_ = Series::missing;  ///< log of the service's level; NaN: no hour has closed
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Sibling>(settings.step);
}

}  // namespace forescale::sibling
