#pragma once
#include <stop_token>
#include <thread>

namespace forescale {

/// SIGINT and SIGTERM as a stop token: the turn in progress ends, what was learned is stored, then
/// the process goes. A second signal ends it at once. Make it before the first thread.
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread waiter_;
};

}  // namespace forescale
