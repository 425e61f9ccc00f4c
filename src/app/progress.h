#pragma once
#include <chrono>
#include <string>

namespace forescale {

/// A line on standard error that says how far a long command is: redrawn in place on a terminal,
/// one line every ten seconds elsewhere, nothing at all for work that takes under a second.
class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(double share);  ///< 0..1
    void update(double share, const std::string& detail);

private:
    using Steady = std::chrono::steady_clock;
    void draw(double share, const std::string& detail, Steady::time_point now);

    std::string what_;
    bool terminal_;
    bool drawn_ = false;
    Steady::time_point began_ = Steady::now();
    Steady::time_point drawn_at_ = began_;
};

}  // namespace forescale
