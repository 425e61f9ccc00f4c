#include "app/child_trainer.h"

#include "app/exit_code.h"
#include "base/text.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace forescale {
namespace {

constexpr std::size_t words_max = 2048;

/// What the child becomes. Between fork and exec only calls that are safe in a signal handler:
/// other threads of this process may have held any lock.
struct Becoming {
    std::vector<char*> arguments;  ///< ends with null
    int words_to;
    rlim_t data_bytes;
    pid_t parent;
};

[[noreturn]] void become(const Becoming& child) {
    constexpr int cannot_run = 127;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child.parent) _exit(cannot_run);  // it ended in between
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    const rlimit data{.rlim_cur = child.data_bytes, .rlim_max = child.data_bytes};
    setrlimit(RLIMIT_DATA, &data);
    setpriority(PRIO_PROCESS, 0, 10);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(child.words_to, STDERR_FILENO);
    execv(child.arguments.front(), child.arguments.data());
    _exit(cannot_run);
}

/// The last line that says something.
std::string last_line(std::string_view words) {
    while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.remove_suffix(1);
    if (const auto at = words.rfind('\n'); at != std::string_view::npos)
        words.remove_prefix(at + 1);
    return printable(words, 500);
}

}  // namespace

ChildTrainerSettings trainer_settings(const AppConfig& config, const std::string& config_file,
                                      const std::vector<std::string>& set) {
    ChildTrainerSettings settings{
        .program = "/proc/self/exe",
        .arguments = {"train", "--from-store", "--quiet", "--config", config_file, "--threads",
                      fmt::format("{}", config.training.threads)},
        .time_max = config.training.time_max,
        .memory_max_mb = config.training.memory_max_mb};
    for (const auto& option : set) {
        settings.arguments.emplace_back("--set");
        settings.arguments.push_back(option);
    }
    return settings;
}

ChildTrainer::ChildTrainer(ChildTrainerSettings settings) : settings_(std::move(settings)) {}

ChildTrainer::~ChildTrainer() {
    if (child_ == 0) return;
    kill(child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<void> ChildTrainer::start(const TrainingOrder& order) {
    if (child_ != 0) return fail(Errc::conflict, "a training is under way already");
    std::vector<std::string> words{settings_.program};
    words.insert(words.end(), settings_.arguments.begin(), settings_.arguments.end());
    for (const auto& word :
         {std::string("--seed"), fmt::format("{}", order.seed), std::string("--parent"),
          order.parent.empty() ? std::string("none") : order.parent, std::string("--out"),
          order.out})
        words.push_back(word);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(Errc::unavailable, "cannot begin a training: no pipe: {}",
                    std::strerror(errno));
    words_from_ = Descriptor(ends[0]);
    const Descriptor words_to(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    Becoming child{.arguments = {},
                   .words_to = ends[1],
                   .data_bytes = static_cast<rlim_t>(settings_.memory_max_mb) << 20U,
                   .parent = getpid()};
    for (auto& word : words) child.arguments.push_back(word.data());
    child.arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) become(child);
    if (pid < 0)
        return fail(Errc::unavailable, "cannot begin a training: {}", std::strerror(errno));
    child_ = pid;
    words_.clear();
    began_ = Steady::now();
    asked_to_stop_ = false;
    return {};
}

std::optional<TrainingEnd> ChildTrainer::poll() {
    if (child_ == 0) return std::nullopt;
    listen();
    int status = 0;
    const pid_t seen = waitpid(child_, &status, WNOHANG);
    if (seen == 0 || (seen < 0 && errno == EINTR)) {
        press();
        return std::nullopt;
    }
    listen();
    child_ = 0;
    words_from_ = Descriptor(-1);
    return ended(status);
}

void ChildTrainer::listen() {
    std::array<char, 1024> some{};
    while (true) {
        const auto n = read(words_from_.get(), some.data(), some.size());
        if (n <= 0) return;
        words_.append(some.data(), static_cast<std::size_t>(n));
        if (words_.size() > words_max) words_.erase(0, words_.size() - words_max);
    }
}

/// Ends it when its time is over: first by asking.
void ChildTrainer::press() {
    const auto age = Steady::now() - began_;
    if (age > settings_.time_max + settings_.grace) {
        kill(child_, SIGKILL);
    } else if (age > settings_.time_max && !asked_to_stop_) {
        asked_to_stop_ = true;
        kill(child_, SIGTERM);
    }
}

TrainingEnd ChildTrainer::ended(int status) const {
    TrainingEnd end;
    end.took = std::chrono::duration_cast<Duration>(Steady::now() - began_);
    const std::string words = last_line(words_);
    const bool exited = WIFEXITED(status);
    if (exited && WEXITSTATUS(status) == static_cast<int>(ExitCode::ok)) {
        end.outcome = TrainingEnd::Outcome::made;
        end.detail = "made";
    } else if (exited && WEXITSTATUS(status) == static_cast<int>(ExitCode::failed)) {
        end.outcome = TrainingEnd::Outcome::nothing;
        end.detail = words;
    } else if (asked_to_stop_) {
        end.detail = fmt::format("it took longer than training.time_max {} and was ended",
                                 format_duration(settings_.time_max));
    } else if (exited) {
        end.detail =
            fmt::format("the training process ended with code {}: {}", WEXITSTATUS(status), words);
    } else {
        end.detail =
            fmt::format("the training process was ended by signal {}, as when memory runs out: {}",
                        WTERMSIG(status), words);
    }
    return end;
}

}  // namespace forescale
