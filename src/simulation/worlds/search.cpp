#include "simulation/worlds/search.h"

#include "simulation/parallel.h"
#include "simulation/worlds/generate.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

namespace forescale::worlds {
namespace {

/// A new folder that is gone with its owner.
class TemporaryFolder {
public:
    [[nodiscard]] static Result<TemporaryFolder> make() {
        std::error_code error;
        const auto parent = std::filesystem::temp_directory_path(error);
        if (error)
            return fail(Errc::unavailable, "no folder for temporary files: {}; set TMPDIR",
                        error.message());
        std::string path = (parent / "forescale-worlds-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr)
            return fail(Errc::unavailable, "cannot create a folder in {}; set TMPDIR",
                        parent.string());
        return TemporaryFolder(std::move(path));
    }
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string folder(std::uint64_t number) const {
        const std::string path = fmt::format("{}/{}", path_, number);
        std::error_code ignored;
        std::filesystem::create_directories(path, ignored);
        return path;
    }

private:
    explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

/// What the threads of a search share.
class Search {
public:
    Search(const SearchSettings& settings, const TemporaryFolder& folder,
           const std::function<void(double)>& progress)
        : settings_(settings), folder_(folder), progress_(progress) {}

    void live(std::size_t index) {
        if (is_over()) return;
        const std::uint64_t seed = settings_.seed + index;
        const WorldPlan plan = random_world(seed);
        const auto folder = folder_.folder(seed);
        const auto outcome = check_world(plan, folder);
        if (outcome.failure && is_new(*outcome.failure))
            note(seed,
                 shrink({.plan = plan, .failure = *outcome.failure}, settings_.shrink_tries_max,
                        [&](const WorldPlan& one) { return check_world(one, folder); }));
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        count(outcome);
    }
    SearchResult take() {
        std::ranges::sort(result_.failures, {}, &FoundFailure::seed);
        return std::move(result_);
    }

private:
    bool is_over() {
        const std::scoped_lock lock(mutex_);
        return std::ssize(broken_) >= settings_.failures_max;
    }
    bool is_new(const Failure& failure) {
        const std::scoped_lock lock(mutex_);
        return broken_.insert(failure.invariant).second;
    }
    void note(std::uint64_t seed, Failing smallest) {
        const std::scoped_lock lock(mutex_);
        result_.failures.push_back({seed, std::move(smallest)});
    }
    void count(const Outcome& outcome) {
        const std::scoped_lock lock(mutex_);
        ++result_.worlds;
        result_.turns += outcome.turns;
        result_.restarts += std::max<std::int64_t>(outcome.lives - 1, 0);
        if (progress_)
            progress_(static_cast<double>(result_.worlds) / static_cast<double>(settings_.count));
    }

    const SearchSettings& settings_;
    const TemporaryFolder& folder_;
    const std::function<void(double)>& progress_;
    std::mutex mutex_;
    std::set<std::string> broken_;  ///< invariants of which one failure was found
    SearchResult result_;
};

}  // namespace

Result<SearchResult> search_worlds(const SearchSettings& settings,
                                   const std::function<void(double)>& progress) {
    TRY(const auto folder, TemporaryFolder::make());
    Search search(settings, folder, progress);
    in_parallel(static_cast<std::size_t>(settings.count), settings.threads,
                [&](std::size_t index) { search.live(index); });
    return search.take();
}

Result<Outcome> live_world(const WorldPlan& plan) {
    TRY(const auto folder, TemporaryFolder::make());
    return check_world(plan, folder.folder(0));
}

std::string describe(const FoundFailure& found) {
    const Failure& failure = found.smallest.failure;
    return fmt::format("# {}: {}\n# after {} of the smallest world that shows it (seed {})\n{}",
                       failure.invariant, failure.what, format_duration(failure.at), found.seed,
                       to_text(found.smallest.plan));
}

}  // namespace forescale::worlds
