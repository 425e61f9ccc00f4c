#pragma once
#include "domain/alert.h"

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forescale {

/// Which alerts fire now. An alert is raised and cleared by its name and service; raising it again
/// keeps its `since` and takes over severity and summary. Thread-safe. Sending is somebody else's
/// work: changes() says what is new.
class AlertManager {
public:
    /// Changes that nobody fetched; the oldest are forgotten beyond it. What fires is never
    /// forgotten.
    static constexpr std::size_t changes_max = 10'000;

    void raise(Alert alert);
    void clear(std::string_view name, std::string_view service);
    /// clear(), once it has not been raised for `quiet`: for conditions that come and go. `now` is
    /// on the clock of the alerts' `since`.
    void clear_after(std::string_view name, std::string_view service, Timestamp now,
                     Duration quiet);
    [[nodiscard]] std::vector<Alert> firing() const;  ///< most severe first, then oldest first
    struct Change {
        Alert alert;
        bool firing = false;
    };
    /// Raised, raised with another severity, or cleared since the last call, in order.
    [[nodiscard]] std::vector<Change> changes();

private:
    using Key = std::pair<std::string, std::string>;
    struct Firing {
        Alert alert;
        Timestamp raised_at;  ///< newest time
    };
    void changed(const Alert& alert, bool firing);

    mutable std::mutex mutex_;
    std::map<Key, Firing> firing_;
    std::deque<Change> changes_;
};

}  // namespace forescale
