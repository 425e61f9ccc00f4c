#pragma once
#include <array>
#include <csignal>
#include <cstdint>

#include <sys/wait.h>
#include <unistd.h>

namespace forescale {

/// The child's end: numbers to the parent, and waiting until it is killed.
class Pipe {
public:
    explicit Pipe(int file) : file_(file) {}
    void send(std::int64_t number) {
        if (::write(file_, &number, sizeof number) != static_cast<ssize_t>(sizeof number))
            ::_exit(1);
    }
    void wait() {
        for (;;) ::pause();
    }

private:
    int file_;
};

/// A forked process for tests of locks and crashes. Killed (-9) at the latest when the object goes.
class ChildProcess {
public:
    template <class Work>
    explicit ChildProcess(Work work) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return;
        id_ = ::fork();
        if (id_ == 0) {
            ::close(ends[0]);
            Pipe pipe(ends[1]);
            work(pipe);
            ::_exit(0);
        }
        ::close(ends[1]);
        file_ = ends[0];
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        kill();
        ::close(file_);
    }

    [[nodiscard]] int id() const { return id_; }
    /// The next number; -2 when the child is gone.
    [[nodiscard]] std::int64_t receive() const {
        std::int64_t number = 0;
        return ::read(file_, &number, sizeof number) == static_cast<ssize_t>(sizeof number) ? number
                                                                                            : -2;
    }
    void kill() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
        id_ = 0;
    }

private:
    int id_ = 0;
    int file_ = -1;
};

}  // namespace forescale
