#include "simulation/policies/peer_forecast.h"

#include "base/assert.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {
namespace {

constexpr Duration bucket_min = std::chrono::minutes(5);
constexpr double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Duration PeerForecast::bucket_width(const PolicyWorld& world) {
    return (bucket_min + world.step - Duration(1)) / world.step * world.step;
}

PeerForecast::PeerForecast(const PolicyWorld& world, Duration ahead,
                           std::unique_ptr<GridModel> model)
    : step_(world.step), width_(bucket_width(world)), ahead_(ahead), model_(std::move(model)) {}

double PeerForecast::largest(std::size_t t, double before) {
    if (t < known_.size()) return known_[t];
    ASSERT(t == known_.size());
    if (t > 0) observe(t - 1, before);
    const Duration now = step_ * static_cast<Duration::rep>(t);
    double most = none;
    for (std::size_t b = bucket_of(now); b <= bucket_of(now + ahead_); ++b)
        most = std::fmax(most, model_->expected(b));
    known_.push_back(most);
    return most;
}

void PeerForecast::observe(std::size_t t, double demand) {
    if (std::isfinite(demand)) {
        sum_ += demand;
        ++count_;
    }
    const Duration end = step_ * static_cast<Duration::rep>(t + 1);
    if (bucket_of(end) == buckets_) return;
    model_->learn(count_ > 0 ? sum_ / count_ : none);
    ++buckets_;
    sum_ = 0.0;
    count_ = 0;
}

}  // namespace forescale
