#pragma once
#include "base/assert.h"
#include "base/time.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace forescale {

/// Regularly spaced values of one service, oldest first; NaN marks a step without a sample. Holds
/// at most `steps_max` steps. A step is named by its start. Appending is O(1) amortised; the values
/// are contiguous.
class Series {
public:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    Series() = default;
    Series(Duration step, std::size_t steps_max) : step_(step), steps_max_(steps_max) {
        ASSERT(step > Duration(0) && steps_max > 0);
    }

    /// Appends the step that begins at `at`, and missing ones in between. `at` must lie on the
    /// grid, after the newest step. A gap as long as the whole history empties it.
    void append(Timestamp at, double value) {
        if (!empty()) {
            ASSERT(at > newest() && (at - newest()) % step_ == Duration(0));
            const auto gap = static_cast<std::size_t>((at - newest()) / step_) - 1;
            if (gap >= steps_max_)
                values_.clear();
            else
                values_.insert(values_.end(), gap, missing);
        }
        if (values_.size() == values_.capacity())
            values_.reserve(std::min(2 * values_.size() + 8, steps_max_ + steps_max_ / 8 + 1));
        values_.push_back(value);
        newest_ = at;
        if (values_.size() >= steps_max_ + steps_max_ / 8 + 1)
            values_.erase(values_.begin(), values_.end() - static_cast<std::ptrdiff_t>(steps_max_));
    }

    [[nodiscard]] bool empty() const { return values_.empty(); }
    [[nodiscard]] Duration step() const { return step_; }
    [[nodiscard]] Timestamp newest() const { return newest_; }
    [[nodiscard]] Timestamp oldest() const {
        return newest_ - step_ * static_cast<Duration::rep>(values().size() - 1);
    }
    /// The steps kept, oldest first; at most steps_max.
    [[nodiscard]] std::span<const double> values() const {
        const std::span<const double> all(values_);
        return all.size() > steps_max_ ? all.last(steps_max_) : all;
    }
    [[nodiscard]] std::size_t size() const { return values().size(); }
    /// Value at a time; NaN outside of what is kept.
    [[nodiscard]] double at(Timestamp time) const {
        if (empty() || time > newest_ || time < oldest()) return missing;
        return values()[static_cast<std::size_t>((time - oldest()) / step_)];
    }

    /// Another value for a step that is kept; ignored outside of what is kept.
    void replace(Timestamp at, double value) {
        if (empty() || at > newest_ || at < oldest()) return;
        values_[values_.size() - 1 - static_cast<std::size_t>((newest_ - at) / step_)] = value;
    }

    template <class Archive>
    void fields(Archive& archive) {
        archive(step_, steps_max_, newest_, values_);
    }

private:
    Duration step_{0};
    std::size_t steps_max_ = 0;
    Timestamp newest_;
    std::vector<double> values_;
};

}  // namespace forescale
