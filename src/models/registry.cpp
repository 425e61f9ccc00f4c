#include "models/registry.h"

#include "models/arima/arima.h"
#include "models/boosted/boosted.h"
#include "models/croston/croston.h"
#include "models/flair/flair.h"
#include "models/last_value/last_value.h"
#include "models/profile_level/profile_level.h"
#include "models/prophet/prophet.h"
#include "models/recurrent/recurrent.h"
#include "models/ridge/ridge.h"
#include "models/seasonal_naive/seasonal_naive.h"
#include "models/sibling/sibling.h"
#include "models/theta/theta.h"
#include "models/weekly_naive/weekly_naive.h"

namespace forescale {

bool is_refit_step(const ModelSettings& settings, Timestamp origin, Duration every) {
    const auto steps = [&](Duration span) {
        return std::max<Duration::rep>(1, span / settings.step);
    };
    const auto shift =
        static_cast<Duration::rep>(settings.seed % static_cast<std::uint64_t>(steps(day * 7)));
    return (origin.time_since_epoch() / settings.step + shift) % steps(every) == 0;
}

const ModelRegistry& models() {
    static const ModelRegistry all{
        // clang-format off
        {"arima", arima::make},
        {"croston", croston::make},
        {"flair", flair::make},
        {"gru", recurrent::make_gru},
        {"last_value", last_value::make},
        {"lstm", recurrent::make_lstm},
        {"profile_level", profile_level::make},
        {"prophet", prophet::make},
        {"ridge", ridge::make},
        {"ridge_slow", ridge::make_slow},
        {"seasonal_naive", seasonal_naive::make},
        {"sibling", sibling::make},
        {"theta", theta::make},
        {"weekly_naive", weekly_naive::make},
        {"xgboost", boosted::make},
        {"xgboost_residual", boosted::make_residual},
        // clang-format on
    };
    return all;
}

}  // namespace forescale
