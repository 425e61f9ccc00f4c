#include "models/theta/theta.h"

#include "features/fading.h"
#include "models/ridge/normal_equations.h"
#include "models/theta/habit.h"

namespace forescale::theta {

namespace {
/// Share of a surprise that each line takes over per 5 min: the newest sample, then memories of
/// 10 min, 25 min, 80 min, 6 h and 2 days.
constexpr std::array<double, 6> speeds{1.0, 0.5, 0.2, 0.06, 0.015, 0.002};
constexpr std::size_t lines = speeds.size();
constexpr std::size_t slowest = lines - 1;
constexpr std::size_t columns = lines + 1;  ///< and a constant: the habit itself may be off
constexpr double constant = 0.3;
constexpr double penalty = 1e-3;
constexpr double half_life_days = 5.0;
constexpr Duration solve_every = std::chrono::minutes(30);

using Lines = std::array<float, lines>;
using Row = std::array<double, columns>;

/// Deviations from the habit, from the newest to the slowest line: each column is what one line
/// knows beyond the next slower one.
Row to_row(const Lines& levels) {
    Row row{};
    for (std::size_t k = 0; k < slowest; ++k)
        row[k] = static_cast<double>(levels[k]) - static_cast<double>(levels[k + 1]);
    row[slowest] = static_cast<double>(levels[slowest]);
    row[lines] = constant;
    return row;
}

/// How much of each column lasts until a horizon.
struct Lasting {
    ridge::NormalEquations<double> equations{columns};
    std::vector<double> shares;  ///< per column; empty until first solved
    ridge::Reweighting reweighting;
    std::uint32_t rows = 0;

    [[nodiscard]] double say(const Row& row) const {
        double sum = 0.0;
        for (std::size_t k = 0; k < columns; ++k) sum += shares[k] * row[k];
        return sum;
    }
    void learn(const Row& row, double deviation, double keep) {
        const double weight =
            shares.empty() ? 1.0 : reweighting.weight_of(std::abs(deviation - say(row)));
        equations.add(row, deviation, weight, keep);
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

class Theta final : public Model {
public:
    explicit Theta(Duration step) : step_(step), keep_(keep_per_step(step, half_life_days)) {
        const double steps = static_cast<double>(step.count()) /
                             static_cast<double>(Duration(std::chrono::minutes(5)).count());
        for (std::size_t k = 0; k < lines; ++k) speeds_[k] = 1.0 - std::pow(1.0 - speeds[k], steps);
    }

    Answer step(const Moment& moment) override {
        if (moment.rescaled || lasting_.size() != moment.anchors.size()) restart(moment.anchors);
        if (moment.correction) correct_past(moment);
        habit_.follow(moment.seasons);
        const double level = log_level(moment.context.demand.values().back(), moment.context.scale);
        if (!std::isnan(level)) {
            learn_lasting(moment, level);
            learn_lines(moment.context.zone, moment.context.origin(), level);
            learn_habit(moment.context.zone, moment.context.origin(), level);
        }
        ring_[steps_ % ring_.size()] = levels_;
        Answer answer = say(moment);
        ++steps_;
        return answer;
    }
    void save(ArchiveWriter& archive) override { fields(archive); }
    void load(ArchiveReader& archive) override { fields(archive); }

private:
    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, habit_, levels_, ring_, usual_, lasting_);
    }
    void restart(const Anchors& anchors) {
        steps_ = 0;
        habit_ = Habit(step_);
        levels_ = {};
        ring_.assign(static_cast<std::size_t>(anchors.back()) + 1, Lines{});
        usual_.clear();
        for (const int steps : anchors)
            usual_.emplace_back(static_cast<std::size_t>(steps),
                                std::numeric_limits<float>::quiet_NaN());
        lasting_.assign(anchors.size(), Lasting{});
    }
    void learn_lasting(const Moment& moment, double level) {
        for (std::size_t a = 0; a < lasting_.size(); ++a) {
            const auto horizon = static_cast<std::uint64_t>(moment.anchors[a]);
            if (steps_ < horizon) continue;
            const double usual = static_cast<double>(usual_[a][steps_ % usual_[a].size()]);
            if (std::isnan(usual)) continue;
            lasting_[a].learn(to_row(ring_[(steps_ - horizon) % ring_.size()]), level - usual,
                              keep_);
            solve_when_due(a, horizon);
        }
    }
    // Solutions are spread over the steps, so that no single step pays for all of them.
    void solve_when_due(std::size_t anchor, std::uint64_t horizon) {
        Lasting& lasting = lasting_[anchor];
        const auto every =
            static_cast<std::uint64_t>(std::max<Duration::rep>(1, solve_every / step_));
        const std::uint32_t rows_min = std::max(static_cast<std::uint32_t>(day / step_ / 2),
                                                2 * static_cast<std::uint32_t>(horizon));
        if ((steps_ + anchor) % every == 0 && lasting.rows >= rows_min) lasting.solve();
    }
    /// Habit and lines as if the past had always been what it is held to be now.
    void correct_past(const Moment& moment) {
        const std::optional<double> factor = moment.correction->level_factor;
        if (factor) {
            habit_.multiply(*factor);
        } else {
            habit_ = Habit(step_);
            habit_.follow(moment.seasons);
        }
        const Series& past = moment.context.demand;
        levels_ = {};
        std::uint64_t ago = past.size();
        for (Timestamp at = past.oldest(); --ago > 0; at += step_) {
            const double level = log_level(past.at(at), moment.context.scale);
            if (!std::isnan(level)) {
                learn_lines(moment.context.zone, at, level);
                if (!factor) learn_habit(moment.context.zone, at, level);
            }
            if (ago < ring_.size() && ago <= steps_) ring_[(steps_ - ago) % ring_.size()] = levels_;
        }
        for (std::size_t a = 0; a < usual_.size(); ++a)
            for (std::uint64_t open = 1; open <= usual_[a].size() && open <= steps_; ++open)
                usual_[a][(steps_ - open) % usual_[a].size()] = static_cast<float>(
                    habit_.at(moment.target(a) - step_ * static_cast<Duration::rep>(open),
                              moment.context.zone));
    }
    void learn_lines(const Zone& zone, Timestamp now, double level) {
        const double usual = habit_.at(now, zone);
        if (!std::isnan(usual))
            for (std::size_t k = 0; k < lines; ++k)
                levels_[k] += static_cast<float>(speeds_[k] *
                                                 (level - usual - static_cast<double>(levels_[k])));
    }
    // What lasts for days is no matter of the time of day.
    void learn_habit(const Zone& zone, Timestamp now, double level) {
        habit_.learn(now, zone, level, static_cast<double>(levels_[slowest]));
    }
    Answer say(const Moment& moment) {
        const Row row = to_row(levels_);
        Answer answer;
        bool knows_any = false;
        for (std::size_t a = 0; a < lasting_.size(); ++a) {
            const double usual = habit_.at(moment.target(a), moment.context.zone);
            usual_[a][steps_ % usual_[a].size()] = static_cast<float>(usual);
            const bool knows = !std::isnan(usual) && !lasting_[a].shares.empty();
            answer.medians.push_back(
                knows ? from_log_level(usual + lasting_[a].say(row), moment.context.scale)
                      : Series::missing);
            knows_any = knows_any || knows;
        }
        if (!knows_any) return asleep("needs 1 day of history");
        return answer;
    }

    Duration step_;
    double keep_;  ///< of what was learned, per step
    std::array<double, lines> speeds_{};
    std::uint64_t steps_ = 0;
    Habit habit_;
    Lines levels_{};                         ///< of the lines, relative to the habit
    std::vector<Lines> ring_;                ///< at the last origins
    std::vector<std::vector<float>> usual_;  ///< per anchor: the habit at each open target
    std::vector<Lasting> lasting_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Theta>(settings.step);
}

}  // namespace forescale::theta
