#pragma once
#include "models/registry.h"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// Time since some instant by a clock of the caller's: nothing here has one of its own.
using Stopwatch = std::function<std::chrono::nanoseconds()>;

/// Every model of the registry, in its order, each guarded: one that answers with nothing but NaN,
/// or with more than 100 times the largest demand, is put to sleep for a day and says so; the
/// others go on. It goes on learning meanwhile.
class Members {
public:
    explicit Members(const ModelSettings& settings, const ModelRegistry& registry = models());

    /// With a stopwatch, what each member took is added to costs().
    void step(const Moment& moment, double demand_max, const Stopwatch& watch = {});
    /// The member costs nothing for a day from the next step on, says why it sleeps, and begins
    /// anew after that: what it had learned counts steps, and would not fit any more. Whoever calls
    /// this for what a clock said must call it at the same step in every life.
    void rest(std::size_t member, std::string why);
    /// Per member what it took in all steps since the last forget_costs(). Not part of the state.
    [[nodiscard]] std::span<const std::chrono::nanoseconds> costs() const { return costs_; }
    void forget_costs();
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
                    member.rests_because, member.rest_steps, member.is_idle);
            if constexpr (Archive::is_reading)
                member.model->load(archive);
            else
                member.model->save(archive);
        }
    }

private:
    struct Member {
        std::string_view name;
        ModelFactory make = nullptr;
        std::unique_ptr<Model> model;
        Answer answer;
        std::string rests_because;
        std::int64_t rest_steps = 0;  ///< steps that it sleeps on for that
        bool is_idle = false;         ///< it is not even asked meanwhile
    };
    void check(Member& member, double demand_max) const;

    ModelSettings settings_;
    std::int64_t steps_per_day_;
    std::vector<Member> members_;
    std::vector<std::chrono::nanoseconds> costs_;
};

}  // namespace forescale
