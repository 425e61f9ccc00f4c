#include "streaming/memory/memory_bus.h"

namespace forescale {
namespace {

std::size_t bytes_of(const Message& message) {
    return message.key.size() + message.payload.size();
}

}  // namespace

Result<MemoryBus::Topic*> MemoryBus::topic_of(std::string_view name) {
    const auto found = topics_.find(name);
    if (found != topics_.end()) return &found->second;
    if (topics_.size() >= topics_max)
        return fail(Errc::invalid_argument, "topic {}: the bus has {} topics already, the most",
                    name, topics_max);
    return &topics_[std::string(name)];
}

Result<std::int64_t*> MemoryBus::position_of(Topic& topic, std::string_view group) {
    const auto found = topic.groups.find(group);
    if (found != topic.groups.end()) return &found->second;
    if (topic.groups.size() >= groups_max)
        return fail(Errc::invalid_argument, "group {}: the topic has {} groups already, the most",
                    group, groups_max);
    const auto oldest = topic.offset_next - static_cast<std::int64_t>(topic.messages.size());
    return &topic.groups.emplace(group, oldest).first->second;
}

void MemoryBus::drop_oldest(Topic& topic) {
    topic.bytes -= bytes_of(topic.messages.front());
    topic.messages.pop_front();
}

void MemoryBus::free_committed(Topic& topic) {
    auto kept_from = topic.offset_next;
    for (const auto& [group, position] : topic.groups) kept_from = std::min(kept_from, position);
    while (!topic.messages.empty() && topic.messages.front().offset < kept_from) drop_oldest(topic);
}

Result<void> MemoryBus::publish(std::string_view topic, std::string key, std::string payload) {
    Message message{.key = std::move(key), .payload = std::move(payload)};
    const auto bytes = bytes_of(message);
    if (bytes > settings_.bytes_max)
        return fail(
            Errc::invalid_argument,
            "topic {}: a message of {} bytes for {} is larger than the whole bus ({} bytes); "
            "send fewer points in one message",
            topic, bytes, message.key, settings_.bytes_max);
    const std::scoped_lock lock(mutex_);
    TRY(Topic* const into, topic_of(topic));
    const auto is_full = [&] {
        return into->messages.size() >= settings_.messages_max ||
               into->bytes + bytes > settings_.bytes_max;
    };
    while (into->groups.empty() && is_full()) drop_oldest(*into);
    if (is_full())
        return fail(Errc::unavailable,
                    "topic {} is full ({} messages, {} bytes): its consumers do not keep up; the "
                    "message for {} was not taken, try again after they have read",
                    topic, into->messages.size(), into->bytes, message.key);
    message.offset = into->offset_next++;
    into->bytes += bytes;
    into->messages.push_back(std::move(message));
    return {};
}

Result<std::vector<Message>> MemoryBus::poll(std::string_view topic, std::string_view group,
                                             std::size_t count_max) {
    const std::scoped_lock lock(mutex_);
    TRY(Topic* const from, topic_of(topic));
    TRY(const std::int64_t* const position, position_of(*from, group));
    const auto oldest = from->offset_next - static_cast<std::int64_t>(from->messages.size());
    const auto begin = from->messages.begin() + (*position - oldest);
    const auto waiting = static_cast<std::size_t>(from->offset_next - *position);
    const auto count = static_cast<std::ptrdiff_t>(std::min(waiting, count_max));
    return std::vector<Message>(begin, begin + count);
}

Result<void> MemoryBus::commit(std::string_view topic, std::string_view group,
                               std::int64_t offset) {
    const std::scoped_lock lock(mutex_);
    TRY(Topic* const from, topic_of(topic));
    TRY(std::int64_t* const position, position_of(*from, group));
    if (offset >= from->offset_next)
        return fail(Errc::invalid_argument,
                    "topic {}, group {}: offset {} was never given out, the newest is {}", topic,
                    group, offset, from->offset_next - 1);
    *position = std::max(*position, offset + 1);
    free_committed(*from);
    return {};
}

MemoryBus::Held MemoryBus::held(std::string_view topic) const {
    const std::scoped_lock lock(mutex_);
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return {};
    return {.messages = found->second.messages.size(), .bytes = found->second.bytes};
}

Result<std::unique_ptr<Bus>> make_memory_bus(const BusSettings& settings) {
    if (settings.messages_max == 0 || settings.bytes_max == 0)
        return fail(Errc::invalid_argument,
                    "memory bus: messages_max {} and bytes_max {} must both be above zero",
                    settings.messages_max, settings.bytes_max);
    return std::make_unique<MemoryBus>(settings);
}

}  // namespace forescale
