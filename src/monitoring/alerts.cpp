#include "monitoring/alerts.h"

#include <iterator>
#include <tuple>

namespace forescale {

void AlertManager::raise(Alert alert) {
    const std::scoped_lock lock(mutex_);
    const Timestamp now = alert.since;
    auto [found, is_new] = firing_.try_emplace(Key(alert.name, alert.service), Firing{alert, now});
    auto& known = found->second;
    const bool other_severity = known.alert.severity != alert.severity;
    if (!is_new) {
        alert.since = known.alert.since;
        known = {std::move(alert), now};
    }
    if (is_new || other_severity) changed(known.alert, true);
}

void AlertManager::clear(std::string_view name, std::string_view service) {
    clear_after(name, service, Timestamp::max(), Duration(0));
}

void AlertManager::clear_after(std::string_view name, std::string_view service, Timestamp now,
                               Duration quiet) {
    const std::scoped_lock lock(mutex_);
    const auto found = firing_.find(Key(name, service));
    if (found == firing_.end() || now - quiet < found->second.raised_at) return;
    changed(found->second.alert, false);
    firing_.erase(found);
}

void AlertManager::changed(const Alert& alert, bool firing) {
    if (changes_.size() >= changes_max) changes_.pop_front();
    changes_.push_back({.alert = alert, .firing = firing});
}

std::vector<Alert> AlertManager::firing() const {
    std::vector<Alert> all;
    {
        const std::scoped_lock lock(mutex_);
        all.reserve(firing_.size());
        for (const auto& [key, one] : firing_) all.push_back(one.alert);
    }
    std::ranges::stable_sort(all, [](const Alert& a, const Alert& b) {
        return std::tie(b.severity, a.since) < std::tie(a.severity, b.since);
    });
    return all;
}

std::vector<AlertManager::Change> AlertManager::changes() {
    const std::scoped_lock lock(mutex_);
    std::vector<Change> news(std::make_move_iterator(changes_.begin()),
                             std::make_move_iterator(changes_.end()));
    changes_.clear();
    return news;
}

}  // namespace forescale
