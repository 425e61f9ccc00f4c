#include "models/boosted/boosted.h"

#include "models/boosted/tree_row.h"
#include "models/feature_memory.h"
#include "models/trained.h"

#include <cmath>

namespace forescale::boosted {

namespace {

class Boosted final : public Model {
public:
    Boosted(std::string_view variant, Duration step)
        : variant_(variant), step_(step), row_(tree_columns() + 1) {}

    Answer step(const Moment& moment) override {
        if (std::isnan(moment.level_now)) return asleep("no sample within 30 min");
        const ForestSet& forests = moment.trained.forests;
        if (forests.empty()) return asleep("no trees trained yet");
        if (forests.columns_hash != tree_columns_hash())
            return asleep("trees of another list of features");
        const ForestGroup* const group = forests.find(variant_, step_);
        if (group == nullptr)
            return asleep(fmt::format("no trees for steps of {}", format_duration(step_)));
        return answer(moment, *group);
    }
    // Nothing is learned online.
    void save(ArchiveWriter&) override {}
    void load(ArchiveReader&) override {}

private:
    Answer answer(const Moment& moment, const ForestGroup& group) {
        Answer answer;
        answer.medians.reserve(moment.anchors.size());
        bool knows_any = false;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            answer.medians.push_back(Series::missing);
            const Forest* const forest = group.at(moment.anchors[a]);
            if (forest == nullptr || forest->columns() != tree_columns()) continue;
            tree_row(moment.origin, moment.targets[a], row_);
            answer.medians.back() =
                from_log_level(moment.level_now + forest->say(row_), moment.context.scale);
            knows_any = true;
        }
        if (!knows_any) return asleep("no trees for these horizons");
        return answer;
    }

    std::string_view variant_;
    Duration step_;
    std::vector<float> row_;  ///< scratch
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<Boosted>("xgboost", settings.step);
}
std::unique_ptr<Model> make_residual(const ModelSettings& settings) {
    return std::make_unique<Boosted>("xgboost_residual", settings.step);
}

}  // namespace forescale::boosted
