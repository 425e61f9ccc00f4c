#include "models/last_value/last_value.h"

namespace forescale::last_value {

namespace {
class LastValue final : public Model {
public:
    Answer step(const Moment& moment) override {
        const double newest = moment.context.demand.values().back();
        if (!std::isnan(newest)) value_ = newest;
        if (std::isnan(value_)) return asleep("no sample yet");
        return {.medians = std::vector<double>(moment.anchors.size(), value_),
                .asleep_because = {}};
    }
    void save(ArchiveWriter& archive) override { archive(value_); }
    void load(ArchiveReader& archive) override { archive(value_); }

private:
    double value_ = Series::missing;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings&) {
    return std::make_unique<LastValue>();
}

}  // namespace forescale::last_value
