#include "app/signals.h"

#include <csignal>
#include <cstdlib>
#include <ctime>

namespace forescale {
namespace {

sigset_t stopping_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);  // the terminal was closed
    return set;
}

constexpr std::timespec look_again{.tv_sec = 0, .tv_nsec = 100'000'000};

}  // namespace

StopOnSignal::StopOnSignal() {
    const auto set = stopping_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A reader that went away, or a file that may not grow, is an error of one write, not the end
    // of the process.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    waiter_ = std::jthread([source = source_](const std::stop_token& ended) mutable {
        const auto awaited = stopping_signals();
        while (!ended.stop_requested()) {
            if (sigtimedwait(&awaited, nullptr, &look_again) < 0) continue;
            if (source.stop_requested()) std::_Exit(130);
            source.request_stop();
        }
    });
}

StopOnSignal::~StopOnSignal() {
    waiter_.request_stop();
    waiter_.join();
    const auto set = stopping_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace forescale
