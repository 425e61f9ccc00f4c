#include "monitoring/alerts.h"

#include <iterator>
#include <tuple>

namespace forescale {

void AlertManager::raise(Alert alert) {
    const std::scoped_lock lock(mutex_);
    auto [found, is_new] = firing_.try_emplace(Key(alert.name, alert.service), alert);
    auto& known = found->second;
    const bool other_severity = known.severity != alert.severity;
    if (!is_new) {
        alert.since = known.since;
        known = std::move(alert);
    }
    if (is_new || other_severity) changed(known, true);
}

void AlertManager::clear(std::string_view name, std::string_view service) {
    const std::scoped_lock lock(mutex_);
    const auto found = firing_.find(Key(name, service));
    if (found == firing_.end()) return;
    changed(found->second, false);
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
        for (const auto& [key, alert] : firing_) all.push_back(alert);
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
