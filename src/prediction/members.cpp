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
    : steps_per_day_(std::max<std::int64_t>(1, day / settings.step)) {
    for (const auto& [name, make] : registry)
        members_.push_back(
            {.name = name, .model = make(settings), .answer = {}, .broke = {}, .rest_steps = 0});
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
    }
}

void Members::step(const Moment& moment, double demand_max) {
    for (Member& member : members_) {
        member.answer = member.model->step(moment);
        check(member, demand_max);
    }
}

// A member that broke goes on learning while it rests.
void Members::check(Member& member, double demand_max) const {
    if (member.answer.asleep_because.empty()) {
        std::string why = fault(member.answer.medians, demand_max);
        if (!why.empty()) {
            member.broke = std::move(why);
            member.rest_steps = steps_per_day_;
        }
    }
    if (member.rest_steps == 0) return;
    --member.rest_steps;
    member.answer = asleep(member.broke);
}

std::vector<std::string_view> Members::names() const {
    std::vector<std::string_view> names;
    for (const Member& member : members_) names.push_back(member.name);
    return names;
}

std::vector<double> Members::medians(std::size_t anchor) const {
    std::vector<double> medians;
    for (const Member& member : members_)
        medians.push_back(anchor < member.answer.medians.size() ? member.answer.medians[anchor]
                                                                : Series::missing);
    return medians;
}

std::vector<double> Members::spreads(std::size_t anchor) const {
    std::vector<double> spreads;
    for (const Member& member : members_)
        spreads.push_back(anchor < member.answer.spreads.size() ? member.answer.spreads[anchor]
                                                                : Series::missing);
    return spreads;
}

}  // namespace forescale
