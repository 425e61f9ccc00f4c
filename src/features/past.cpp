#include "features/past.h"

namespace forescale {

double Past::deviation(Steps count) const {
    const double middle = mean(0, count);
    double sum = 0.0;
    double present = 0.0;
    for (Steps k = 0; k < std::min(count, size()); ++k) {
        const double distance = at(k) - middle;
        if (std::isnan(distance)) continue;
        sum += distance * distance;
        present += 1.0;
    }
    return present > 1.0 ? std::sqrt(sum / present) : Series::missing;
}

}  // namespace forescale
