#include "app/commands/api_answer.h"

#include "app/config.h"

namespace forescale {

Result<std::string> api_url(const std::string& given, const std::string& config) {
    if (!given.empty()) return given;
    TRY(const auto app, load_config(config, {}));
    const bool is_v6 = app.api.host.contains(':');
    return fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", app.api.host, is_v6 ? "]" : "",
                       app.api.port);
}

Result<json::value> checked_answer(const ApiAnswer& answer) {
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

}  // namespace forescale
