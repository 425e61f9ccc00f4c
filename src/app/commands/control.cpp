#include "api/client.h"
#include "app/commands/commands.h"
#include "app/config.h"
#include "base/json.h"

#include <cstdlib>

namespace forescale {
namespace {

Result<std::string> url_of(const ControlOptions& options) {
    if (!options.url.empty()) return options.url;
    TRY(const auto config, load_config(options.config, {}));
    const bool is_v6 = config.api.host.contains(':');
    return fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", config.api.host, is_v6 ? "]" : "",
                       config.api.port);
}

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

/// The answer's JSON, or what the process says against the request.
Result<json::value> checked(const ApiAnswer& answer) {
    const auto body = parse_json(answer.body);
    if (!body || !body->is_object())
        return fail(Errc::unavailable, "the process answered {} and no JSON: {}", answer.status,
                    answer.body.substr(0, 200));
    if (answer.status / 100 == 2) return *body;
    const auto* detail = body->as_object().if_contains("detail");
    const std::string why =
        detail != nullptr && detail->is_string() ? std::string(detail->as_string()) : answer.body;
    const auto code = answer.status == 404   ? Errc::not_found
                      : answer.status >= 500 ? Errc::unavailable
                                             : Errc::invalid_argument;
    return std::unexpected(Error{code, why});
}

/// The id that was given, or that of the proposal that waits.
Result<std::string> proposal_of(const std::string& url, const ControlOptions& options) {
    if (!options.proposal.empty()) return options.proposal;
    TRY(const auto answer,
        ask_api(url, "/api/v1/scaling/status?service=" + path_segment(options.service)));
    TRY(const auto status, checked(answer));
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
    TRY(const auto url, url_of(options));
    TRY(const auto by, who(options));
    TRY(const auto path, path_of(url, options));
    TRY(const auto answer, ask_api(url, path, body_of(options, by)));
    TRY(const auto taken, checked(answer));
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
