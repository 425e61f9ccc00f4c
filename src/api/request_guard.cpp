#include "api/request_guard.h"

#include "api/problem.h"

#include <algorithm>

namespace forescale {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The host without ":port"; empty when what follows is no port.
std::string_view without_port(std::string_view host) {
    const bool bracketed = host.starts_with('[');
    const auto end = bracketed ? host.find(']') + 1 : host.find(':');
    if (end == std::string_view::npos || end == host.size()) return host;
    if (bracketed && (end == 0 || host[end] != ':')) return {};
    return is_digits(host.substr(end + 1)) ? host.substr(0, end) : std::string_view{};
}

/// Four decimal numbers up to 255, the first one 127.
bool is_loopback_v4(std::string_view host) {
    for (int part = 0; part < 4; ++part) {
        const auto dot = part < 3 ? host.find('.') : host.size();
        if (dot == std::string_view::npos) return false;
        const auto number = host.substr(0, dot);
        if (!is_digits(number) || number.size() > 3 || (number.size() == 3 && number > "255"))
            return false;
        if (part == 0 && number != "127") return false;
        host.remove_prefix(std::min(dot + 1, host.size()));
    }
    return true;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return out;
}

std::string_view header(const Request& request, const char* name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string_view{} : std::string_view(found->second);
}

bool is_json(std::string_view content_type) {
    const auto type = lower(content_type.substr(0, content_type.find(';')));
    const auto end = type.find_last_not_of(" \t");
    return end != std::string::npos &&
           std::string_view(type).substr(0, end + 1) == "application/json";
}

/// Only the page that this very server gave out: same host, same port.
bool is_own_origin(std::string_view origin, std::string_view host) {
    return lower(origin) == "http://" + lower(host);
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    const auto name = lower(without_port(host));
    return name == "localhost" || name == "[::1]" || is_loopback_v4(name);
}

std::optional<Response> refuse_foreign(const Request& request) {
    if (!is_loopback_host(header(request, "host")))
        return problem(421,
                       "the Host header names no loopback host; use http://localhost, "
                       "http://127.0.0.1 or http://[::1] with the port",
                       request.path);
    const auto origin = header(request, "origin");
    if (!origin.empty() && !is_own_origin(origin, header(request, "host")))
        return problem(
            403,
            "pages of other origins may not use this API; send the request without a browser, "
            "or from the dashboard",
            request.path);
    if (request.method == "POST" && !is_json(header(request, "content-type")))
        return problem(415, "the body must be JSON; send it with Content-Type: application/json",
                       request.path);
    return std::nullopt;
}

}  // namespace forescale
