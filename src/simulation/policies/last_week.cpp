#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace forescale {
namespace {

/// What users build by hand: the need of a week ago, read ahead by the lead time; of a day ago
/// while there is no week yet.
class LastWeek final : public Policy {
public:
    LastWeek(const PolicyWorld& world, double margin) : world_(world), factor_(1.0 + margin) {}

    Replicas desired(std::size_t t, double demand, Replicas /*ready*/,
                     Replicas /*pending*/) override {
        if (t > 0) seen_.push_back(demand);
        if (std::isfinite(demand)) newest_ = demand;
        for (const auto& [ago, name] : {std::pair{7 * day, "week_ago"}, std::pair{day, "day_ago"}})
            if (const auto most = most_of_span(ago)) {
                reason_ = name;
                return need_of(world_, *most * factor_);
            }
        reason_ = "measured";
        return need_of(world_, newest_ * factor_);
    }
    [[nodiscard]] std::string_view reason() const override { return reason_; }

private:
    /// The largest demand of the span `ago` before this step .. this step + lead time; nothing when
    /// none of it was seen.
    [[nodiscard]] std::optional<double> most_of_span(Duration ago) const {
        const auto back = static_cast<std::size_t>(ago / world_.step);
        if (seen_.size() < back) return std::nullopt;
        const std::size_t first = seen_.size() - back;
        const std::size_t end = std::min(first + lead_steps(world_) + 1, seen_.size());
        std::optional<double> most;
        for (std::size_t i = first; i < end; ++i)
            if (std::isfinite(seen_[i])) most = std::max(most.value_or(seen_[i]), seen_[i]);
        return most;
    }

    PolicyWorld world_;
    double factor_;
    std::vector<double> seen_;
    double newest_ = 0.0;
    std::string_view reason_ = "measured";
};

}  // namespace

PolicyKind last_week_kind() {
    return {.make = each<LastWeek>,
            .setting_name = "margin on the past",
            .usual = 0.0,
            .least = -0.9,
            .most = 10.0,
            .settings = {-.3, -.2, -.1, 0.0, .05, .1, .2, .3, .5, .75, 1.0, 1.5, 2.0, 3.0}};
}

}  // namespace forescale
