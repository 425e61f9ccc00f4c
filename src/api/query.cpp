#include "api/query.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace forescale {
namespace {

std::string encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace

const std::string* QueryReader::find(std::string_view name) {
    known_.push_back(name);
    const auto found = request_.query.find(std::string(name));
    return found == request_.query.end() ? nullptr : &found->second;
}

void QueryReader::complain(std::string_view name, std::string detail) {
    problems_.push_back({.field = std::string(name), .detail = std::move(detail)});
}

std::optional<std::string> QueryReader::text(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->empty()) complain(name, "is empty; give a value or leave it out");
    return *value;
}

std::optional<Timestamp> QueryReader::time(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    // The '+' of an offset arrives as a space when the client did not encode it.
    std::string readable = *value;
    std::ranges::replace(readable, ' ', '+');
    const auto time = parse_timestamp(readable);
    if (time) return *time;
    complain(name, time.error().message);
    return std::nullopt;
}

std::optional<Duration> QueryReader::duration(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto duration = parse_duration(*value);
    if (duration && *duration > Duration(0)) return *duration;
    complain(name, duration ? "must be longer than nothing, such as 5m or 24h"
                            : duration.error().message);
    return std::nullopt;
}

std::size_t QueryReader::count(std::string_view name, std::size_t otherwise, std::size_t max) {
    const auto* value = find(name);
    if (value == nullptr) return otherwise;
    std::size_t number = 0;
    const char* end = value->data() + value->size();
    const auto read = std::from_chars(value->data(), end, number);
    if (read.ec == std::errc{} && read.ptr == end && number >= 1 && number <= max) return number;
    complain(name, fmt::format("'{}' is no whole number from 1 to {}", printable(*value), max));
    return otherwise;
}

bool QueryReader::flag(std::string_view name) {
    static constexpr std::array<std::string_view, 2> choices{"false", "true"};
    return choice(name, choices) == "true";
}

std::string_view QueryReader::choice(std::string_view name,
                                     std::span<const std::string_view> choices) {
    const auto* value = find(name);
    if (value == nullptr) return choices.front();
    const auto found = std::ranges::find(choices, *value);
    if (found != choices.end()) return *found;
    complain(name, fmt::format("'{}' is none of: {}", printable(*value), fmt::join(choices, ", ")));
    return choices.front();
}

std::optional<Response> QueryReader::refusal() {
    for (const auto& [name, value] : request_.query) {
        if (std::ranges::find(known_, name) != known_.end()) continue;
        const auto meant = nearest(name, known_);
        complain(printable(name),
                 meant ? fmt::format("unknown parameter; did you mean {}?", *meant)
                 : known_.empty()
                     ? std::string("unknown parameter; this path takes none")
                     : fmt::format("unknown parameter; known are: {}", fmt::join(known_, ", ")));
    }
    if (problems_.empty()) return std::nullopt;
    const auto& first = problems_.front();
    return problem(400, fmt::format("{}: {}", first.field, first.detail), request_.path, problems_);
}

std::string query_with(const Request& request, std::string_view name, std::string_view value) {
    std::string out;
    for (const auto& [key, old] : request.query)
        if (key != name) out += fmt::format("{}={}&", encoded(key), encoded(old));
    return out + fmt::format("{}={}", encoded(name), encoded(value));
}

}  // namespace forescale
