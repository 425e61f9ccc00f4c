#pragma once
#include "models/registry.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// Every model of the registry, in its order, each guarded: one that answers with nothing but NaN,
/// or with more than 100 times the largest demand, is put to sleep for a day and says so; the
/// others go on.
class Members {
public:
    explicit Members(const ModelSettings& settings, const ModelRegistry& registry = models());

    void step(const Moment& moment, double demand_max);
    /// Members of the same name go on from what those of `other` have learned.
    void take_over(const Members& other);

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    [[nodiscard]] std::string_view name(std::size_t member) const { return members_[member].name; }
    [[nodiscard]] std::vector<std::string_view> names() const;
    [[nodiscard]] const std::string& asleep_because(std::size_t member) const {
        return members_[member].answer.asleep_because;
    }
    /// Per member its median at an anchor, NaN while it sleeps.
    [[nodiscard]] std::vector<double> medians(std::size_t anchor) const;
    /// Per member its Answer::spreads at an anchor, NaN where it has none.
    [[nodiscard]] std::vector<double> spreads(std::size_t anchor) const;

    template <class Archive>
    void fields(Archive& archive) {
        for (Member& member : members_) {
            archive(member.answer.medians, member.answer.spreads, member.answer.asleep_because,
                    member.broke, member.rest_steps);
            if constexpr (Archive::is_reading)
                member.model->load(archive);
            else
                member.model->save(archive);
        }
    }

private:
    struct Member {
        std::string_view name;
        std::unique_ptr<Model> model;
        Answer answer;
        std::string broke;            ///< why it was put to sleep
        std::int64_t rest_steps = 0;  ///< steps that it sleeps on for that
    };
    void check(Member& member, double demand_max) const;

    std::int64_t steps_per_day_;
    std::vector<Member> members_;
};

}  // namespace forescale
