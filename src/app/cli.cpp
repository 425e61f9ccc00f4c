#include "app/cli.h"

#include "app/commands/commands.h"
#include "app/version.h"

#include <CLI/CLI.hpp>

namespace forescale {
namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 the answer is no (problems found, chain broken); 2 wrong usage, input "
    "or configuration;\n"
    "            3 a file, port, database or target cannot be used now; 4 stored data is corrupt.";

std::string footer(const std::string& examples) {
    return "Examples:\n" + examples + "\n" + exit_codes;
}

/// The command line as a whole: options are bound to the structs, the chosen command is run
/// afterwards.
struct Cli {
    CLI::App app{
        "Forecasts the load of services and scales their infrastructure before the demand arrives.",
        "forescale"};
    RunOptions run;
    DemoOptions demo;
    ValidateOptions validate;
    BacktestOptions backtest;
    SimulateOptions simulate;
    WorldsOptions worlds;
    ExplainOptions explain;
    ControlOptions control;
    StatusOptions status;
    AuditOptions audit;
    TrainOptions train;
    ModelsOptions models;
    ConfigOptions config;
    bool no_serve = false;
    bool version_json = false;
    std::string shell;
    std::string output;
    std::function<ExitCode()> chosen;
};

void add_output(CLI::App* command, std::string& output) {
    command->add_option("--output", output, "How the answer is printed: text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->default_str("text");
}

void add_config(CLI::App* command, std::string& config, std::vector<std::string>& set) {
    command->add_option("-c,--config", config, "Configuration file (YAML)")->capture_default_str();
    command->add_option("--set", set, "Override one option, e.g. api.port=9090; may be repeated")
        ->type_name("NAME=VALUE");
}

void add_store(CLI::App* command, StoreOptions& store) {
    command->add_option("--store", store.store,
                        "Database file; default: the one that the configuration names");
    command->add_option("-c,--config", store.config, "Configuration file (YAML)")
        ->capture_default_str();
}

void add_models_choice(CLI::App* command, std::string& models) {
    command
        ->add_option("--models", models,
                     "Trained models that the members use: shipped, none, or a file of `forescale "
                     "train`")
        ->capture_default_str();
}

void add_run(Cli& cli) {
    auto* command =
        cli.app.add_subcommand("run", "Collect, forecast, decide and scale until stopped");
    command->footer(
        footer("  forescale run --config forescale.yaml\n  forescale run --set api.port=9090 --set "
               "log.level=debug"));
    add_config(command, cli.run.config, cli.run.set);
    command->callback([&cli] { cli.chosen = [&cli] { return run_command(cli.run); }; });
}

void add_demo(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "demo", "Replay a month of real traffic on a simulated target, and show it");
    command->footer(
        footer("  forescale demo\n  forescale demo --trace my.csv.gz --speed 600\n  forescale demo "
               "--no-serve"));
    command->add_option(
        "--trace", cli.demo.trace,
        "CSV file, plain or gzip, with timestamp,value; default: the shipped trace");
    command->add_option("--folder", cli.demo.folder,
                        "Where the demo keeps its database; default: a new temporary folder");
    command->add_option("--port", cli.demo.port, "Port of the page; 0 takes a free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    command
        ->add_option("--speed", cli.demo.speed,
                     "Virtual seconds per second while the page is served")
        ->check(CLI::Range(1.0, 100000.0))
        ->capture_default_str();
    command->add_flag("--no-serve", cli.no_serve,
                      "End after the summary; also what happens without a terminal");
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.demo.serve = !cli.no_serve;
            return demo_command(cli.demo);
        };
    });
}

void add_validate(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "validate", "Check a configuration file and say what is wrong with it");
    command->footer(
        footer("  forescale validate --config forescale.yaml\n  forescale validate --output json"));
    add_config(command, cli.validate.config, cli.validate.set);
    add_output(command, cli.output);
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.validate.json = cli.output == "json";
            return validate_command(cli.validate);
        };
    });
}

void add_backtest(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "backtest", "Score every forecast member on recorded series, with rolling origins");
    command->footer(
        footer("  forescale backtest requests.csv.gz\n  forescale backtest *.csv.gz --out results "
               "--cold-start"));
    command
        ->add_option("files", cli.backtest.files, "CSV files, plain or gzip, with timestamp,value")
        ->required();
    command->add_option("--out", cli.backtest.out,
                        "Folder for report.html, summary.json and NAME/forecasts.csv; default: "
                        "nothing is written");
    command->add_option("--events", cli.backtest.events,
                        "CSV file with timestamp_start,timestamp_end,type,name");
    command->add_option("--country", cli.backtest.country,
                        "Country whose public holidays the users have, like US or US-NY");
    command->add_option(
        "--holidays", cli.backtest.holidays,
        "File of holidays in place of the country's: CSV with date,name, or iCalendar");
    command->add_option("--zone", cli.backtest.zone, "IANA time zone in which the users live")
        ->capture_default_str();
    add_models_choice(command, cli.backtest.models);
    command
        ->add_option("--retrain", cli.backtest.retrain,
                     "How often trees are trained on the series' own past, as at night; half as "
                     "often after 60 days; 0s: never")
        ->capture_default_str();
    command->add_option("--threads", cli.backtest.threads, "Series side by side; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command->add_flag("--members", cli.backtest.members, "Also list every model on every series");
    command->add_flag("--cold-start", cli.backtest.cold_start,
                      "Also forecast as if each service had appeared an hour, a day or a week ago; "
                      "takes about twice the time");
    add_output(command, cli.output);
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.backtest.json = cli.output == "json";
            return backtest_command(cli.backtest);
        };
    });
}

/// What if: another world, and what it costs.
void add_world(CLI::App* command, SimulateOptions& options) {
    command->add_option("--lead-time-p95", options.lead_time_p95,
                        "95th percentile of the lead time, whose median is then --lead-time; "
                        "default: every instance takes the same time");
    command->add_option("--min", options.replicas_min, "Least instances")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    command->add_option("--max", options.replicas_max, "Most instances")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command
        ->add_option("--capacity", options.capacity,
                     "Demand that one instance serves; default: the 99.5th percentile / 50")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--target", options.target,
                     "Target utilization of those policies that have one; default: 0.7")
        ->check(CLI::Range(0.05, 1.0));
    command
        ->add_option("--setting", options.settings,
                     "Setting of one policy in place of its usual one: the quantile of forescale, "
                     "which takes with it how calm it is and, beyond 0.999, the target of its "
                     "reactive rule; a target utilization of most others; may be repeated")
        ->type_name("POLICY=VALUE");
    command
        ->add_option("--fail", options.failures,
                     "What fails, and for which share of the time or when: metrics=0.02, "
                     "target=2026-03-01T12:00:00Z/2h, forecaster=0.1; may be repeated")
        ->type_name("PART=WHEN");
    command->add_option("--seed", options.seed, "Of drawn lead times and failures")
        ->capture_default_str();
    command->add_option("--price", options.price, "Price of one instance for one hour")
        ->check(CLI::Range(0.0, 1e9))
        ->capture_default_str();
    command
        ->add_option("--unserved-price", options.unserved_price,
                     "Price of one unit of demand that is not served for a second: of one "
                     "request, where demand is requests per second; forescale takes the risk that "
                     "follows from it, unless its setting says another")
        ->check(CLI::Range(0.0, 1e12))
        ->capture_default_str();
    command->add_option("--currency", options.currency,
                        "Name of the currency of these prices, like EUR; default: instance-hours");
    command
        ->add_option("--budget-per-day", options.budget_per_day,
                     "What the instances of forescale may cost on a day; needs --currency")
        ->check(CLI::Range(0.0, 1e12));
    command
        ->add_option("--budget-per-month", options.budget_per_month,
                     "What they may cost in a calendar month")
        ->check(CLI::Range(0.0, 1e12));
    command
        ->add_option("--when-reached", options.when_reached,
                     "What forescale does once a budget is spent: warn, no_growth or least")
        ->check(CLI::IsMember({"warn", "no_growth", "least"}))
        ->capture_default_str();
    command->add_option("--threads", options.threads, "Series side by side; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

void add_simulate(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "simulate", "Compare scaling policies on recorded series: cost, and demand not served");
    command->footer(footer(
        "  forescale simulate requests.csv.gz\n"
        "  forescale simulate *.csv.gz --out results --policies forescale,hpa --lead-time 10m\n"
        "  forescale simulate requests.csv.gz --out results --frontier"));
    command
        ->add_option("files", cli.simulate.files,
                     "CSV files, plain or gzip, with timestamp,value, or a column per service")
        ->required();
    command->add_option("--out", cli.simulate.out,
                        "Folder for report.html and NAME/decisions.csv; default: scores only");
    command
        ->add_option("--lead-time", cli.simulate.lead_time,
                     "From asking for an instance to its being ready")
        ->capture_default_str();
    command
        ->add_option("--policies", cli.simulate.policies,
                     "Names, separated by commas; default: all")
        ->delimiter(',');
    command->add_flag("--frontier", cli.simulate.frontier,
                      "Run every policy over its safety settings and compare cost at equal "
                      "unserved demand; also writes NAME/frontier.csv");
    add_world(command, cli.simulate);
    command->add_option("--events", cli.simulate.events,
                        "CSV file with timestamp_start,timestamp_end,type,name");
    command->add_option("--zone", cli.simulate.zone, "IANA time zone in which the users live")
        ->capture_default_str();
    add_models_choice(command, cli.simulate.models);
    add_output(command, cli.output);
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.simulate.json = cli.output == "json";
            return simulate_command(cli.simulate);
        };
    });
}

void add_worlds(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "worlds", "Look for a world in which Forescale breaks a promise (for developers)");
    command->footer(
        footer("  forescale worlds --count 10000 --seed 1\n"
               "  forescale worlds --seed 17 --print > world.yaml\n"
               "  forescale worlds --world world.yaml"));
    command->add_option("--count", cli.worlds.count, "How many random worlds are lived through")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
    command->add_option("--seed", cli.worlds.seed, "Seed of the first one; the others follow")
        ->capture_default_str();
    command->add_option("--threads", cli.worlds.threads, "0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command
        ->add_option("--failures-max", cli.worlds.failures_max,
                     "Ends when so many invariants were found broken")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--world", cli.worlds.world, "YAML file of one world to live through");
    command->add_flag("--print", cli.worlds.print, "Only print the world of the seed");
    command->callback([&cli] { cli.chosen = [&cli] { return worlds_command(cli.worlds); }; });
}

void add_explain(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "explain", "Say why a decision came out as it did, and why not one replica fewer");
    command->footer(
        footer("  forescale explain shop-20260301T120030Z\n  forescale explain --service shop --at "
               "2026-03-01T12:00:00Z --output json"));
    command->add_option(
        "id", cli.explain.id,
        "Id of the decision; or give --service, and --at for another than the newest");
    command->add_option("--service", cli.explain.service, "Service whose decision is meant");
    command->add_option("--at", cli.explain.at,
                        "The newest decision at or before this time (ISO-8601)");
    add_store(command, cli.explain.store);
    add_output(command, cli.output);
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.explain.json = cli.output == "json";
            return explain_command(cli.explain);
        };
    });
}

void add_status(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "status", "Show what a running process has, decides and spends, service by service");
    command->footer(footer("  forescale status\n  forescale status shop --output json"));
    command->add_option("service", cli.status.service, "One service; default: all");
    command->add_option("--url", cli.status.url,
                        "API of the running process, like http://127.0.0.1:8480; default: the one "
                        "that the configuration names");
    command->add_option("-c,--config", cli.status.config, "Configuration file (YAML)")
        ->capture_default_str();
    add_output(command, cli.output);
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.status.json = cli.output == "json";
            return status_command(cli.status);
        };
    });
}

/// What all commands have that ask something of a running process.
CLI::App* add_control(Cli& cli, const std::string& verb, const std::string& help,
                      const std::string& examples) {
    auto* command = cli.app.add_subcommand(verb, help);
    command->footer(footer(examples));
    command->add_option("service", cli.control.service, "Service that is meant")->required();
    command->add_option("--by", cli.control.by,
                        "Who says so, for the audit trail; default: the user of this shell");
    command->add_option("--why", cli.control.why, "Why, for the audit trail");
    command->add_option("--url", cli.control.url,
                        "API of the running process, like http://127.0.0.1:8480; default: the one "
                        "that the configuration names");
    command->add_option("-c,--config", cli.control.config, "Configuration file (YAML)")
        ->capture_default_str();
    add_output(command, cli.output);
    command->callback([&cli, verb] {
        cli.chosen = [&cli, verb] {
            cli.control.verb = verb;
            cli.control.json = cli.output == "json";
            return control_command(cli.control);
        };
    });
    return command;
}

void add_end(CLI::App* command, ControlOptions& control) {
    auto* until = command->add_option("--until", control.until, "When it ends (ISO-8601)");
    command->add_option("--for", control.span, "How long it lasts, like 30m or 2h")
        ->excludes(until);
}

void add_direction(CLI::App* command, ControlOptions& control) {
    command->add_option("--direction", control.direction, "Which way: up, down or both")
        ->check(CLI::IsMember({"up", "down", "both"}))
        ->default_str("both");
}

void add_controls(Cli& cli) {
    auto* mode = add_control(cli, "mode", "Set how far decisions of a service go by themselves",
                             "  forescale mode shop observe --for 2h --why migration\n"
                             "  forescale mode shop configured");
    mode->add_option("mode", cli.control.mode,
                     "observe, recommend, approve, automatic, or configured: as in the "
                     "configuration again")
        ->required()
        ->check(CLI::IsMember({"observe", "recommend", "approve", "automatic", "configured"}));
    add_end(mode, cli.control);
    auto* pause = add_control(cli, "pause",
                              "Hold the size of a service for a while, also against measured load",
                              "  forescale pause shop --for 30m --why 'provider outage'\n"
                              "  forescale pause shop --direction down --for 2h");
    add_direction(pause, cli.control);
    add_end(pause, cli.control);
    auto* resume = add_control(cli, "resume", "End a pause before its time",
                               "  forescale resume shop\n  forescale resume shop --direction up");
    add_direction(resume, cli.control);
    for (const std::string verb : {"approve", "reject"}) {
        auto* word = add_control(
            cli, verb, verb == "approve" ? "Approve a proposed change" : "Reject a proposed change",
            fmt::format("  forescale {0} shop\n  forescale {0} shop shop-20260301T120030Z", verb));
        word->add_option("proposal", cli.control.proposal,
                         "Id of the proposal; default: the one that waits");
    }
}

void add_audit(Cli& cli) {
    auto* command = cli.app.add_subcommand("audit", "Show or verify the append-only audit trail");
    command->footer(footer(
        "  forescale audit verify\n  forescale audit list --first 100 --limit 20 --output json"));
    command->require_subcommand(1);
    auto* verify = command->add_subcommand("verify", "Check every link of the hash chain");
    auto* list = command->add_subcommand("list", "Print entries, oldest first");
    list->add_option("--first", cli.audit.first, "Sequence number to begin with")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    list->add_option("--limit", cli.audit.limit, "How many entries")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    for (auto* sub : {verify, list}) {
        add_store(sub, cli.audit.store);
        add_output(sub, cli.output);
    }
    const auto choose = [&cli](bool verifies) {
        cli.chosen = [&cli, verifies] {
            cli.audit.verify = verifies;
            cli.audit.json = cli.output == "json";
            return audit_command(cli.audit);
        };
    };
    verify->callback([choose] { choose(true); });
    list->callback([choose] { choose(false); });
}

void add_train(Cli& cli) {
    auto* command = cli.app.add_subcommand(
        "train", "Train models over many series, and write them with their card");
    command->footer(footer(
        "  forescale train requests.csv.gz orders.csv.gz --out models.fsm\n  forescale train "
        "--from-store --config forescale.yaml --seed 7"));
    command->add_option("files", cli.train.files, "CSV files, plain or gzip, with timestamp,value");
    command
        ->add_option("--share", cli.train.share,
                     "Share of each file, from its start, that is used; the rest is not looked at")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    command->add_option("--zone", cli.train.zone, "IANA time zone in which the users live")
        ->capture_default_str();
    command->add_flag("--from-store", cli.train.from_store,
                      "Train on the history of the configured services instead of files");
    add_config(command, cli.train.config, cli.train.set);
    command
        ->add_option("--parent", cli.train.parent,
                     "What the result starts from and is compared with: shipped, none, or a file")
        ->capture_default_str();
    command->add_option("--out", cli.train.out, "File that is written")->capture_default_str();
    command->add_option("--seed", cli.train.seed, "The same seed and data give the same models")
        ->capture_default_str();
    command
        ->add_option("--threads", cli.train.threads,
                     "Threads that work side by side; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command->add_flag("--quiet", cli.train.quiet, "Do not say how far it is");
    add_output(command, cli.output);
    command->callback([&cli] {
        cli.chosen = [&cli] {
            cli.train.json = cli.output == "json";
            return train_command(cli.train);
        };
    });
}

void add_models(Cli& cli) {
    auto* command =
        cli.app.add_subcommand("models", "Show trained models: where they come from, how good");
    command->footer(
        footer("  forescale models show\n  forescale models show models.fsm --json\n  "
               "forescale models list --config forescale.yaml"));
    command->require_subcommand(1);
    auto* show = command->add_subcommand("show", "Print the card of a bundle");
    show->add_option("which", cli.models.which,
                     "shipped, a file of `forescale train`, or a version of `models list`")
        ->capture_default_str();
    auto* list = command->add_subcommand(
        "list", "Print which version serves, which one is on trial, and what happened before");
    for (auto* sub : {show, list}) {
        add_store(sub, cli.models.store);
        sub->add_flag("--json", cli.models.json, "The same as --output json");
        add_output(sub, cli.output);
        sub->callback([&cli, lists = sub == list] {
            cli.chosen = [&cli, lists] {
                cli.models.list = lists;
                cli.models.json = cli.models.json || cli.output == "json";
                return models_command(cli.models);
            };
        });
    }
}

void add_config_command(Cli& cli) {
    auto* command =
        cli.app.add_subcommand("config", "Print the reference of all options, or an example file");
    command->footer(
        footer("  forescale config reference\n  forescale config example > forescale.yaml"));
    command->require_subcommand(1);
    command
        ->add_subcommand(
            "reference",
            "Every option with unit, default, bounds and environment variable (Markdown)")
        ->callback([&cli] { cli.chosen = [] { return config_command({.example = false}); }; });
    command
        ->add_subcommand("example", "A commented file with every option, which runs as it stands")
        ->callback([&cli] { cli.chosen = [] { return config_command({.example = true}); }; });
}

void add_version(Cli& cli) {
    auto* command = cli.app.add_subcommand("version", "Print the version");
    command->footer(footer("  forescale version\n  forescale version --output json"));
    add_output(command, cli.output);
    command->callback(
        [&cli] { cli.chosen = [&cli] { return version_command(cli.output == "json"); }; });
}

/// The words that may follow a command: its commands and long flags.
std::string words_of(const CLI::App& command) {
    std::vector<std::string> words;
    for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; }))
        words.push_back(sub->get_name());
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    return fmt::format("{}", fmt::join(words, " "));
}

std::string bash_completion(const CLI::App& app) {
    std::string cases;
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        cases += fmt::format("        {}) words=\"{}\" ;;\n", sub->get_name(), words_of(*sub));
    return fmt::format(
        "_forescale() {{\n    local words=\"{}\"\n    case \"${{COMP_WORDS[1]}}\" in\n{}    esac\n"
        "    [ \"$COMP_CWORD\" -eq 1 ] && words=\"{}\"\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n}}\n"
        "complete -o default -F _forescale forescale\n",
        words_of(app), cases, words_of(app));
}

std::string fish_completion(const CLI::App& app) {
    std::string out;
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        out += fmt::format("complete -c forescale -n __fish_use_subcommand -f -a {} -d '{}'\n",
                           sub->get_name(), sub->get_description());
        for (const auto* option : sub->get_options())
            for (const auto& name : option->get_lnames())
                out +=
                    fmt::format("complete -c forescale -n '__fish_seen_subcommand_from {}' -l {}\n",
                                sub->get_name(), name);
    }
    return out;
}

/// A script made from the command line itself, so that it cannot be out of date.
std::string completion_script(const CLI::App& app, const std::string& shell) {
    if (shell == "fish") return fish_completion(app);
    const auto bash = bash_completion(app);
    return shell == "bash" ? bash : "autoload -U +X bashcompinit && bashcompinit\n" + bash;
}

void add_completion(Cli& cli) {
    auto* command = cli.app.add_subcommand("completion", "Print a completion script for a shell");
    command->footer(
        footer("  source <(forescale completion bash)\n  forescale completion fish > "
               "~/.config/fish/completions/forescale.fish"));
    command->add_option("shell", cli.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&cli] {
        cli.chosen = [&cli] {
            fmt::print("{}", completion_script(cli.app, cli.shell));
            return ExitCode::ok;
        };
    });
}

}  // namespace

int run_cli(int argc, char** argv) {
    Cli cli;
    cli.app.set_version_flag("--version", std::string("forescale ") + std::string(version_text));
    cli.app.require_subcommand(1);
    cli.app.footer(
        footer("  forescale demo\n  forescale validate --config forescale.yaml\n  forescale run "
               "--config forescale.yaml\n"
               "  forescale backtest requests.csv.gz\n  forescale simulate requests.csv.gz"));
    add_run(cli);
    add_demo(cli);
    add_validate(cli);
    add_backtest(cli);
    add_simulate(cli);
    add_worlds(cli);
    add_status(cli);
    add_explain(cli);
    add_controls(cli);
    add_audit(cli);
    add_train(cli);
    add_models(cli);
    add_config_command(cli);
    add_version(cli);
    add_completion(cli);
    try {
        cli.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.app.exit(error) == 0 ? static_cast<int>(ExitCode::ok)
                                        : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(cli.chosen());
}

}  // namespace forescale
