#include "app/commands/commands.h"
#include "app/config.h"
#include "app/version.h"
#include "base/json.h"

namespace forescale {

ExitCode report(const Error& error) {
    fmt::print(stderr, "forescale: {}\n", error.message);
    return exit_code_of(error.code);
}

ExitCode validate_command(const ValidateOptions& options) {
    const auto app = load_config(options.config, options.set);
    if (options.json) {
        json::object out{{"file", options.config}, {"valid", app.has_value()}};
        if (!app) out["problems"] = app.error().message;
        fmt::print("{}\n", pretty_json(out));
    } else if (app) {
        fmt::print("{}: valid; {} service(s), {} collector(s)\n", options.config,
                   app->services.size(), app->collectors.size());
    } else {
        fmt::print(stderr, "{}\n", app.error().message);
    }
    if (app) return ExitCode::ok;
    return app.error().code == Errc::not_found ? ExitCode::usage : ExitCode::failed;
}

ExitCode config_command(const ConfigOptions& options) {
    AppConfig defaults;
    auto example = example_config();
    fmt::print("{}", options.example ? config::example(example) : config::reference(defaults));
    return ExitCode::ok;
}

ExitCode version_command(bool as_json) {
    if (as_json)
        fmt::print("{}\n",
                   pretty_json(json::object{{"name", "forescale"}, {"version", version_text}}));
    else
        fmt::print("forescale {}\n", version_text);
    return ExitCode::ok;
}

}  // namespace forescale
