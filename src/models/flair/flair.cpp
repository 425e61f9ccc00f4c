#include "models/flair/flair.h"

#include "features/fading.h"
#include "models/flair/day_shape.h"
#include "models/ridge/normal_equations.h"

namespace forescale::flair {

namespace {
constexpr Duration fit_every = std::chrono::hours(12);
constexpr Duration fit_retry = std::chrono::hours(1);  ///< before the first
constexpr double half_life_days = 7.0;
constexpr double penalty = 3e-3;
constexpr float constant = 0.3F;
constexpr Duration horizon_min = std::chrono::hours(1);
constexpr std::size_t columns = 4;
using Row = std::array<double, columns>;

/// What is added to shape times level, per horizon.
struct Correction {
    ridge::NormalEquations<double> equations{columns};
    std::vector<double> shares;  ///< empty until first solved: nothing is added
    ridge::Reweighting reweighting;
    std::uint32_t rows = 0;

    [[nodiscard]] double say(const Row& row) const {
        double sum = 0.0;
        if (shares.empty()) return sum;
        for (std::size_t k = 0; k < columns; ++k) sum += shares[k] * row[k];
        return sum;
    }
    void learn(const Row& row, double y, double keep) {
        equations.add(row, y, reweighting.weight_of(std::abs(y - say(row))), keep);
        ++rows;
    }
    void solve() {
        std::vector<double> solution(columns);
        if (equations.solve(penalty, solution)) shares = std::move(solution);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(equations, shares, reweighting, rows);
    }
};

/// What was said at an origin, until its target is known.
struct Pending {
    float base = std::numeric_limits<float>::quiet_NaN();  ///< log level of shape times level
    std::array<float, columns> row{};
    template <class Archive>
    void fields(Archive& archive) {
        archive(base, row);
    }
};

class Flair final : public Model {
public:
    explicit Flair(const ModelSettings& settings)
        : settings_(settings),
          step_(settings.step),
          keep_(keep_per_step(settings.step, half_life_days)) {}

    Answer step(const Moment& moment) override {
        if (moment.rescaled || corrections_.size() != moment.anchors.size())
            restart(moment.anchors);
        if (moment.correction) begin_anew(moment);
        learn(moment);
        const Duration every = days_.shape.empty() ? fit_retry : fit_every;
        if (is_refit_step(settings_, moment.context.origin(), every)) fit_when_possible(moment);
        Answer answer = say(moment);
        ++steps_;
        return answer;
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, days_, corrections_, pending_);
    }
    void restart(const Anchors& anchors) {
        steps_ = 0;
        corrections_.assign(anchors.size(), Correction{});
        pending_.clear();
        for (const int steps : anchors) pending_.emplace_back(static_cast<std::size_t>(steps));
    }
    void begin_anew(const Moment& moment) {
        for (std::vector<Pending>& anchor : pending_) std::ranges::fill(anchor, Pending{});
        fit_when_possible(moment);
    }
    [[nodiscard]] bool is_asked(int steps) const {
        return step_ * steps >= horizon_min && step_ * steps < day;
    }
    Pending& slot(std::size_t anchor) { return pending_[anchor][steps_ % pending_[anchor].size()]; }

    void fit_when_possible(const Moment& moment) {
        const bool is_early =
            moment.context.demand.size() < static_cast<std::size_t>(2 * (day / step_));
        if (is_early) return;
        DayShape fitted = fit_day_shape(moment.context);
        if (fitted.shape.empty()) return;
        days_ = std::move(fitted);
    }
    void learn(const Moment& moment) {
        const double level = log_level(moment.context.demand.values().back(), moment.context.scale);
        for (std::size_t a = 0; a < corrections_.size(); ++a) {
            const Pending& then = slot(a);
            const double y = level - static_cast<double>(then.base);
            if (std::isnan(y)) continue;
            Row row{};
            std::ranges::copy(then.row, row.begin());
            corrections_[a].learn(row, y, keep_);
            if ((steps_ + a * 5) % 36 == 0) corrections_[a].solve();
        }
    }
    /// Log level that shape and level of its day foretell for a time.
    [[nodiscard]] double expected(const FeatureContext& context, Timestamp time) const {
        const double shape = std::max(days_.at(context.zone.to_local(time)), 0.0);
        return log_level(days_.level_at(time) * shape, context.scale);
    }
    /// What the same time some days ago was beyond that; 0 when it is not known.
    [[nodiscard]] double beyond(const FeatureContext& context, Timestamp target, int days) const {
        const Timestamp before = target - day * days;
        const Timestamp then =
            before + (context.zone.offset_at(target) - context.zone.offset_at(before));
        const double seen = log_level(context.demand.at(then), context.scale);
        if (std::isnan(seen)) return 0.0;
        return seen - expected(context, then);
    }
    [[nodiscard]] Pending look(const Moment& moment, Timestamp target, double gap) const {
        const FeatureContext& context = moment.context;
        const double weeks = (beyond(context, target, 7) + beyond(context, target, 14) +
                              beyond(context, target, 21)) /
                             3.0;
        return {.base = static_cast<float>(expected(context, target)),
                .row = {static_cast<float>(gap), static_cast<float>(beyond(context, target, 1)),
                        static_cast<float>(weeks), constant}};
    }
    Answer say(const Moment& moment) {
        if (days_.shape.empty()) return asleep("needs 2 days of history");
        const FeatureContext& context = moment.context;
        double gap = moment.level_now - expected(context, context.origin());
        if (std::isnan(gap)) gap = 0.0;
        Answer answer;
        for (std::size_t a = 0; a < corrections_.size(); ++a) {
            if (!is_asked(moment.anchors[a])) {
                answer.medians.push_back(Series::missing);
                continue;
            }
            const Pending now = look(moment, moment.target(a), gap);
            Row row{};
            std::ranges::copy(now.row, row.begin());
            const double level = static_cast<double>(now.base) + corrections_[a].say(row);
            answer.medians.push_back(
                std::isnan(level) ? Series::missing : from_log_level(level, moment.context.scale));
            slot(a) = now;
        }
        return answer;
    }

    ModelSettings settings_;
    Duration step_;
    double keep_;
    std::uint64_t steps_ = 0;
    DayShape days_;
    std::vector<Correction> corrections_;
    std::vector<std::vector<Pending>> pending_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Flair>(settings);
}

}  // namespace forescale::flair
