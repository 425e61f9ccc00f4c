#pragma once
#include "domain/series.h"

#include <cstdint>

namespace forescale {

/// The service's usual level, at which log levels turn from differences to ratios. Chosen from the
/// past, rarely changed: a change makes everything that was learned in log levels worthless.
class DemandScale {
public:
    [[nodiscard]] double value() const { return value_; }
    /// Looks at the history when it is time to: after the first sample, 1 h, 6 h and 1 day, then
    /// daily. True: it changed.
    [[nodiscard]] bool review(const Series& demand);

    template <class Archive>
    void fields(Archive& archive) {
        archive(value_, is_chosen_, steps_);
    }

private:
    [[nodiscard]] bool is_due(Duration step) const;

    double value_ = 1.0;
    bool is_chosen_ = false;
    std::uint64_t steps_ = 0;
};

}  // namespace forescale
