#include "models/croston/croston.h"

#include <cmath>

namespace forescale::croston {

namespace {
constexpr double zeros_min = 0.2;  ///< share of recent steps: fewer are no matter of chance
constexpr std::size_t sizes_kept = 64;
constexpr std::size_t hours = 24;
constexpr double hour_memory_days = 7.0;
constexpr double hour_prior = 24.0;  ///< steps of the whole day's share in that of an hour
constexpr double persistence_half_life_days = 10.0;

/// A share that is smoothed exponentially, exact while it is young.
struct Share {
    double value = 0.0;
    double seen = 0.0;  ///< steps, up to the memory
    void learn(double hit, double memory) {
        seen = std::min(seen + 1.0, memory);
        value += (hit - value) / seen;
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(value, seen);
    }
};

/// The last amounts, sorted.
class Sizes {
public:
    void add(double size) {
        if (ring_.size() < sizes_kept) {
            ring_.push_back(size);
        } else {
            double& oldest = ring_[next_];
            sorted_.erase(std::ranges::lower_bound(sorted_, oldest));
            oldest = size;
        }
        next_ = (next_ + 1) % sizes_kept;
        sorted_.insert(std::ranges::upper_bound(sorted_, size), size);
    }
    [[nodiscard]] bool empty() const { return sorted_.empty(); }
    /// The amount that a share of them does not exceed.
    [[nodiscard]] double quantile(double share) const {
        const double place = share * static_cast<double>(sorted_.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, sorted_.size() - 1);
        return sorted_[below] +
               (place - static_cast<double>(below)) * (sorted_[above] - sorted_[below]);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(ring_, sorted_, next_);
    }

private:
    std::vector<double> ring_;
    std::vector<double> sorted_;
    std::uint64_t next_ = 0;
};

/// How much of being busier than usual lasts until a horizon: a regression through the origin.
struct Persistence {
    double product = 0.0;
    double square = 0.0;
    [[nodiscard]] double share() const {
        constexpr double prior = 5.0;
        return std::clamp(product / (square + prior), 0.0, 1.0);
    }
    void learn(double then, double now, double keep) {
        product = keep * product + then * now;
        square = keep * square + then * then;
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(product, square);
    }
};

class Croston final : public Model {
public:
    explicit Croston(Duration step)
        : steps_per_day_(
              std::max(1.0, static_cast<double>(day.count()) / static_cast<double>(step.count()))),
          keep_(std::exp2(-1.0 / (persistence_half_life_days * steps_per_day_))),
          by_hour_(hours) {}

    Answer step(const Moment& moment) override {
        if (persistence_.size() != moment.anchors.size()) restart(moment.anchors);
        const double value = moment.context.demand.values().back();
        const Timestamp local = moment.context.zone.to_local(moment.context.origin());
        if (!std::isnan(value)) learn(value, local, moment.anchors);
        surprises_[steps_ % surprises_.size()] = static_cast<float>(surprise_);
        ++steps_;
        return say(moment);
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, busy_, by_hour_, sizes_, persistence_, surprise_, surprises_);
    }
    void restart(const Anchors& anchors) {
        persistence_.assign(anchors.size(), Persistence{});
        surprises_.assign(static_cast<std::size_t>(anchors.back()) + 1, 0.0F);
        steps_ = 0;
    }
    static std::size_t hour_of(Timestamp local) {
        return static_cast<std::size_t>((local - floor_to(local, day)) / std::chrono::hours(1));
    }
    /// How likely demand is at an hour of the day.
    [[nodiscard]] double usual(Timestamp local) const {
        const Share& hour = by_hour_[hour_of(local)];
        return (hour.seen * hour.value + hour_prior * busy_.value) / (hour.seen + hour_prior);
    }
    void learn(double value, Timestamp local, const Anchors& anchors) {
        const double hit = value > 0.0 ? 1.0 : 0.0;
        const double before = usual(local);
        for (std::size_t a = 0; a < anchors.size(); ++a) {
            const auto horizon = static_cast<std::uint64_t>(anchors[a]);
            if (steps_ >= horizon)
                persistence_[a].learn(
                    static_cast<double>(surprises_[(steps_ - horizon) % surprises_.size()]),
                    hit - before, keep_);
        }
        busy_.learn(hit, steps_per_day_);
        by_hour_[hour_of(local)].learn(hit, hour_memory_days * steps_per_day_ / hours);
        if (hit > 0.0) sizes_.add(value);
        // Of the last few steps, not of one: chance decides a single one.
        constexpr double surprise_rate = 0.3;
        surprise_ += surprise_rate * (hit - before - surprise_);
    }
    [[nodiscard]] double median_when(double likely) const {
        return likely <= 0.5 || sizes_.empty() ? 0.0 : sizes_.quantile(1.0 - 0.5 / likely);
    }
    [[nodiscard]] Answer say(const Moment& moment) const {
        if (busy_.seen < steps_per_day_) return asleep("needs 1 day of history");
        if (busy_.value > 1.0 - zeros_min) return asleep("demand is not intermittent");
        Answer answer;
        answer.medians.reserve(moment.anchors.size());
        for (std::size_t a = 0; a < persistence_.size(); ++a) {
            const double likely = usual(moment.context.zone.to_local(moment.target(a))) +
                                  persistence_[a].share() * surprise_;
            answer.medians.push_back(median_when(std::clamp(likely, 0.0, 1.0)));
        }
        return answer;
    }

    double steps_per_day_;
    double keep_;
    std::uint64_t steps_ = 0;
    Share busy_;                  ///< steps with demand, over about a day
    std::vector<Share> by_hour_;  ///< of the local day
    Sizes sizes_;
    std::vector<Persistence> persistence_;  ///< per anchor
    double surprise_ = 0.0;                 ///< how much busier than usual it is now
    std::vector<float> surprises_;          ///< at the last origins
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Croston>(settings.step);
}

}  // namespace forescale::croston
