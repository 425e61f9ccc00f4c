#include "api/problem.h"

#include "base/json.h"

namespace forescale {
namespace {

int status_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return 422;
        case Errc::not_found:
            return 404;
        case Errc::unavailable:
            return 503;
        case Errc::conflict:
            return 409;
        case Errc::corrupt:
            return 500;
    }
    return 500;
}

}  // namespace

std::string_view status_text(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

Response problem(int status, std::string_view detail, std::string_view instance,
                 const std::vector<FieldProblem>& errors) {
    json::object body{{"type", "about:blank"},
                      {"title", status_text(status)},
                      {"status", status},
                      {"detail", detail},
                      {"instance", instance}};
    if (!errors.empty()) {
        json::array list;
        for (const auto& error : errors)
            list.push_back(json::object{{"field", error.field}, {"detail", error.detail}});
        body["errors"] = std::move(list);
    }
    Response response{.status = status,
                      .content_type = "application/problem+json",
                      .body = compact_json(body),
                      .headers = {}};
    if (status == 503) response.headers.emplace("Retry-After", "5");
    return response;
}

Response problem(const Error& error, std::string_view instance) {
    return problem(status_of(error.code), error.message, instance);
}

}  // namespace forescale
