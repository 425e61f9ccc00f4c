#include "prediction/members.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double explosion = 100.0;

/// Why an answer cannot be used; empty when it can.
std::string fault(const std::vector<double>& medians, double demand_max) {
    if (std::ranges::all_of(medians, [](double m) { return std::isnan(m); }))
        return "broke: not a number";
    for (const double m : medians) {
        if (std::isnan(m)) continue;
        if (std::isinf(m) || m < 0.0) return fmt::format("broke: {} is no demand", m);
        if (m > explosion * demand_max)
            return fmt::format("broke: {:.4g} is more than {:.0f} times the largest demand", m,
                               explosion);
    }
    return {};
}
}  // namespace

Members::Members(const ModelSettings& settings, const ModelRegistry& registry)
    : settings_(settings), steps_per_day_(std::max<std::int64_t>(1, day / settings.step)) {
    for (const auto& [name, make] : registry)
        members_.push_back({.name = name,
                            .make = make,
                            .model = make(settings),
                            .answer = {},
                            .rests_because = {},
                            .rest_steps = 0,
                            .is_idle = false});
    forget_costs();
}

void Members::take_over(const Members& other) {
    for (Member& member : members_) {
        const auto same = std::ranges::find(other.members_, member.name, &Member::name);
        if (same == other.members_.end()) continue;
        ArchiveWriter writer;
        same->model->save(writer);
        const std::string state = writer.take();
        ArchiveReader reader(state);
        member.model->load(reader);
        member.rests_because = same->rests_because;
        member.rest_steps = same->rest_steps;
        member.is_idle = same->is_idle;
    }
}

void Members::step(const Moment& moment, double demand_max, const Stopwatch& watch) {
    auto before = watch ? watch() : std::chrono::nanoseconds(0);
    for (std::size_t m = 0; m < members_.size(); ++m) {
        Member& member = members_[m];
        member.is_idle = member.is_idle && member.rest_steps > 0;
        if (!member.is_idle) member.answer = member.model->step(moment);
        check(member, demand_max);
        if (!watch) continue;
        const auto after = watch();
        costs_[m] += after - before;
        before = after;
    }
}

void Members::rest(std::size_t member, std::string why) {
    Member& slow = members_[member];
    slow.model = slow.make(settings_);
    slow.rests_because = std::move(why);
    slow.rest_steps = steps_per_day_;
    slow.is_idle = true;
}

void Members::forget_costs() {
    costs_.assign(members_.size(), std::chrono::nanoseconds(0));
}

void Members::check(Member& member, double demand_max) const {
    if (!member.is_idle && member.answer.asleep_because.empty()) {
        std::string why = fault(member.answer.medians, demand_max);
        if (!why.empty()) {
            member.rests_because = std::move(why);
            member.rest_steps = steps_per_day_;
        }
    }
    if (member.rest_steps == 0) return;
    --member.rest_steps;
    member.answer = asleep(member.rests_because);
}

std::vector<std::string_view> Members::names() const {
    std::vector<std::string_view> names;
    names.reserve(members_.size());
    for (const Member& member : members_) names.push_back(member.name);
    return names;
}

std::vector<double> Members::medians(std::size_t anchor) const {
    std::vector<double> medians(members_.size(), Series::missing);
    for (std::size_t m = 0; m < medians.size(); ++m)
        if (anchor < members_[m].answer.medians.size())
            medians[m] = members_[m].answer.medians[anchor];
    return medians;
}

std::vector<double> Members::spreads(std::size_t anchor) const {
    std::vector<double> spreads(members_.size(), Series::missing);
    for (std::size_t m = 0; m < spreads.size(); ++m)
        if (anchor < members_[m].answer.spreads.size())
            spreads[m] = members_[m].answer.spreads[anchor];
    return spreads;
}

}  // namespace forescale
