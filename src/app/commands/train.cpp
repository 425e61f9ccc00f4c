#include "training/train.h"

#include "app/commands/commands.h"
#include "app/models_file.h"
#include "app/progress.h"
#include "app/training_data.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/log.h"
#include "simulation/parallel.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <ranges>

#include <sys/resource.h>

namespace forescale {
namespace {

/// Largest resident size of the process up to now.
std::int64_t memory_max_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
}

std::string command_of(const TrainOptions& options) {
    std::string text = "forescale train";
    if (options.from_store) text += " --from-store";
    constexpr std::size_t named_max = 64;  // the rest is named by the hash of the data
    const std::size_t named = std::min(options.files.size(), named_max);
    for (const auto& file : options.files | std::views::take(named))
        text += " " + file.substr(file.find_last_of('/') + 1);
    if (named < options.files.size())
        text += fmt::format(" (and {} more)", options.files.size() - named);
    if (options.share < 1.0) text += fmt::format(" --share {}", options.share);
    text +=
        fmt::format(" --zone {} --parent {} --seed {}", options.zone, options.parent, options.seed);
    return text;
}

Result<std::vector<TrainingSeries>> read_series(const TrainOptions& options) {
    if (!options.from_store) {
        if (options.files.empty())
            return fail(Errc::invalid_argument,
                        "nothing to train on: name CSV files, or --from-store");
        return read_training_files(
            {.files = options.files, .share = options.share, .zone = options.zone});
    }
    TRY(const auto config, load_config(options.config, options.set));
    TRY(const auto store, open_store(config.store, OpenMode::read_only));
    Progress progress("read history");
    return read_training_store(*store, config.services,
                               [&](double share) { progress.update(share); });
}

/// Too little history is an answer, not a mistake of whoever asked: its code is one that nothing
/// else here has.
Error as_answer(Error error) {
    if (error.code == Errc::not_found) error.code = Errc::conflict;
    return error;
}

Result<TrainedBundle> make(const TrainOptions& options) {
    const auto began = std::chrono::steady_clock::now();
    TRY(auto parent, chosen_models(options.parent));
    TRY(auto series, read_series(options));
    TrainSettings settings;
    settings.seed = options.seed;
    settings.parallel = [&](std::size_t count, const std::function<void(std::size_t)>& work) {
        in_parallel(count, static_cast<int>(options.threads), work);
    };
    settings.progress = [&](std::string_view what) {
        log::info("training", "step", what, "memory_mb", memory_max_bytes() / 1'000'000);
    };
    auto trained = train(std::move(series), std::move(parent), settings);
    if (!trained) return std::unexpected(as_answer(trained.error()));
    TrainedBundle bundle = *std::move(trained);
    bundle.card.command = command_of(options);
    bundle.card.code_version = std::string(version_text);
    bundle.card.made_at = SystemClock().now();
    bundle.card.memory_max_bytes = memory_max_bytes();
    bundle.card.took_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return bundle;
}

}  // namespace

ExitCode train_command(const TrainOptions& options) {
    log::configure({.level = options.quiet ? log::Level::warn : log::Level::info});
    try {
        auto bundle = make(options);
        if (!bundle) {
            const bool answered = bundle.error().code == Errc::conflict;
            const ExitCode code = report(bundle.error());
            return answered ? ExitCode::failed : code;
        }
        if (const auto written = write_bundle_file(*bundle, options.out); !written)
            return report(written.error());
        if (options.json)
            fmt::print("{}\n", pretty_json(card_json(bundle->card)));
        else
            fmt::print("{}written   {}\n", card_text(bundle->card), options.out);
        return ExitCode::ok;
    } catch (const std::bad_alloc&) {
        return report({Errc::unavailable,
                       fmt::format("training needs more memory than it may use ({} MB were used); "
                                   "raise training.memory_max_mb or train on fewer series",
                                   memory_max_bytes() / 1'000'000)});
    }
}

}  // namespace forescale
