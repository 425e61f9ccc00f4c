#include "models/weekly_naive/weekly_naive.h"

namespace forescale::weekly_naive {

namespace {
constexpr Duration week = day * 7;
constexpr std::uint8_t weeks_max = 4;

/// Keeps what it saw itself: the history that models look at is rewritten after a change of level,
/// and a baseline is what was observed.
class WeeklyNaive final : public Model {
public:
    explicit WeeklyNaive(Duration step)
        : step_(step),
          values_(static_cast<std::size_t>(std::max<Duration::rep>(1, week / step)),
                  Series::missing),
          missed_(values_.size(), 0) {}

    Answer step(const Moment& moment) override {
        see(moment.context.origin(), moment.context.demand.values().back());
        Answer answer;
        answer.medians.reserve(moment.anchors.size());
        bool knows_any = false;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            answer.medians.push_back(values_[slot_of(moment.target(a))]);
            knows_any = knows_any || !std::isnan(answer.medians.back());
        }
        if (!knows_any) return asleep("needs 7 days of history");
        return answer;
    }
    void save(ArchiveWriter& archive) override { archive(values_, missed_); }
    void load(ArchiveReader& archive) override { archive(values_, missed_); }

private:
    [[nodiscard]] std::size_t slot_of(Timestamp time) const {
        const auto slot = static_cast<std::size_t>((time - floor_to(time, week)) / step_);
        return std::min(slot, values_.size() - 1);
    }
    // A slot comes once a week: how often it was missing since is the age of its value.
    void see(Timestamp at, double value) {
        const std::size_t slot = slot_of(at);
        if (!std::isnan(value)) {
            values_[slot] = value;
            missed_[slot] = 0;
        } else if (++missed_[slot] >= weeks_max) {
            values_[slot] = Series::missing;
            missed_[slot] = weeks_max;
        }
    }

    Duration step_;
    std::vector<double> values_;  ///< newest per slot of the week
    std::vector<std::uint8_t> missed_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<WeeklyNaive>(settings.step);
}

}  // namespace forescale::weekly_naive
