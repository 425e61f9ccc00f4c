#include "api/control_body.h"

#include "api/field_reader.h"

namespace forescale {
namespace {

constexpr Duration ahead_max = day * 31;
constexpr std::array<std::string_view, 5> mode_fields{"by", "why", "mode", "until", "for"};
constexpr std::array<std::string_view, 5> pause_fields{"by", "why", "direction", "until", "for"};
constexpr std::array<std::string_view, 3> resume_fields{"by", "why", "direction"};
constexpr std::array<std::string_view, 2> word_fields{"by", "why"};

std::span<const std::string_view> fields_of(ControlKind kind) {
    switch (kind) {
        case ControlKind::mode:
            return mode_fields;
        case ControlKind::pause:
            return pause_fields;
        case ControlKind::resume:
            return resume_fields;
        case ControlKind::approve:
        case ControlKind::reject:
            return word_fields;
    }
    return word_fields;
}

/// "until" is a time, "for" a span from now on.
std::optional<Timestamp> read_end(FieldReader& reader, Timestamp now) {
    const auto until = reader.time("until", false);
    const auto span = reader.duration("for");
    if (until && span) reader.complain("for", "leave out one of until and for");
    const auto end = until  ? until
                     : span ? std::optional(now + std::clamp(*span, Duration(0), 2 * ahead_max))
                            : std::nullopt;
    if (end && (*end <= now || *end > now + ahead_max))
        reader.complain(until ? "until" : "for",
                        "must end after now, and at most 31 days ahead; say it again then");
    return end;
}

Direction read_direction(FieldReader& reader) {
    const auto text = reader.text("direction", false);
    if (text.empty()) return Direction::both;
    const auto direction = parse_direction(text);
    if (!direction) reader.complain("direction", direction.error().message);
    return direction.value_or(Direction::both);
}

std::optional<Mode> read_mode(FieldReader& reader) {
    const auto text = reader.text("mode", true);
    if (text.empty() || text == "configured") return std::nullopt;
    const auto mode = parse_mode(text);
    if (mode) return *mode;
    reader.complain("mode", mode.error().message + ", or configured");
    return std::nullopt;
}

}  // namespace

ControlBody read_control(ControlKind kind, const json::value& body, Timestamp now) {
    ControlBody out;
    const auto* object = body.if_object();
    if (object == nullptr) {
        out.problems.push_back({"", "must be a JSON object"});
        return out;
    }
    FieldReader reader(*object, out.problems);
    refuse_unknown_fields(*object, fields_of(kind), reader);
    out.control.at = now;
    out.control.kind = kind;
    out.control.by = reader.text("by", true);
    out.control.why = reader.text("why", false);
    if (kind == ControlKind::mode) out.control.mode = read_mode(reader);
    if (kind == ControlKind::pause || kind == ControlKind::resume)
        out.control.direction = read_direction(reader);
    if (kind == ControlKind::mode || kind == ControlKind::pause)
        out.control.until = read_end(reader, now);
    if (kind == ControlKind::pause && !out.control.until && out.problems.empty())
        reader.complain("until", "is required, or for: a pause always ends");
    return out;
}

json::object control_json(const Control& control) {
    json::object out{{"service", control.service.str()},
                     {"kind", to_string(control.kind)},
                     {"at", format_timestamp(control.at)},
                     {"by", control.by},
                     {"why", control.why}};
    if (control.kind == ControlKind::mode)
        out["mode"] = control.mode ? to_string(*control.mode) : std::string_view("configured");
    if (control.kind == ControlKind::pause || control.kind == ControlKind::resume)
        out["direction"] = to_string(control.direction);
    if (control.until) out["until"] = format_timestamp(*control.until);
    if (!control.proposal.empty()) out["proposal"] = control.proposal;
    return out;
}

}  // namespace forescale
