#pragma once
#include "streaming/bus.h"

#include <deque>
#include <mutex>

namespace forescale {

/// The bus inside one process: bounded per topic by messages and bytes. What every group of a topic
/// has committed is freed at once. While a group has not committed, a full topic refuses; where
/// nobody ever polled, the oldest message makes room, because nobody waits for it. Nothing survives
/// the process: what was not consumed is collected again from the last recorded turn on.
class MemoryBus final : public Bus {
public:
    static constexpr std::size_t topics_max = 64;
    static constexpr std::size_t groups_max = 64;

    explicit MemoryBus(const BusSettings& settings) : settings_(settings) {}

    Result<void> publish(std::string_view topic, std::string key, std::string payload) override;
    Result<std::vector<Message>> poll(std::string_view topic, std::string_view group,
                                      std::size_t count_max) override;
    Result<void> commit(std::string_view topic, std::string_view group,
                        std::int64_t offset) override;

    /// Messages and bytes that the topic holds now.
    struct Held {
        std::size_t messages = 0;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Held held(std::string_view topic) const;

private:
    struct Topic {
        std::deque<Message> messages;
        std::size_t bytes = 0;
        std::int64_t offset_next = 0;
        /// Per group the first offset that it has not committed.
        std::map<std::string, std::int64_t, std::less<>> groups;
    };
    Result<Topic*> topic_of(std::string_view name);
    static Result<std::int64_t*> position_of(Topic& topic, std::string_view group);
    static void drop_oldest(Topic& topic);
    static void free_committed(Topic& topic);

    const BusSettings settings_;
    mutable std::mutex mutex_;
    std::map<std::string, Topic, std::less<>> topics_;
};

/// errors  invalid_argument: bounds of zero
[[nodiscard]] Result<std::unique_ptr<Bus>> make_memory_bus(const BusSettings& settings);

}  // namespace forescale
