#include "app/commands/api_answer.h"
#include "app/commands/commands.h"

#include <cstdlib>

namespace forescale {
namespace {

/// Who says so: --by, or the user of this shell.
Result<std::string> who(const ControlOptions& options) {
    if (!options.by.empty()) return options.by;
    const char* user = std::getenv("USER");
    if (user != nullptr && *user != '\0') return std::string(user);
    return fail(Errc::invalid_argument,
                "who says so? give --by NAME; it is kept in the audit trail");
}

std::string body_of(const ControlOptions& options, const std::string& by) {
    json::object body{{"by", by}};
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty()) body[name] = value;
    };
    put("why", options.why);
    put("mode", options.mode);
    put("direction", options.direction);
    put("until", options.until);
    put("for", options.span);
    return json::serialize(body);
}

/// The id that was given, or that of the proposal that waits.
Result<std::string> proposal_of(const std::string& url, const ControlOptions& options) {
    if (!options.proposal.empty()) return options.proposal;
    TRY(const auto answer,
        ask_api(url, "/api/v1/scaling/status?service=" + path_segment(options.service)));
    TRY(const auto status, checked_answer(answer));
    boost::system::error_code none;
    const auto* id = status.find_pointer("/services/0/proposal/id", none);
    if (id == nullptr)
        return fail(Errc::not_found, "no proposal of {} waits for an approval", options.service);
    return std::string(id->as_string());
}

Result<std::string> path_of(const std::string& url, const ControlOptions& options) {
    const auto base = "/api/v1/scaling/" + path_segment(options.service) + "/";
    if (options.verb != "approve" && options.verb != "reject") return base + options.verb;
    TRY(const auto id, proposal_of(url, options));
    return base + "proposals/" + path_segment(id) + "/" + options.verb;
}

std::string sentence_of(const json::object& control) {
    const auto text = [&](std::string_view name) {
        const auto* value = control.if_contains(name);
        return value != nullptr ? std::string(value->as_string()) : std::string();
    };
    std::string what = text("kind");
    if (control.contains("mode")) what += " " + text("mode");
    if (control.contains("direction")) what += " " + text("direction");
    if (control.contains("proposal")) what += " " + text("proposal");
    if (control.contains("until")) what += " until " + text("until");
    return fmt::format("{}: {}, by {}; in force with the next turn", text("service"), what,
                       text("by"));
}

Result<void> control(const ControlOptions& options) {
    TRY(const auto url, api_url(options.url, options.config));
    TRY(const auto by, who(options));
    TRY(const auto path, path_of(url, options));
    TRY(const auto answer, ask_api(url, path, body_of(options, by)));
    TRY(const auto taken, checked_answer(answer));
    if (options.json)
        fmt::print("{}\n", pretty_json(taken));
    else
        fmt::print("{}\n", sentence_of(taken.as_object()));
    return {};
}

}  // namespace

ExitCode control_command(const ControlOptions& options) {
    const auto done = control(options);
    return done ? ExitCode::ok : report(done.error());
}

}  // namespace forescale
