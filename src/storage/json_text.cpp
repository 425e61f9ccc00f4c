#include "storage/json_text.h"

#include <array>
#include <cmath>

#include <boost/json/basic_parser_impl.hpp>

namespace forescale {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Length of the valid UTF-8 sequence at the front of `text`; 0 when it is none (RFC 3629: no
/// overlong forms, no surrogates).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        const bool overlong = first == 0xE0U && byte(1) < 0xA0U;
        const bool surrogate = first == 0xEDU && byte(1) > 0x9FU;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const bool overlong = first == 0xF0U && byte(1) < 0x90U;
        const bool too_large = first == 0xF4U && byte(1) > 0x8FU;
        return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += hex_digits[byte >> 4U];
    out += hex_digits[byte & 0xFU];
}

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20U && byte < 0x7FU && c != '"' && c != '\\';
}

/// Builds the document as the library's own parser does, except for doubles.
struct ExactHandler {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using Text = json::string_view;
    using Code = json::error_code;

    json::value_stack stack;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_object_end(std::size_t count, Code&) {
        stack.push_object(count);
        return true;
    }
    bool on_array_end(std::size_t count, Code&) {
        stack.push_array(count);
        return true;
    }
    bool on_key_part(Text part, std::size_t, Code&) {
        stack.push_chars(part);
        return true;
    }
    bool on_key(Text part, std::size_t, Code&) {
        stack.push_key(part);
        return true;
    }
    bool on_string_part(Text part, std::size_t, Code&) {
        stack.push_chars(part);
        return true;
    }
    bool on_string(Text part, std::size_t, Code&) {
        stack.push_string(part);
        return true;
    }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t value, Text, Code&) {
        stack.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, Text, Code&) {
        stack.push_uint64(value);
        return true;
    }
    bool on_double(double rounded, Text text, Code&) {
        double exact = rounded;
        std::from_chars(text.data(), text.data() + text.size(), exact);
        stack.push_double(exact);
        return true;
    }
    bool on_bool(bool value, Code&) {
        stack.push_bool(value);
        return true;
    }
    bool on_null(Code&) {
        stack.push_null();
        return true;
    }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }
};

template <class Number>
void append_chars(std::string& out, Number value) {
    std::array<char, 32> chars{};
    const auto end = std::to_chars(chars.data(), chars.data() + chars.size(), value).ptr;
    out.append(chars.data(), end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto plain =
            static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const std::size_t length = utf8_length(text);
        if (length > 1)
            out += text.substr(0, length);
        else if (length == 1)
            append_escaped(out, text.front());
        else
            out += "\xEF\xBF\xBD";
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

void append_json_number(std::string& out, double value) {
    if (std::isnan(value))
        out += "null";
    else if (std::isinf(value))
        out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    else if (std::fpclassify(value) == FP_ZERO)
        out += std::signbit(value) ? "-0.0" : "0";
    else
        append_chars(out, value);
}

void append_json_number(std::string& out, std::int64_t value) {
    append_chars(out, value);
}

Result<json::value> parse_exact_json(std::string_view text, json::storage_ptr memory) {
    json::basic_parser<ExactHandler> parser{json::parse_options{}};
    parser.handler().stack.reset(std::move(memory));
    json::error_code code;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
    if (!code && read < text.size()) code = json::error::extra_data;
    if (code)
        return fail(Errc::invalid_argument, "no JSON from byte {} on: {}", read, code.message());
    return parser.handler().stack.release();
}

}  // namespace forescale
