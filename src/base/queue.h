#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

namespace forescale {

/// A first-in-first-out queue between two owners, never longer than `size_max`. Thread-safe.
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t size_max) : size_max_(size_max) {}

    /// False when full: the caller decides what that means; nothing is dropped here.
    [[nodiscard]] bool try_push(T item) {
        const std::scoped_lock lock(mutex_);
        if (items_.size() >= size_max_) return false;
        items_.push_back(std::move(item));
        ready_.notify_one();
        return true;
    }

    [[nodiscard]] std::optional<T> try_pop() {
        const std::scoped_lock lock(mutex_);
        return pop_front();
    }

    /// Waits for an item; empty when `stop` was requested and nothing is left.
    [[nodiscard]] std::optional<T> pop(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, stop, [&] { return !items_.empty(); });
        return pop_front();
    }

    [[nodiscard]] std::size_t size() const {
        const std::scoped_lock lock(mutex_);
        return items_.size();
    }

private:
    std::optional<T> pop_front() {
        if (items_.empty()) return std::nullopt;
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        return item;
    }

    mutable std::mutex mutex_;
    std::condition_variable_any ready_;
    std::deque<T> items_;
    std::size_t size_max_;
};

}  // namespace forescale
