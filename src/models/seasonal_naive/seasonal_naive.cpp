#include "models/seasonal_naive/seasonal_naive.h"

namespace forescale::seasonal_naive {

namespace {
constexpr Duration age_max = day * 60;

class SeasonalNaive final : public Model {
public:
    explicit SeasonalNaive(Duration step)
        : step_(step), slots_(static_cast<std::size_t>(std::max<Duration::rep>(1, day / step))) {}

    Answer step(const Moment& moment) override {
        const double newest = moment.context.demand.values().back();
        if (!std::isnan(newest))
            slots_[slot_of(moment.context.origin())] = {newest, moment.context.origin()};
        Answer answer;
        answer.medians.reserve(moment.anchors.size());
        bool knows_any = false;
        for (std::size_t a = 0; a < moment.anchors.size(); ++a) {
            answer.medians.push_back(value_for(moment.target(a), moment.context.origin()));
            knows_any = knows_any || !std::isnan(answer.medians.back());
        }
        if (!knows_any) return asleep("needs 1 day of history");
        return answer;
    }
    void save(ArchiveWriter& archive) override { archive(slots_); }
    void load(ArchiveReader& archive) override { archive(slots_); }

private:
    struct Slot {
        double value = Series::missing;
        Timestamp at;
        template <class Archive>
        void fields(Archive& archive) {
            archive(value, at);
        }
    };
    [[nodiscard]] std::size_t slot_of(Timestamp time) const {
        const auto slot = static_cast<std::size_t>((time - floor_to(time, day)) / step_);
        return std::min(slot, slots_.size() - 1);
    }
    [[nodiscard]] double value_for(Timestamp target, Timestamp origin) const {
        const Slot& slot = slots_[slot_of(target)];
        return origin - slot.at <= age_max ? slot.value : Series::missing;
    }

    Duration step_;
    std::vector<Slot> slots_;
};
}  // namespace

std::unique_ptr<Model> make(const ModelSettings& settings) {
    return std::make_unique<SeasonalNaive>(settings.step);
}

}  // namespace forescale::seasonal_naive
