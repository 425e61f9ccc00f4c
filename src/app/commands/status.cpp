#include "app/commands/api_answer.h"
#include "app/commands/commands.h"

namespace forescale {
namespace {

/// Every page of the status, or the one service that is asked for.
Result<json::array> services_of(const std::string& url, const std::string& service) {
    json::array all;
    std::string path = "/api/v1/scaling/status";
    if (!service.empty()) path += "?service=" + path_segment(service);
    while (!path.empty()) {
        TRY(const auto answer, ask_api(url, path));
        TRY(auto page, checked_answer(answer));
        for (json::value& one : page.at("services").as_array()) all.push_back(std::move(one));
        const json::value& next = page.at("next");
        path = next.is_string() ? std::string(next.as_string()) : "";
    }
    return all;
}

double number(const json::value& value) {
    return value.is_number() ? value.to_number<double>() : 0.0;
}

/// "31.2 of 120 EUR", or without a budget "31.2 EUR".
std::string spent_text(const json::object& spending, std::string_view span) {
    const json::object& of = spending.at(span).as_object();
    const std::string currency(spending.at("currency").as_string());
    std::string text = fmt::format("{:.4g}", number(of.at("spent")));
    if (of.at("limit").is_number()) text += fmt::format(" of {:.6g}", number(of.at("limit")));
    return text + ' ' + (currency.empty() ? "replica-hours" : currency);
}

std::string outlook_text(const json::object& span) {
    const json::value& when = span.at("exhausted_at");
    if (!when.is_string()) return {};
    return "spent at " + std::string(when.as_string());
}

std::string count_text(const json::object& service) {
    const auto pending = number(service.at("pending"));
    std::string text = fmt::format("{:.0f}", number(service.at("ready")));
    if (pending > 0.0) text += fmt::format("+{:.0f}", pending);
    return text + fmt::format(" -> {:.0f}", number(service.at("desired")));
}

void print_service(const json::object& service) {
    std::string today = "-";
    std::string month = "-";
    std::string when;
    if (const auto* spending = service.at("spending").if_object()) {
        today = spent_text(*spending, "day");
        month = spent_text(*spending, "month");
        when = outlook_text(spending->at("day").as_object());
        if (when.empty()) when = outlook_text(spending->at("month").as_object());
    }
    const auto& reason = service.at("reason");
    fmt::print("{:<24} {:>14}  {:<18} {:>28} {:>30}  {}\n",
               std::string(service.at("service").as_string()), count_text(service),
               reason.is_string() ? std::string(reason.as_string()) : "-", today, month, when);
}

Result<void> show(const StatusOptions& options) {
    TRY(const auto url, api_url(options.url, options.config));
    TRY(const auto services, services_of(url, options.service));
    if (options.json) {
        fmt::print("{}\n", pretty_json(services));
        return {};
    }
    fmt::print("{:<24} {:>14}  {:<18} {:>28} {:>30}\n", "service", "replicas", "reason",
               "cost of today", "cost of this month");
    for (const json::value& service : services) print_service(service.as_object());
    return {};
}

}  // namespace

ExitCode status_command(const StatusOptions& options) {
    const auto shown = show(options);
    return shown ? ExitCode::ok : report(shown.error());
}

}  // namespace forescale
