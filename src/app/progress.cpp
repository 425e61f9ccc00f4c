#include "app/progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace forescale {
namespace {

constexpr std::size_t bar_width = 30;

std::string bar(double share) {
    const auto full =
        static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(bar_width));
    return std::string(full, '#') + std::string(bar_width - full, '.');
}

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (drawn_ && terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::update(double share) {
    update(share, {});
}

void Progress::update(double share, const std::string& detail) {
    const auto now = Steady::now();
    const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
    if (now - began_ < std::chrono::seconds(1) || now - drawn_at_ < pause) return;
    draw(share, detail, now);
}

void Progress::draw(double share, const std::string& detail, Steady::time_point now) {
    drawn_ = true;
    drawn_at_ = now;
    const auto seconds = std::chrono::duration<double>(now - began_).count();
    if (terminal_)
        fmt::print(stderr, "\r\033[K{} [{}] {:3.0f} % {:.0f} s {}", what_, bar(share), share * 100,
                   seconds, detail);
    else
        fmt::print(stderr, "{}: {:.0f} % after {:.0f} s {}\n", what_, share * 100, seconds, detail);
    std::fflush(stderr);
}

}  // namespace forescale
