#include "simulation/simulate.h"

#include "base/file.h"
#include "simulation/decisions_file.h"
#include "simulation/lockstep.h"
#include "simulation/outcome_report.h"
#include "simulation/parallel.h"
#include "simulation/policies/forescale.h"
#include "simulation/trace_shelf.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <set>

namespace forescale {
namespace {

constexpr std::string_view cheapest = "clairvoyant";
constexpr std::string_view yardstick = "hpa";
constexpr std::string_view product = "forescale";

Result<std::vector<std::string>> names_of(const SimulateSettings& settings) {
    std::vector<std::string> names = settings.policies;
    if (names.empty())
        for (const auto& [name, kind] : policies()) names.emplace_back(name);
    if (settings.frontier && std::ranges::find(names, yardstick) == names.end())
        names.emplace_back(yardstick);
    for (const std::string& name : names) {
        if (policies().contains(name)) continue;
        std::string known;
        for (const auto& [other, kind] : policies())
            known += (known.empty() ? "" : ", ") + std::string(other);
        return fail(Errc::not_found, "there is no policy '{}'; known: {}", name, known);
    }
    return names;
}

Result<void> check_settings(const SimulateSettings& settings) {
    if (settings.frontier && !settings.settings.empty())
        return fail(Errc::invalid_argument,
                    "a frontier plays every setting of every policy: leave out --setting and "
                    "--target");
    for (const auto& [name, setting] : settings.settings) {
        const PolicyKind& kind = policies().at(name);
        if (kind.setting_name.empty())
            return fail(Errc::invalid_argument, "policy {} has no setting", name);
        if (!(setting >= kind.least && setting <= kind.most))
            return fail(Errc::invalid_argument, "setting {} of {}: its {} is {} to {}", setting,
                        name, kind.setting_name, kind.least, kind.most);
    }
    return {};
}

Result<void> check_budget(const SimulateSettings& settings) {
    const Budget& budget = settings.budget;
    if (budget.is_set() && settings.prices.currency.empty())
        return fail(Errc::invalid_argument,
                    "a budget is money: name its currency (--currency EUR) and the price of an "
                    "instance in it (--price)");
    if (budget.is_set() && !(settings.prices.replica_hour > 0.0))
        return fail(Errc::invalid_argument,
                    "a budget of instances that cost nothing is never spent: state their price");
    if (budget.per_month > 0.0 && budget.per_month < budget.per_day)
        return fail(Errc::invalid_argument,
                    "the budget of a month, {}, is less than that of a "
                    "day, {}",
                    budget.per_month, budget.per_day);
    return {};
}

/// Looked at before anything is played: a fleet of files takes long.
Result<void> check_files(TraceShelf& shelf, const SimulateSettings& settings) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < shelf.size(); ++i) {
        TRY(const Trace trace, shelf.read(i));
        TRY(const World world, make_world(trace, settings.world));
        if (!names.insert(trace.name).second)
            return fail(
                Errc::invalid_argument,
                "{}: another file is named '{}' too, and results are kept by name; rename one",
                shelf.path(i), trace.name);
    }
    return {};
}

/// One trace under every policy.
class Show {
public:
    Show(Trace trace, World world, const SimulateSettings& settings, const Zone& zone)
        : trace_(std::move(trace)), world_(std::move(world)), settings_(settings) {
        view_ = world_.view();
        view_.trained = settings.trained;
        view_.budget = settings.budget;
        view_.currency = settings.prices.currency;
        view_.replica_hour = settings.prices.replica_hour;
        // Where unserved demand has a price, that says what risk is worth; a setting says it too.
        const bool is_set = settings.frontier || settings.settings.contains(std::string(product));
        view_.unserved_unit = is_set ? 0.0 : settings.prices.unserved_unit;
        view_.zone = &zone;
        view_.events = &settings.events;
        least_hours_ = score(world_, play_usual(cheapest)).instance_hours;
        if (!settings.out.empty()) file_.emplace(folder(), world_);
        seen_ = view_of(trace_.name, world_);
    }

    void play_policy(const std::string& name) {
        const PolicyKind& kind = policies().at(name);
        if (!settings_.frontier || kind.settings.empty())
            note(name, std::nullopt, play_usual(name));
        else if (name == product)
            play_product(kind);
        else
            play_settings(name, kind);
    }

    Result<std::vector<PolicyOutcome>> finish() {
        if (file_) TRY_VOID(file_->close());
        if (file_ && settings_.frontier) TRY_VOID(write_frontier(folder(), outcomes_));
        return std::move(outcomes_);
    }

    [[nodiscard]] OutcomeView view() && { return std::move(seen_); }

private:
    [[nodiscard]] std::string folder() const {
        return (std::filesystem::path(settings_.out) / trace_.name).string();
    }
    [[nodiscard]] std::vector<PlayedStep> play_usual(std::string_view name) const {
        const PolicyKind& kind = policies().at(name);
        const auto chosen = settings_.settings.find(std::string(name));
        const double setting = chosen == settings_.settings.end() ? kind.usual : chosen->second;
        if (name == product && !world_.forecaster_down.empty()) {
            const ScalingPolicy policy = at_setting(setting);
            return play_in_lockstep(world_, view_, {&policy, 1}).front();
        }
        return play(world_, *kind.make(view_, {&setting, 1}).front());
    }
    void play_settings(const std::string& name, const PolicyKind& kind) {
        auto made = kind.make(view_, kind.settings);
        for (std::size_t i = 0; i < made.size(); ++i) {
            note(name, kind.settings[i], play(world_, *made[i]));
            made[i].reset();
        }
    }
    void play_product(const PolicyKind& kind) {
        std::vector<ScalingPolicy> at_settings;
        for (const double setting : kind.settings) at_settings.push_back(at_setting(setting));
        const auto played = play_in_lockstep(world_, view_, at_settings);
        for (std::size_t i = 0; i < played.size(); ++i)
            note(std::string(product), kind.settings[i], played[i]);
    }
    void note(const std::string& name, std::optional<double> setting,
              const std::vector<PlayedStep>& played) {
        const PlayedScore result = score(world_, played);
        outcomes_.push_back(
            {.series = trace_.name,
             .policy = name,
             .setting = setting,
             .step = world_.step,
             .under_provisioned_min = result.under_provisioned_min,
             .unserved_share = result.unserved_share,
             .instance_hours = result.instance_hours,
             .of_clairvoyant = least_hours_ > 0.0 ? result.instance_hours / least_hours_ : 0.0,
             .unserved = result.unserved,
             .days = result.days,
             .capacity_cost = result.instance_hours * settings_.prices.replica_hour,
             .unserved_cost = result.unserved * settings_.prices.unserved_unit,
             .actions_per_day = result.actions_per_day,
             .reversals = result.reversals});
        if (file_) file_->add(outcomes_.back().label(), played);
        const bool is_usual = !setting || std::abs(*setting - policies().at(name).usual) < 1e-9;
        if (is_usual) add_to(seen_, world_, name, played);
    }

    Trace trace_;
    World world_;
    const SimulateSettings& settings_;
    PolicyWorld view_;
    double least_hours_ = 0.0;
    std::optional<DecisionsFile> file_;
    OutcomeView seen_;
    std::vector<PolicyOutcome> outcomes_;
};

Result<void> write_report(const std::vector<PolicyOutcome>& outcomes,
                          const std::vector<OutcomeView>& views, const SimulateSettings& settings) {
    const std::string path = (std::filesystem::path(settings.out) / "report.html").string();
    return write_file(path, outcome_html(outcomes, views, settings));
}

/// Every series is one job; jobs are independent of each other, so that their order and the number
/// of threads change nothing.
class Run {
public:
    Run(TraceShelf& shelf, const std::vector<std::string>& names, const SimulateSettings& settings,
        const Zone& zone, const std::function<void(double)>& progress)
        : shelf_(shelf),
          names_(names),
          settings_(settings),
          zone_(zone),
          progress_(progress),
          outcomes_(shelf.size()),
          views_(settings.out.empty() ? 0 : std::min(shelf.size(), views_max)) {}

    /// Of the first series only: the report shows no more, and memory stays flat.
    static constexpr std::size_t views_max = 60;

    [[nodiscard]] const std::vector<OutcomeView>& views() const { return views_; }

    Result<std::vector<PolicyOutcome>> all() {
        in_parallel(shelf_.size(), settings_.threads, [this](std::size_t job) { work(job); });
        if (failure_) return std::unexpected(*failure_);
        std::vector<PolicyOutcome> all;
        for (auto& outcomes : outcomes_) std::ranges::move(outcomes, std::back_inserter(all));
        return all;
    }

private:
    void work(std::size_t job) {
        auto outcomes = outcomes_of(job);
        const std::scoped_lock lock(mutex_);
        if (outcomes)
            outcomes_[job] = *std::move(outcomes);
        else if (!failure_)
            failure_ = outcomes.error();
    }

    Result<std::vector<PolicyOutcome>> outcomes_of(std::size_t job) {
        TRY(Trace trace, shelf_.read(job));
        TRY(World world, make_world(trace, settings_.world));
        Show show(std::move(trace), std::move(world), settings_, zone_);
        for (const std::string& name : names_) {
            show.play_policy(name);
            note_progress();
        }
        auto outcomes = show.finish();
        if (job < views_.size()) views_[job] = std::move(show).view();
        return outcomes;
    }

    void note_progress() {
        const std::scoped_lock lock(mutex_);
        ++done_;
        const std::size_t all = shelf_.size() * names_.size();
        if (progress_) progress_(static_cast<double>(done_) / static_cast<double>(all));
    }

    TraceShelf& shelf_;
    const std::vector<std::string>& names_;
    const SimulateSettings& settings_;
    const Zone& zone_;
    const std::function<void(double)>& progress_;
    std::vector<std::vector<PolicyOutcome>> outcomes_;  ///< per series
    std::vector<OutcomeView> views_;                    ///< per series, of those that are shown
    std::mutex mutex_;
    std::size_t done_ = 0;
    std::optional<Error> failure_;
};

}  // namespace

std::string PolicyOutcome::label() const {
    return setting ? fmt::format("{}@{}", policy, *setting) : policy;
}

Result<std::vector<PolicyOutcome>> run_simulation(const std::vector<std::string>& files,
                                                  const SimulateSettings& settings,
                                                  const std::function<void(double)>& progress) {
    TRY_VOID(check_budget(settings));
    TRY_VOID(check_settings(settings));
    TRY(const auto names, names_of(settings));
    TRY(const Zone zone, load_zone(settings.zone));
    TRY(const auto shelf, TraceShelf::open(files));
    TRY_VOID(check_files(*shelf, settings));
    Run run(*shelf, names, settings, zone, progress);
    TRY(auto outcomes, run.all());
    if (!settings.out.empty()) TRY_VOID(write_report(outcomes, run.views(), settings));
    return outcomes;
}

}  // namespace forescale
