#pragma once
#include "domain/event.h"

#include <cstdint>
#include <vector>

namespace forescale {

/// What became known of an event, and after how many windows since the checkpoint.
struct EventChange {
    std::uint64_t after_windows = 0;
    BusinessEvent event;
    template <class Archive>
    void fields(Archive& archive) {
        archive(after_windows, event);
    }
};

/// The events of one service as they are known, cancelled ones too, ascending in id. What is
/// learned depends on them, so a restart has to know of each at the same window again: changes are
/// numbered by the windows absorbed since the checkpoint, kept in the small state of the turn until
/// the next one, and repeated with the windows.
class KnownEvents {
public:
    /// So many changes are kept at most; then a checkpoint is due.
    static constexpr std::size_t changes_max = 100;

    /// Takes in an event; what no longer concerns the service is cancelled for it. Nothing: it was
    /// known so already.
    [[nodiscard]] std::optional<EventChange> take(BusinessEvent event, const ServiceId& service);
    [[nodiscard]] const std::vector<BusinessEvent>& all() const { return all_; }

    /// A window was absorbed.
    void absorbed() { ++windows_; }
    /// Everything so far is in a checkpoint; what is over for long is forgotten.
    void checkpointed(Timestamp now);

    /// Changes to be taken in again, at the windows where they were first.
    void repeat(std::vector<EventChange> changes);
    /// Those that come before the next window, or all that are left; true when there were some.
    [[nodiscard]] bool repeat_due(bool all_left = false);

    /// In a checkpoint.
    template <class Archive>
    void fields(Archive& archive) {
        archive(all_);
    }

private:
    void put(BusinessEvent event);

    std::vector<BusinessEvent> all_;
    std::uint64_t windows_ = 0;
    std::vector<EventChange> to_repeat_;
    std::size_t repeated_ = 0;
};

}  // namespace forescale
