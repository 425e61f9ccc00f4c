#pragma once
#include "api/problem.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// Takes one field after the other out of the object, and notes what is wrong.
class FieldReader {
public:
    static constexpr std::size_t bytes_max = 200;  ///< of a text

    FieldReader(const json::object& object, std::vector<FieldProblem>& problems)
        : object_(object), problems_(problems) {}

    std::string text(std::string_view name, bool required) {
        const auto* value = find(name, required);
        if (value == nullptr) return {};
        const auto* text = value->if_string();
        if (text == nullptr) return complain(name, "must be text"), std::string();
        const std::string out(*text);
        if (out.empty() || out.size() > bytes_max)
            complain(name, fmt::format("must have 1 to {} bytes, has {}", bytes_max, out.size()));
        else if (std::ranges::any_of(
                     out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
            complain(name, "must have no control characters");
        return out;
    }

    std::optional<Timestamp> time(std::string_view name, bool required = true) {
        const auto* value = find(name, required);
        if (value == nullptr) return std::nullopt;
        const auto* text = value->if_string();
        if (text == nullptr)
            return complain(name, "must be text such as \"2026-03-01T12:00:00Z\""), std::nullopt;
        const auto parsed = parse_timestamp(*text);
        if (!parsed) return complain(name, parsed.error().message), std::nullopt;
        return *parsed;
    }

    std::optional<Duration> duration(std::string_view name) {
        const auto text = this->text(name, false);
        if (text.empty()) return std::nullopt;
        const auto parsed = parse_duration(text);
        if (!parsed) return complain(name, parsed.error().message), std::nullopt;
        return *parsed;
    }

    double number(std::string_view name) {
        const auto* value = find(name, false);
        if (value == nullptr) return 0.0;
        if (value->is_number()) return value->to_number<double>();
        complain(name, "must be a number: 0.5 adds half of the usual demand");
        return 0.0;
    }

    bool flag(std::string_view name) {
        const auto* value = find(name, false);
        if (value == nullptr) return false;
        if (value->is_bool()) return value->get_bool();
        complain(name, "must be true or false");
        return false;
    }

    const json::array* array(std::string_view name) {
        const auto* value = find(name, false);
        if (value == nullptr) return nullptr;
        if (!value->is_array())
            complain(name, "must be a list of service names; leave it out for all services");
        return value->if_array();
    }

    void complain(std::string_view name, std::string detail) {
        problems_.push_back({.field = std::string(name), .detail = std::move(detail)});
    }

private:
    /// Null counts as left out.
    const json::value* find(std::string_view name, bool required) {
        const auto* value = object_.if_contains(name);
        if (value != nullptr && value->is_null()) value = nullptr;
        if (value == nullptr && required) complain(name, "is required");
        return value;
    }

    const json::object& object_;
    std::vector<FieldProblem>& problems_;
};

inline void refuse_unknown_fields(const json::object& object,
                                  std::span<const std::string_view> fields, FieldReader& reader) {
    for (const auto& [key, value] : object) {
        if (std::ranges::find(fields, std::string_view(key)) != fields.end()) continue;
        const auto meant = nearest(key, fields);
        reader.complain(printable(key),
                        meant
                            ? fmt::format("unknown field; did you mean {}?", *meant)
                            : fmt::format("unknown field; known are: {}", fmt::join(fields, ", ")));
    }
}

}  // namespace forescale
