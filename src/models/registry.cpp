#include "models/registry.h"

#include "models/last_value/last_value.h"
#include "models/profile_level/profile_level.h"
#include "models/ridge/ridge.h"
#include "models/seasonal_naive/seasonal_naive.h"
#include "models/weekly_naive/weekly_naive.h"

namespace forescale {

const ModelRegistry& models() {
    static const ModelRegistry all{
        {"last_value", last_value::make},
        {"profile_level", profile_level::make},
        {"ridge", ridge::make},
        {"ridge_slow", ridge::make_slow},
        {"seasonal_naive", seasonal_naive::make},
        {"weekly_naive", weekly_naive::make},
    };
    return all;
}

}  // namespace forescale
