#pragma once
#include "app/exit_code.h"
#include "base/time.h"

#include <string>
#include <vector>

/// The commands behind the command line, one file each. They print their answer to standard output,
/// and errors as one line to standard error.
namespace forescale {

struct RunOptions {
    std::string config = "forescale.yaml";
    std::vector<std::string> set;
};
[[nodiscard]] ExitCode run_command(const RunOptions& options);

struct DemoOptions {
    std::string trace;   ///< empty: the shipped one
    std::string folder;  ///< where the demo keeps its database; empty: a new temporary one
    std::int64_t port = 8480;
    double speed = 300.0;
    bool serve = true;  ///< off: end after the summary, also on a terminal
};
[[nodiscard]] ExitCode demo_command(const DemoOptions& options);

struct ValidateOptions {
    std::string config = "forescale.yaml";
    std::vector<std::string> set;
    bool json = false;
};
[[nodiscard]] ExitCode validate_command(const ValidateOptions& options);

struct BacktestOptions {
    std::vector<std::string> files;
    std::string out;
    std::string events;
    std::string country;
    std::string holidays;
    std::string zone = "UTC";
    std::string models = "shipped";
    std::string retrain = "7d";
    int threads = 0;          ///< 0: one per core
    bool members = false;     ///< also every model on every series
    bool cold_start = false;  ///< also forecasts of young services
    bool json = false;
};
[[nodiscard]] ExitCode backtest_command(const BacktestOptions& options);

struct SimulateOptions {
    std::vector<std::string> files;
    std::string out;
    std::string lead_time = "300s";
    std::string lead_time_p95;
    int replicas_min = 2;
    int replicas_max = 100;
    double capacity = 0.0;
    double target = 0.0;
    std::vector<std::string> settings;  ///< NAME=VALUE
    std::vector<std::string> failures;
    std::uint64_t seed = 1;
    double price = 1.0;
    double unserved_price = 0.0;
    std::string currency;
    double budget_per_day = 0.0;
    double budget_per_month = 0.0;
    std::string when_reached = "no_growth";
    int threads = 0;
    std::vector<std::string> policies;
    bool frontier = false;
    std::string events;
    std::string zone = "UTC";
    std::string models = "shipped";
    bool json = false;
};
[[nodiscard]] ExitCode simulate_command(const SimulateOptions& options);

struct WorldsOptions {
    std::string world;  ///< file of one world; empty: random ones
    std::int64_t count = 200;
    std::uint64_t seed = 1;
    int threads = 0;  ///< 0: one per core
    int failures_max = 3;
    bool print = false;  ///< only say what the world of the seed is
};
[[nodiscard]] ExitCode worlds_command(const WorldsOptions& options);

/// Which database: the one given, or that of the configuration.
struct StoreOptions {
    std::string store;
    std::string config = "forescale.yaml";
};

struct ExplainOptions {
    StoreOptions store;
    std::string id;
    std::string service;
    std::string at;
    bool json = false;
};
[[nodiscard]] ExitCode explain_command(const ExplainOptions& options);

/// What is asked of one service of a running process.
struct ControlOptions {
    std::string url;  ///< of its API; empty: the one that the configuration names
    std::string config = "forescale.yaml";
    std::string verb;  ///< mode, pause, resume, approve, reject
    std::string service;
    std::string mode;
    std::string direction;
    std::string until;
    std::string span;
    std::string proposal;  ///< empty: the one that waits
    std::string by;        ///< empty: the user of this shell
    std::string why;
    bool json = false;
};
[[nodiscard]] ExitCode control_command(const ControlOptions& options);

/// Of one service, or of all.
struct StatusOptions {
    std::string url;  ///< of the API; empty: the one that the configuration names
    std::string config = "forescale.yaml";
    std::string service;
    bool json = false;
};
[[nodiscard]] ExitCode status_command(const StatusOptions& options);

struct AuditOptions {
    StoreOptions store;
    bool verify = false;
    std::int64_t first = 1;
    std::int64_t limit = 100;
    bool json = false;
};
[[nodiscard]] ExitCode audit_command(const AuditOptions& options);

struct TrainOptions {
    std::vector<std::string> files;
    double share = 1.0;  ///< of the steps of each file, from its start
    std::string zone = "UTC";
    bool from_store = false;  ///< instead of files: the history of the configured services
    std::string config = "forescale.yaml";
    std::vector<std::string> set;
    std::string parent = "shipped";  ///< what the result is compared with; or none, or a file
    std::string out = "models.fsm";
    std::uint64_t seed = 1;
    std::int64_t threads = 0;  ///< 0: one per core
    bool quiet = false;
    bool json = false;
};
[[nodiscard]] ExitCode train_command(const TrainOptions& options);

struct ModelsOptions {
    StoreOptions store;
    bool list = false;              ///< else show
    std::string which = "shipped";  ///< shipped, a version of the store's fleet, or a file
    bool json = false;
};
[[nodiscard]] ExitCode models_command(const ModelsOptions& options);

struct ConfigOptions {
    bool example = false;  ///< else the reference page
};
[[nodiscard]] ExitCode config_command(const ConfigOptions& options);

[[nodiscard]] ExitCode version_command(bool json);

/// Prints the error and returns its exit code.
[[nodiscard]] ExitCode report(const Error& error);

}  // namespace forescale
