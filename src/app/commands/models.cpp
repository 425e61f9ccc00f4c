#include "app/commands/commands.h"
#include "app/commands/stored.h"
#include "app/config.h"
#include "app/models_file.h"
#include "base/archive.h"
#include "base/log.h"
#include "pipeline/training_plan.h"

#include <filesystem>

namespace forescale {
namespace {

Result<StoreConfig> store_of(const StoreOptions& options) {
    StoreConfig store;
    store.path = options.store;
    if (!options.store.empty()) return store;
    TRY(const auto config, load_config(options.config, {}));
    return config.store;
}

/// A name that is no file may be a version on the shelf of the fleet.
Result<std::string> file_of(const ModelsOptions& options) {
    std::error_code ignored;
    if (std::filesystem::exists(options.which, ignored)) return options.which;
    const auto store = store_of(options.store);
    if (store) {
        auto file = fmt::format("{}/{}.fsm", models_folder(*store), options.which);
        if (std::filesystem::exists(file, ignored)) return file;
    }
    return fail(Errc::not_found,
                "'{}' is no file, and no version of the fleet of --store or --config; `forescale "
                "models list` prints those",
                options.which);
}

Result<TrainingCard> card_of(const ModelsOptions& options) {
    if (options.which != "shipped") {
        TRY(const auto file, file_of(options));
        TRY(auto bundle, read_bundle_file(file));
        return std::move(bundle.card);
    }
    const auto shipped = shipped_bundle();
    if (shipped) return shipped->card;
    return fail(Errc::corrupt,
                "the bundle inside of the program cannot be used: it was built wrongly; build it "
                "again");
}

ExitCode show(const ModelsOptions& options) {
    const auto card = card_of(options);
    if (!card) return report(card.error());
    if (options.json)
        fmt::print("{}\n", pretty_json(card_json(*card)));
    else
        fmt::print("{}", card_text(*card));
    return ExitCode::ok;
}

json::object to_json(const ModelPlan& plan) {
    json::array changes;
    for (const auto& change : plan.transitions())
        changes.push_back(json::object{{"at", format_timestamp(change.at)},
                                       {"version", change.version},
                                       {"what", change.kind},
                                       {"why", change.text}});
    return {{"phase", to_string(plan.phase())},
            {"champion", plan.champion()},
            {"contender", plan.contender()},
            {"previous", plan.previous()},
            {"shipped", plan.shipped()},
            {"contest",
             {{"days", plan.contest().days()},
              {"targets", plan.contest().targets()},
              {"loss_ratio", plan.contest().ratio()},
              {"stake_better", plan.contest().stake_better()},
              {"stake_worse", plan.contest().stake_worse()}}},
            {"is_training", plan.is_training},
            {"newest_training", plan.trained_note},
            {"changes", std::move(changes)}};
}

void print_text(const ModelPlan& plan) {
    const auto named = [](const std::string& version) {
        return version.empty() ? std::string("none") : version;
    };
    fmt::print("champion   {}\ncontender  {}\nprevious   {}\nphase      {}\n",
               named(plan.champion()), named(plan.contender()), named(plan.previous()),
               to_string(plan.phase()));
    if (plan.phase() != ModelPhase::settled)
        fmt::print(
            "contest    day {}, {} targets: the contender has {:.4f} of the champion's "
            "loss;\n           decided at 20: {:.2f} that it is better, {:.2f} worse\n",
            plan.contest().days(), plan.contest().targets(), plan.contest().ratio(),
            plan.contest().stake_better(), plan.contest().stake_worse());
    fmt::print("training   {}{}\n\n", plan.is_training ? "under way; before: " : "",
               plan.trained_note.empty() ? "none has ended yet" : plan.trained_note);
    for (const auto& change : plan.transitions())
        fmt::print("{}  {}  {:<11} {}\n", format_timestamp(change.at), change.version, change.kind,
                   change.text);
}

Result<ModelPlan> stored_plan(const ModelsOptions& options) {
    TRY(const auto store, open_stored(options.store));
    TRY(const auto row, store->turn(model_plan_row()));
    ModelPlan plan;
    if (!row)
        return fail(Errc::not_found,
                    "no trained models have served the fleet of this database yet; `forescale "
                    "models show` prints the shipped ones");
    TRY_VOID(load_state(plan, row->state, ModelPlan::layout));
    return plan;
}

ExitCode list(const ModelsOptions& options) {
    const auto plan = stored_plan(options);
    if (!plan) return report(plan.error());
    if (options.json)
        fmt::print("{}\n", pretty_json(to_json(*plan)));
    else
        print_text(*plan);
    return ExitCode::ok;
}

}  // namespace

ExitCode models_command(const ModelsOptions& options) {
    log::configure({.level = log::Level::error});
    return options.list ? list(options) : show(options);
}

}  // namespace forescale
