#pragma once
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "domain/alert.h"

namespace forescale {

/// Which alerts fire now. An alert is raised and cleared by its name and service; raising it again keeps its `since`.
/// Thread-safe. Sending is somebody else's work: changes() says what is new.
class AlertManager {
public:
    void raise(Alert alert);
    void clear(std::string_view name, std::string_view service);
    [[nodiscard]] std::vector<Alert> firing() const;  ///< most severe first, then oldest first
    struct Change {
        Alert alert;
        bool firing;
    };
    /// Raised or cleared since the last call, in order.
    [[nodiscard]] std::vector<Change> changes();

private:
    using Key = std::pair<std::string, std::string>;
    mutable std::mutex mutex_;
    std::map<Key, Alert> firing_;
    std::vector<Change> changes_;
};

}  // namespace forescale
