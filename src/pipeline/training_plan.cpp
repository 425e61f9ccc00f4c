#include "pipeline/training_plan.h"

#include "base/hash.h"

namespace forescale {
namespace {

std::string standing(const Contest& contest) {
    return fmt::format("{:.4f} of its loss over {} days and {} targets", contest.ratio(),
                       contest.days(), contest.targets());
}

}  // namespace

const ServiceId& model_plan_row() {
    static const ServiceId id{"@models"};
    return id;
}

std::string_view to_string(ModelPhase phase) {
    switch (phase) {
        case ModelPhase::settled:
            return "settled";
        case ModelPhase::trial:
            return "trial";
        case ModelPhase::watch:
            return "watch";
    }
    return "settled";
}

void ModelPlan::tell(Timestamp now, std::string kind, const std::string& version,
                     std::string text) {
    if (transitions_.size() >= transitions_max) transitions_.erase(transitions_.begin());
    transitions_.push_back(
        {.at = now, .kind = std::move(kind), .version = version, .text = std::move(text)});
    ++transitions_count_;
}

void ModelPlan::settle() {
    phase_ = ModelPhase::settled;
    contender_.clear();
    ab_share_ = 0.0;
}

void ModelPlan::ship(const std::string& version, Timestamp now) {
    const bool first = transitions_count_ == 0;
    if (!first && version == shipped_) return;
    const bool served = champion_ == shipped_;
    shipped_ = version;
    if (!first && !served) return;
    champion_ = version;
    if (phase_ == ModelPhase::watch) settle();
    if (version.empty()) return;
    tell(now, "shipped", version,
         "is part of the program and serves until a better one is trained");
}

bool ModelPlan::offer(const std::string& version, const TrialRules& rules, Timestamp now) {
    if (phase_ != ModelPhase::settled || version == champion_ || version.empty()) return false;
    if (champion_.empty()) {
        champion_ = version;
        tell(now, "first", version, "serves at once: there is nothing to compare it with");
        return true;
    }
    phase_ = ModelPhase::trial;
    contender_ = version;
    ab_share_ = rules.ab_share;
    since_ = now;
    contest_ = Contest(rules.contest.margin);
    tell(now, "trial", version,
         fmt::format("runs in the shadow of {}, and serves {:.0f} % of services", champion_,
                     100.0 * ab_share_));
    return true;
}

void ModelPlan::lose(const std::string& version, Timestamp now) {
    if (version.empty()) return;
    if (version == contender_) {
        tell(now, "lost", version, "its file cannot be read any more, so it is no contender");
        settle();
    }
    if (version != champion_) return;
    champion_ = phase_ == ModelPhase::watch ? contender_ : shipped_;
    settle();
    tell(now, "lost", version,
         fmt::format("its file cannot be read any more: {} takes over",
                     champion_.empty() ? "nothing" : champion_));
}

void ModelPlan::note(const std::string& live, const ContestLoss& live_and_other) {
    if (phase_ == ModelPhase::settled) return;
    if (live == champion_)
        contest_.note(live_and_other);
    else if (live == contender_)
        contest_.note({.target = live_and_other.target,
                       .champion = live_and_other.challenger,
                       .challenger = live_and_other.champion});
}

void ModelPlan::judge(const TrialRules& rules, Timestamp now) {
    if (phase_ == ModelPhase::settled) return;
    ContestSettings contest = rules.contest;
    if (phase_ == ModelPhase::watch) contest.days_max = rules.watch_days;
    const ContestVerdict verdict = contest_.verdict(contest);
    if (verdict == ContestVerdict::open) return;
    if (verdict == ContestVerdict::better) {
        if (phase_ == ModelPhase::trial)
            promote(rules, now);
        else
            roll_back(now);
        return;
    }
    if (phase_ == ModelPhase::trial)
        tell(now, "rejected", contender_,
             fmt::format(
                 "{} than {}: {}",
                 verdict == ContestVerdict::worse ? "it is worse" : "it is not better enough",
                 champion_, standing(contest_)));
    else
        tell(now, "kept", champion_, fmt::format("{} had {}", contender_, standing(contest_)));
    settle();
}

void ModelPlan::promote(const TrialRules& rules, Timestamp now) {
    tell(now, "promoted", contender_,
         fmt::format("better than {} by more than {:.3g} %: {}", champion_,
                     100.0 * rules.contest.margin, standing(contest_)));
    std::swap(champion_, contender_);
    previous_ = contender_;
    phase_ = ModelPhase::watch;
    ab_share_ = 0.0;
    since_ = now;
    contest_ = Contest(rules.contest.margin);
}

void ModelPlan::roll_back(Timestamp now) {
    tell(now, "rolled_back", champion_,
         fmt::format("{} takes over again: it has {}", contender_, standing(contest_)));
    std::swap(champion_, contender_);
    settle();
}

ModelChoice ModelPlan::choice(const ServiceId& service) const {
    if (phase_ == ModelPhase::settled) return {.live = champion_, .shadow = {}};
    constexpr std::uint64_t parts = 10'000;
    const std::uint64_t part = fnv1a(contender_ + "/" + service.str()) % parts;
    const bool tries = static_cast<double>(part) < ab_share_ * static_cast<double>(parts);
    if (tries) return {.live = contender_, .shadow = champion_};
    return {.live = champion_, .shadow = contender_};
}

}  // namespace forescale
