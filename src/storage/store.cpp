#include "storage/store.h"

namespace forescale {

bool Batch::empty() const {
    return raw.empty() && hourly.empty() && predictions.empty() && outcomes.empty() &&
           decisions.empty() && operations.empty() && events.empty() && controls.empty() &&
           performance.empty() && audit.empty() && checkpoints.empty() && turns.empty();
}

}  // namespace forescale
