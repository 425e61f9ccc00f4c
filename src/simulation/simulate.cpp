#include "simulation/simulate.h"

#include "simulation/parallel.h"
#include "simulation/world.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>

namespace forescale {
namespace {

constexpr std::string_view yardstick = "clairvoyant";

/// One trace, and what became of every policy on it.
struct Show {
    Trace trace;
    World world;
    std::vector<std::vector<PlayedStep>> played;  ///< per policy
    std::atomic<std::size_t> left;                ///< policies that still play
    double least_hours = 0.0;
};

Result<std::vector<std::string>> names_of(const SimulateSettings& settings) {
    std::vector<std::string> names = settings.policies;
    if (names.empty())
        for (const auto& [name, factory] : policies()) names.emplace_back(name);
    for (const std::string& name : names) {
        if (policies().contains(name)) continue;
        std::string known;
        for (const auto& [other, factory] : policies())
            known += (known.empty() ? "" : ", ") + std::string(other);
        return fail(Errc::not_found, "there is no policy '{}'; known: {}", name, known);
    }
    return names;
}

Result<std::unique_ptr<Show>> make_show(const std::string& file, const SimulateSettings& settings,
                                        std::size_t count) {
    auto show = std::make_unique<Show>();
    TRY(show->trace, read_trace(file));
    TRY(show->world, make_world(show->trace, settings.lead_time));
    show->played.resize(count);
    show->left = count;
    return show;
}

/// timestamp,policy,demand,ready,pending,desired,reason: one row per step; a missing demand is
/// empty.
void append_rows(std::string& out, const World& world, const std::string& policy,
                 const std::vector<PlayedStep>& played) {
    for (std::size_t t = 0; t < played.size(); ++t) {
        const PlayedStep& step = played[t];
        const double demand = world.demand[t];
        fmt::format_to(std::back_inserter(out), "{},{},", format_timestamp(world.at(t)), policy);
        if (!std::isnan(demand)) fmt::format_to(std::back_inserter(out), "{}", demand);
        fmt::format_to(std::back_inserter(out), ",{},{},{},{}\n", step.ready, step.pending,
                       step.desired, step.reason);
    }
}

Result<void> write_decisions(const Show& show, const std::vector<std::string>& names,
                             const std::string& out) {
    const std::filesystem::path folder = std::filesystem::path(out) / show.trace.name;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::string path = (folder / "decisions.csv").string();
    std::ofstream file(path, std::ios::binary);
    file << "timestamp,policy,demand,ready,pending,desired,reason\n";
    std::string rows;
    for (std::size_t i = 0; i < names.size(); ++i) {
        rows.clear();
        append_rows(rows, show.world, names[i], show.played[i]);
        file << rows;
    }
    file.close();
    if (!file)
        return fail(Errc::unavailable,
                    "cannot write {}; is there room, and is the folder writable?", path);
    return {};
}

/// Every (file, policy) is one job; jobs are independent of each other, so that their order and
/// the number of threads change nothing.
class Run {
public:
    Run(std::vector<std::unique_ptr<Show>>& shows, const std::vector<std::string>& names,
        const SimulateSettings& settings, const Zone& zone,
        const std::function<void(double)>& progress)
        : shows_(shows), names_(names), settings_(settings), zone_(zone), progress_(progress) {}

    Result<void> all() {
        in_parallel(jobs(), settings_.threads, [this](std::size_t job) { work(job); });
        if (failure_) return std::unexpected(*failure_);
        return {};
    }

private:
    [[nodiscard]] std::size_t jobs() const { return shows_.size() * names_.size(); }

    void work(std::size_t job) {
        Show& show = *shows_[job / names_.size()];
        play_one(show, job % names_.size());
        if (--show.left == 0 && !settings_.out.empty())
            note(write_decisions(show, names_, settings_.out));
        note_progress();
    }

    void play_one(Show& show, std::size_t index) {
        PolicyWorld view = show.world.view();
        view.trained = settings_.trained;
        view.zone = &zone_;
        view.events = &settings_.events;
        const auto policy = policies().at(names_[index])(view);
        show.played[index] = play(show.world, *policy);
    }

    void note(const Result<void>& written) {
        const std::scoped_lock lock(mutex_);
        if (!written && !failure_) failure_ = written.error();
    }
    void note_progress() {
        const std::scoped_lock lock(mutex_);
        ++done_;
        if (progress_) progress_(static_cast<double>(done_) / static_cast<double>(jobs()));
    }

    std::vector<std::unique_ptr<Show>>& shows_;
    const std::vector<std::string>& names_;
    const SimulateSettings& settings_;
    const Zone& zone_;
    const std::function<void(double)>& progress_;
    std::mutex mutex_;
    std::size_t done_ = 0;
    std::optional<Error> failure_;
};

PolicyOutcome outcome_of(const Show& show, const std::string& policy, const PlayedScore& score) {
    return {
        .series = show.trace.name,
        .policy = policy,
        .under_provisioned_min = score.under_provisioned_min,
        .unserved_share = score.unserved_share,
        .instance_hours = score.instance_hours,
        .of_clairvoyant = show.least_hours > 0.0 ? score.instance_hours / show.least_hours : 0.0,
        .actions_per_day = score.actions_per_day,
        .reversals = score.reversals};
}

}  // namespace

Result<std::vector<PolicyOutcome>> run_simulation(const std::vector<std::string>& files,
                                                  const SimulateSettings& settings,
                                                  const std::function<void(double)>& progress) {
    TRY(const auto names, names_of(settings));
    TRY(const Zone zone, load_zone(settings.zone));
    std::vector<std::unique_ptr<Show>> shows;
    for (const std::string& file : files) {
        TRY(auto show, make_show(file, settings, names.size()));
        const auto best = policies().at(yardstick)(show->world.view());
        show->least_hours = score(show->world, play(show->world, *best)).instance_hours;
        shows.push_back(std::move(show));
    }
    TRY_VOID(Run(shows, names, settings, zone, progress).all());
    std::vector<PolicyOutcome> outcomes;
    for (const auto& show : shows)
        for (std::size_t i = 0; i < names.size(); ++i)
            outcomes.push_back(outcome_of(*show, names[i], score(show->world, show->played[i])));
    return outcomes;
}

}  // namespace forescale
