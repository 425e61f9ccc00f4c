#include "base/config_value.h"

#include "base/text.h"

#include <charconv>

namespace forescale::config::detail {
namespace {

using Wrong = std::unexpected<std::string>;

Parsed<std::string_view> scalar(const Tree& tree) {
    switch (tree.kind) {
        case Tree::Kind::scalar:
            return tree.text;
        case Tree::Kind::none:
            return Wrong("has no value; write one (\"\" is the empty text), or remove the line");
        case Tree::Kind::block:
            return Wrong("must be a single value, not a block of options");
        case Tree::Kind::list:
            return Wrong("must be a single value, not a list");
    }
    return Wrong("must be a single value");
}

std::string number_text(double number, bool is_duration) {
    if (!is_duration) return fmt::format("{}", number);
    return format_duration(std::chrono::round<Duration>(std::chrono::duration<double>(number)));
}

std::string joined(const std::vector<std::string_view>& parts) {
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string number_wanted(const Spec& spec) {
    const auto range = allowed(spec, false);
    return fmt::format("write a number{}{}{}{}", spec.unit.empty() ? "" : " in ", spec.unit,
                       range.empty() ? "" : ", ", range);
}

/// Empty when `number` is within the bounds.
std::string out_of_bounds(std::string_view text, double number, const Spec& spec,
                          bool is_duration) {
    const bool low = spec.min && number < *spec.min;
    const bool high = spec.max && number > *spec.max;
    if (!low && !high) return {};
    return fmt::format("{} is too {}; allowed is {}", printable(text), low ? "small" : "large",
                       allowed(spec, is_duration));
}

template <class Number>
Parsed<Number> parse_number(const Tree& tree, const Spec& spec, std::string_view kind) {
    const auto text = scalar(tree);
    if (!text) return Wrong(text.error());
    Number number{};
    const char* const begin = text->data() + (text->starts_with('+') ? 1 : 0);
    const char* const end = text->data() + text->size();
    const auto parsed = std::from_chars(begin, end, number);
    if (parsed.ec == std::errc::result_out_of_range)
        return Wrong(fmt::format("{} does not fit; {}", printable(*text), number_wanted(spec)));
    if (parsed.ec != std::errc{} || parsed.ptr != end ||
        !std::isfinite(static_cast<double>(number)))
        return Wrong(fmt::format("'{}' is no {}; {}", printable(*text), kind, number_wanted(spec)));
    if (auto wrong = out_of_bounds(*text, static_cast<double>(number), spec, false); !wrong.empty())
        return Wrong(std::move(wrong));
    return number;
}

/// Empty when the text is among the choices.
std::string not_a_choice(std::string_view text, const Spec& spec) {
    if (spec.choices.empty() || std::ranges::find(spec.choices, text) != spec.choices.end())
        return {};
    const auto best = nearest(text, spec.choices);
    return fmt::format("'{}' is not one of {}{}{}", printable(text), joined(spec.choices),
                       best ? "; did you mean " : "; write one of them",
                       best ? fmt::format("{}?", *best) : "");
}

/// A Duration without a declared bound is not negative: no option measures time backwards.
Spec with_duration_bounds(const Spec& spec) {
    Spec bounded = spec;
    if (!bounded.min) bounded.min = 0.0;
    return bounded;
}

bool is_plain(std::string_view text) {
    constexpr std::array<std::string_view, 5> nulls{"null", "Null", "NULL", "~", ""};
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '/' || c == '.' || c == '-';
    };
    return std::ranges::find(nulls, text) == nulls.end() && std::ranges::all_of(text, is_word) &&
           text.front() != '-' && text.front() != '.';
}

void append_escaped(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
        (out += '\\') += c;
    else if (c == '\n')
        out += "\\n";
    else if (c == '\t')
        out += "\\t";
    else if (byte < 0x20 || byte == 0x7f)
        fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte);
    else
        out += c;
}

}  // namespace

Parsed<bool> parse_value(const Tree& tree, const Spec& /*spec*/, const bool* /*tag*/) {
    const auto text = scalar(tree);
    if (!text) return Wrong(text.error());
    for (const auto* yes : {"true", "True", "TRUE", "yes", "on"})
        if (*text == yes) return true;
    for (const auto* no : {"false", "False", "FALSE", "no", "off"})
        if (*text == no) return false;
    return Wrong(
        fmt::format("'{}' is neither true nor false; write one of them", printable(*text)));
}

Parsed<std::int64_t> parse_value(const Tree& tree, const Spec& spec, const std::int64_t* /*tag*/) {
    return parse_number<std::int64_t>(tree, spec, "whole number");
}

Parsed<double> parse_value(const Tree& tree, const Spec& spec, const double* /*tag*/) {
    return parse_number<double>(tree, spec, "number");
}

Parsed<std::string> parse_value(const Tree& tree, const Spec& spec, const std::string* /*tag*/) {
    const auto text = scalar(tree);
    if (!text) return Wrong(text.error());
    if (auto wrong = not_a_choice(*text, spec); !wrong.empty()) return Wrong(std::move(wrong));
    return std::string(*text);
}

Parsed<Duration> parse_value(const Tree& tree, const Spec& spec, const Duration* /*tag*/) {
    const auto text = scalar(tree);
    if (!text) return Wrong(text.error());
    auto duration = parse_duration(*text);
    if (!duration) return Wrong(std::move(duration).error().message);
    if (auto wrong = out_of_bounds(*text, in_seconds(*duration), with_duration_bounds(spec), true);
        !wrong.empty())
        return Wrong(std::move(wrong));
    return *duration;
}

Parsed<std::vector<std::string>> parse_value(const Tree& tree, const Spec& spec,
                                             const std::vector<std::string>* /*tag*/) {
    if (tree.kind == Tree::Kind::none)
        return Wrong("has no value; write a list ([] is the empty one), or remove the line");
    if (tree.kind != Tree::Kind::list) return Wrong("must be a list; write [a, b]");
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
        auto text = parse_value(tree.items[i], spec, static_cast<const std::string*>(nullptr));
        if (!text) return Wrong(fmt::format("item {}: {}", i, text.error()));
        texts.push_back(*std::move(text));
    }
    return texts;
}

std::string to_yaml(bool value) {
    return value ? "true" : "false";
}
std::string to_yaml(std::int64_t value) {
    return fmt::format("{}", value);
}
std::string to_yaml(double value) {
    return fmt::format("{}", value);
}
std::string to_yaml(Duration value) {
    return format_duration(value);
}

std::string to_yaml(const std::string& value) {
    if (is_plain(value)) return value;
    std::string quoted = "\"";
    for (const char c : value) append_escaped(quoted, c);
    return quoted += '"';
}

std::string to_yaml(const std::vector<std::string>& value) {
    std::vector<std::string> texts;
    for (const auto& text : value) texts.push_back(to_yaml(text));
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string allowed(const Spec& spec, bool is_duration) {
    if (!spec.choices.empty()) return joined(spec.choices);
    if (spec.min && spec.max)
        return fmt::format("{} to {}", number_text(*spec.min, is_duration),
                           number_text(*spec.max, is_duration));
    if (spec.min) return fmt::format("at least {}", number_text(*spec.min, is_duration));
    if (spec.max) return fmt::format("at most {}", number_text(*spec.max, is_duration));
    return {};
}

std::string variable_name(std::string_view prefix, std::string_view option) {
    std::string name(prefix);
    for (const char c : option) {
        if (c == ']') continue;
        if (c == '.' || c == '[' || c == '-')
            name += '_';
        else
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return name;
}

}  // namespace forescale::config::detail
