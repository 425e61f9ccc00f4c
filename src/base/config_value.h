#pragma once
#include "base/config.h"
#include "base/config_tree.h"

#include <expected>

/// Texts to values and back, with what is wrong as half a sentence: "'x' is no whole number; write
/// one".
namespace forescale::config::detail {

template <class T>
using Parsed = std::expected<T, std::string>;

[[nodiscard]] Parsed<bool> parse_value(const Tree& tree, const Spec& spec, const bool* tag);
[[nodiscard]] Parsed<std::int64_t> parse_value(const Tree& tree, const Spec& spec,
                                               const std::int64_t* tag);
[[nodiscard]] Parsed<double> parse_value(const Tree& tree, const Spec& spec, const double* tag);
[[nodiscard]] Parsed<std::string> parse_value(const Tree& tree, const Spec& spec,
                                              const std::string* tag);
[[nodiscard]] Parsed<Duration> parse_value(const Tree& tree, const Spec& spec, const Duration* tag);
[[nodiscard]] Parsed<std::vector<std::string>> parse_value(const Tree& tree, const Spec& spec,
                                                           const std::vector<std::string>* tag);

/// A value as YAML that parse_value reads back as the same value, in one line.
[[nodiscard]] std::string to_yaml(bool value);
[[nodiscard]] std::string to_yaml(std::int64_t value);
[[nodiscard]] std::string to_yaml(double value);
[[nodiscard]] std::string to_yaml(const std::string& value);
[[nodiscard]] std::string to_yaml(Duration value);
[[nodiscard]] std::string to_yaml(const std::vector<std::string>& value);

[[nodiscard]] constexpr std::string_view type_name(const bool&) {
    return "true or false";
}
[[nodiscard]] constexpr std::string_view type_name(const std::int64_t&) {
    return "whole number";
}
[[nodiscard]] constexpr std::string_view type_name(const double&) {
    return "number";
}
[[nodiscard]] constexpr std::string_view type_name(const Duration&) {
    return "duration";
}
[[nodiscard]] inline std::string_view type_name(const std::string&) {
    return "text";
}
[[nodiscard]] inline std::string_view type_name(const std::vector<std::string>&) {
    return "list of texts";
}

/// "1 to 65535", "at least 0", "debug, info", "1s to 5m"; empty when everything is allowed.
[[nodiscard]] std::string allowed(const Spec& spec, bool is_duration);

/// "FORESCALE_SERVICES_0_NAME" for "services[0].name".
[[nodiscard]] std::string variable_name(std::string_view prefix, std::string_view option);

}  // namespace forescale::config::detail
