#include "base/json.h"

namespace forescale {
namespace {

/// Writes a value with line breaks and indentation, or without both. Depth is that of the value:
/// parse_json and the program's own documents stay below 33 levels.
class JsonWriter {
public:
    explicit JsonWriter(bool pretty) : pretty_(pretty) {}

    void put(const json::value& value) {
        switch (value.kind()) {
            case json::kind::object:
                return put_object(value.get_object());
            case json::kind::array:
                return put_array(value.get_array());
            case json::kind::double_:
                return put_double(value.get_double());
            case json::kind::null:
            case json::kind::bool_:
            case json::kind::int64:
            case json::kind::uint64:
            case json::kind::string:
                text_ += json::serialize(value);
                return;
        }
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void put_object(const json::object& object) {
        if (object.empty()) {
            text_ += "{}";
            return;
        }
        open('{');
        for (std::size_t i = 0; const auto& [key, value] : object) {
            separate(i++);
            text_ += json::serialize(json::string_view(key));
            text_ += pretty_ ? ": " : ":";
            put(value);
        }
        close('}');
    }
    void put_array(const json::array& array) {
        if (array.empty()) {
            text_ += "[]";
            return;
        }
        open('[');
        for (std::size_t i = 0; const auto& value : array) {
            separate(i++);
            put(value);
        }
        close(']');
    }
    void put_double(double value) {
        if (!std::isfinite(value)) {
            text_ += "null";
            return;
        }
        // A point or exponent is kept, so that a double is read back as one.
        const auto begin = text_.size();
        fmt::format_to(std::back_inserter(text_), "{}", value);
        if (text_.find_first_of(".e", begin) == std::string::npos) text_ += ".0";
    }
    void open(char bracket) {
        text_ += bracket;
        ++depth_;
    }
    void separate(std::size_t index) {
        if (index > 0) text_ += ',';
        new_line();
    }
    void close(char bracket) {
        --depth_;
        new_line();
        text_ += bracket;
    }
    void new_line() {
        if (!pretty_) return;
        text_ += '\n';
        text_.append(depth_ * 2, ' ');
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool pretty_;
};

std::string write_json(const json::value& value, bool pretty) {
    JsonWriter writer(pretty);
    writer.put(value);
    return writer.take();
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    if (text.size() > json_bytes_max)
        return fail(Errc::invalid_argument, "JSON of {} bytes is longer than {} bytes; split it",
                    text.size(), json_bytes_max);
    json::parser parser;
    json::error_code error;
    const auto used = parser.write_some(json::string_view(text.data(), text.size()), error);
    if (error)
        return fail(Errc::invalid_argument, "not JSON: {} at byte {} of {}", error.message(), used,
                    text.size());
    const auto rest = text.substr(used);
    if (const auto extra = rest.find_first_not_of(" \t\r\n"); extra != std::string_view::npos)
        return fail(Errc::invalid_argument,
                    "not JSON: one value ends and something follows at byte {} of {}", used + extra,
                    text.size());
    return parser.release();
}

std::string pretty_json(const json::value& value) {
    return write_json(value, true);
}
std::string compact_json(const json::value& value) {
    return write_json(value, false);
}

}  // namespace forescale
