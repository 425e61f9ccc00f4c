#include "api/event_body.h"

#include "api/field_reader.h"
#include "base/hash.h"
#include "base/text.h"

#include <algorithm>

namespace forescale {
namespace {

constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t services_max = 10'000;
constexpr Duration event_duration_max = day * 366;
constexpr double uplift_max = 100.0;
constexpr std::array<std::string_view, 9> fields{
    "id", "type", "name", "services", "start", "end", "expected_uplift", "source", "cancelled"};

bool is_id_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("._:-").contains(c);
}

void read_service(const json::value& value, const std::string& field,
                  std::span<const std::string_view> known, EventBody& out, FieldReader& reader) {
    const auto* text = value.if_string();
    if (text == nullptr) return reader.complain(field, "must be the name of a service");
    const std::string_view name(*text);
    if (std::ranges::find(known, name) == known.end()) {
        const auto meant = nearest(name, known);
        return reader.complain(
            field, meant ? fmt::format("no service '{}'; did you mean {}?", printable(name), *meant)
                         : fmt::format("no service '{}'; GET /api/v1/scaling/status lists them",
                                       printable(name)));
    }
    const ServiceId id{std::string(name)};
    if (std::ranges::find(out.event.services, id) == out.event.services.end())
        out.event.services.push_back(id);
}

void read_services(EventBody& out, std::span<const std::string_view> known, FieldReader& reader) {
    const auto* list = reader.array("services");
    if (list == nullptr) return;
    if (list->size() > services_max)
        return reader.complain(
            "services", fmt::format("has {} names; at most {} are taken, none means all services",
                                    list->size(), services_max));
    for (std::size_t i = 0; i < list->size(); ++i)
        read_service((*list)[i], fmt::format("services[{}]", i), known, out, reader);
    std::ranges::sort(out.event.services);
}

void read_span(BusinessEvent& event, FieldReader& reader) {
    const auto start = reader.time("start");
    const auto end = reader.time("end");
    if (!start || !end) return;
    event.start = *start;
    event.end = *end;
    if (*end <= *start)
        reader.complain("end", "must be after start");
    else if (*end - *start > event_duration_max)
        reader.complain("end", "must be at most 366 days after start");
}

void check_id(const std::string& id, FieldReader& reader) {
    if (id.size() > id_bytes_max || !std::ranges::all_of(id, is_id_character))
        reader.complain("id", fmt::format("must have 1 to {} letters, digits, '.', '_', ':' or '-'",
                                          id_bytes_max));
}

/// The same event sent twice without an id is one event. A change of the uplift, or a cancellation,
/// is about the same event.
std::string derived_id(const BusinessEvent& event) {
    std::string key = fmt::format("{}\n{}\n{}\n{}", event.type, event.name,
                                  format_timestamp(event.start), format_timestamp(event.end));
    for (const auto& service : event.services) key += "\n" + service.str();
    return "event-" + sha256_hex(key).substr(0, 16);
}

}  // namespace

EventBody read_event(const json::value& body, std::span<const std::string_view> known_services) {
    EventBody out;
    const auto* object = body.if_object();
    if (object == nullptr) {
        out.problems.push_back({.field = "", .detail = "the body must be a JSON object"});
        return out;
    }
    FieldReader reader(*object, out.problems);
    auto& event = out.event;
    event.id = reader.text("id", false);
    event.type = reader.text("type", true);
    event.name = reader.text("name", true);
    read_services(out, known_services, reader);
    read_span(event, reader);
    event.expected_uplift = reader.number("expected_uplift");
    if (!(event.expected_uplift > -1.0 && event.expected_uplift <= uplift_max))
        reader.complain("expected_uplift",
                        "must be above -1 and at most 100: 0.5 adds half of the usual demand");
    event.source = reader.text("source", false);
    if (event.source.empty()) event.source = "api";
    event.cancelled = reader.flag("cancelled");
    check_id(event.id, reader);
    refuse_unknown_fields(*object, fields, reader);
    if (out.problems.empty() && event.id.empty()) event.id = derived_id(event);
    return out;
}

}  // namespace forescale
