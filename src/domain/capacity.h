#pragma once
#include "base/quantity.h"
#include "base/time.h"

namespace forescale {

/// What a target has of a service right now.
struct Capacity {
    Replicas ready{0};
    Replicas pending{0};  ///< asked for, not ready yet
    Timestamp seen_at;

    [[nodiscard]] Replicas total() const { return ready + pending; }
    template <class Archive>
    void fields(Archive& archive) {
        archive(ready, pending, seen_at);
    }
};

}  // namespace forescale
