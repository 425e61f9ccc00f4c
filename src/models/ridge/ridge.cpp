#include "models/ridge/ridge.h"

#include "features/fading.h"
#include "models/ridge/normal_equations.h"

namespace forescale::ridge {

namespace {
constexpr Duration near = std::chrono::hours(1);
constexpr Duration solve_far = day;

/// Far ahead the columns explain less, so more shrinkage pays: 0.72 against 0.75 of the naive error
/// at 24 h.
double penalty_at(Duration horizon) {
    if (horizon <= near) return 1e-3;
    return horizon <= std::chrono::hours(4) ? 5e-3 : 3e-2;
}

/// After how many days a row counts half, up to 1 h ahead and further.
struct HalfLife {
    double days_near;
    double days_far;
    Duration solve_near;  ///< how often near horizons are solved: 13 us each
};

/// A day after an incident its echo stands in the columns of the same time of day, and pulls with
/// its size: rows count less, the further their largest column lies beyond what calendars and
/// ordinary changes reach.
double leverage_weight(std::span<const float> row) {
    constexpr float ordinary = 1.0F;  // log levels: a factor of 2.7
    float largest = ordinary;
    for (const float column : row) largest = std::max(largest, std::abs(column));
    return 1.0 / static_cast<double>(largest);
}

/// The regression for one anchor.
struct Regression {
    NormalEquations<float> equations;
    std::vector<double> coefficients;  ///< empty until first solved
    Reweighting reweighting;
    double rows = 0.0;  ///< all rows ever seen

    [[nodiscard]] double say(std::span<const float> row) const {
        return dot(row, coefficients, best_path());
    }
    void learn(std::span<const float> row, double change, double keep) {
        const double weight =
            coefficients.empty() ? 1.0 : reweighting.weight_of(std::abs(change - say(row)));
        equations.add(row, change, weight * leverage_weight(row), keep);
        rows += 1.0;
    }
    void solve(double penalty) {
        std::vector<double> solution(feature_columns());
        if (equations.solve(penalty, solution)) coefficients = std::move(solution);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(equations, coefficients, reweighting, rows);
    }
};

class Ridge final : public Model {
public:
    Ridge(Duration step, HalfLife half_life)
        : step_(step), half_life_(half_life), row_(feature_columns()) {}

    Answer step(const Moment& moment) override {
        if (moment.rescaled || regressions_.size() != moment.anchors.size())
            restart(moment.anchors.size());
        ++steps_;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            const Duration horizon = step_ * moment.anchors[a];
            learn(a, moment.lessons[a], horizon);
            solve_when_due(a, horizon);
        }
        return answer(moment);
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, regressions_);
    }
    [[nodiscard]] double keep_at(Duration horizon) const {
        const double days = horizon <= near ? half_life_.days_near : half_life_.days_far;
        return keep_per_step(step_, days);
    }
    void restart(std::size_t anchors) {
        Regression fresh;
        fresh.equations = NormalEquations<float>(feature_columns());
        regressions_.assign(anchors, fresh);
        steps_ = 0;
    }
    std::span<const float> row_of(std::span<const float> origin, std::span<const float> target) {
        std::copy(target.begin(), target.end(),
                  std::copy(origin.begin(), origin.end(), row_.begin()));
        return row_;
    }
    void learn(std::size_t anchor, const Lesson& lesson, Duration horizon) {
        if (!lesson.present) return;
        regressions_[anchor].learn(row_of(lesson.origin, lesson.target),
                                   lesson.level - lesson.level_then, keep_at(horizon));
    }
    // Solutions are spread over the steps, so that no single step pays for all of them.
    void solve_when_due(std::size_t anchor, Duration horizon) {
        const auto every = static_cast<std::uint64_t>(std::max<Duration::rep>(
            1, (horizon <= near ? half_life_.solve_near : solve_far) / step_));
        Regression& regression = regressions_[anchor];
        const bool is_due = (steps_ + anchor) % every == 0 || regression.coefficients.empty();
        if (is_due && regression.rows * static_cast<double>(step_.count()) >=
                          static_cast<double>(day.count()))
            regression.solve(penalty_at(horizon));
    }
    Answer answer(const Moment& moment) {
        if (std::isnan(moment.level_now)) return asleep("no sample within 30 min");
        Answer answer;
        answer.medians.reserve(moment.anchors.size());
        bool knows_any = false;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            const Regression& regression = regressions_[a];
            answer.medians.push_back(Series::missing);
            if (regression.coefficients.empty()) continue;
            const double change = regression.say(row_of(moment.origin, moment.targets[a]));
            answer.medians.back() = from_log_level(moment.level_now + change, moment.context.scale);
            knows_any = true;
        }
        if (!knows_any) return asleep("needs 1 day of history");
        return answer;
    }

    Duration step_;
    HalfLife half_life_;
    std::uint64_t steps_ = 0;
    std::vector<Regression> regressions_;
    std::vector<float> row_;  ///< scratch
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Ridge>(
        settings.step,
        HalfLife{.days_near = 1.5, .days_far = 5.0, .solve_near = std::chrono::minutes(30)});
}
std::unique_ptr<Model> make_slow(const ModelSettings& settings) {
    return std::make_unique<Ridge>(
        settings.step,
        HalfLife{.days_near = 5.0, .days_far = 20.0, .solve_near = std::chrono::hours(1)});
}

}  // namespace forescale::ridge
