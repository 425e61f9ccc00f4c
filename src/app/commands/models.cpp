#include "app/commands/commands.h"
#include "app/models_file.h"
#include "base/log.h"

namespace forescale {
namespace {

Result<TrainingCard> card_of(const ModelsOptions& options) {
    if (options.which == "shipped") {
        const auto shipped = shipped_bundle();
        if (shipped) return shipped->card;
        return fail(Errc::corrupt,
                    "the bundle inside of the program cannot be used: it was built wrongly; "
                    "build it again");
    }
    TRY(auto bundle, read_bundle_file(options.which));
    return std::move(bundle.card);
}

}  // namespace

ExitCode models_command(const ModelsOptions& options) {
    log::configure({.level = log::Level::error});
    const auto card = card_of(options);
    if (!card) return report(card.error());
    if (options.json)
        fmt::print("{}\n", pretty_json(card_json(*card)));
    else
        fmt::print("{}", card_text(*card));
    return ExitCode::ok;
}

}  // namespace forescale
