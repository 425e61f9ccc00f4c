#include "simulation/retraining.h"

#include "training/train_forests.h"

namespace forescale {

namespace {
constexpr Duration history_max = day * 60;
}

Retraining::Retraining(const Service& service, Duration every,
                       std::shared_ptr<const TrainedModels> base)
    : every_(every),
      base_(std::move(base)),
      history_{.service = service,
               .demand = Series(service.grid_step,
                                static_cast<std::size_t>(history_max / service.grid_step))} {}

void Retraining::observe_fine(const Window& window) {
    history_.fine_step = window.width;
    history_.fine.push_back(window.present() ? static_cast<float>(window.mean())
                                             : std::numeric_limits<float>::quiet_NaN());
    const auto most = static_cast<std::size_t>(history_max / window.width);
    if (history_.fine.size() >= 2 * most)
        history_.fine.erase(history_.fine.begin(),
                            history_.fine.end() - static_cast<std::ptrdiff_t>(most));
}

bool Retraining::is_due(Duration width) {
    age_ += width;
    const Duration every = age_ > history_max ? 2 * every_ : every_;
    return every > Duration(0) && age_ / every != (age_ - width) / every;
}

std::shared_ptr<const TrainedModels> Retraining::observe(const Window& window) {
    history_.demand.append(window.start, window.present() ? window.mean() : Series::missing);
    if (!is_due(window.width)) return nullptr;
    auto forests = train_forests(std::span(&history_, 1), {});
    if (!forests) return nullptr;  // too little to learn from is no error of the record
    auto bundle =
        base_ ? std::make_shared<TrainedModels>(*base_) : std::make_shared<TrainedModels>();
    bundle->forests = *std::move(forests);
    return bundle;
}

}  // namespace forescale
