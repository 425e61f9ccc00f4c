#pragma once
#include "domain/control.h"

#include <mutex>
#include <vector>

namespace forescale {

/// Where what people ask for waits for the turn. Thread-safe: the API puts it in, the turn takes
/// it.
class ControlBook {
public:
    /// Numbers go on after this one.
    void begin_after(std::int64_t sequence) {
        const std::scoped_lock lock(mutex_);
        newest_ = std::max(newest_, sequence);
    }
    /// Gives the control its number. `keep` stores it before anybody can take it; on an error the
    /// store has kept it for later, and it is taken all the same: a pause must not wait for a disk.
    template <class Keep>
    Result<void> put(Control control, Keep keep) {
        const std::scoped_lock lock(mutex_);
        control.sequence = ++newest_;
        auto kept = keep(control);
        news_.push_back(std::move(control));
        return kept;
    }
    /// What was stored in an earlier life and not taken in then.
    void put_again(Control control) {
        const std::scoped_lock lock(mutex_);
        newest_ = std::max(newest_, control.sequence);
        news_.push_back(std::move(control));
    }
    /// What was put since the last call, in its order.
    [[nodiscard]] std::vector<Control> take_news() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(news_, {});
    }

private:
    std::mutex mutex_;
    std::int64_t newest_ = 0;
    std::vector<Control> news_;
};

}  // namespace forescale
