#include "models/weekly_naive/weekly_naive.h"

namespace forescale::weekly_naive {

namespace {
class WeeklyNaive final : public Model {
public:
    Answer step(const Moment& moment) override {
        Answer answer;
        bool knows_any = false;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            answer.medians.push_back(newest_weeks_ago(moment.context.demand, moment.target(a)));
            knows_any = knows_any || !std::isnan(answer.medians.back());
        }
        if (!knows_any) return asleep("needs 7 days of history");
        return answer;
    }
    // All that it knows is the history, which belongs to the caller.
    void save(ArchiveWriter&) override {}
    void load(ArchiveReader&) override {}

private:
    static double newest_weeks_ago(const Series& demand, Timestamp target) {
        for (int weeks = 1; weeks <= 4; ++weeks) {
            const double value = demand.at(target - day * (7 * weeks));
            if (!std::isnan(value)) return value;
        }
        return Series::missing;
    }
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings&) {
    return std::make_unique<WeeklyNaive>();
}

}  // namespace forescale::weekly_naive
