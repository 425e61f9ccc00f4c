#include "base/zone.h"

#include "base/assert.h"
#include "base/file.h"
#include "base/text.h"
#include "base/zone_file.h"

#include <cstdlib>
#include <filesystem>

namespace forescale {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t zone_file_bytes_max = 1 << 20;

/// Where the system keeps its time zones; TZDIR is the usual way to name another place.
fs::path zone_folder() {
    const char* folder = std::getenv("TZDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/// "Europe/Berlin", never a path that leads elsewhere.
bool is_zone_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
    };
    return !name.empty() && name.size() <= 100 && name.front() != '/' &&
           std::ranges::all_of(name, is_allowed);
}

/// The names in tzdata.zi's links and zones would be a second format to read; the folders say the
/// same.
std::vector<std::string> known_zones() {
    std::vector<std::string> names;
    std::error_code ignored;
    const auto root = zone_folder();
    for (auto entry = fs::recursive_directory_iterator(root, ignored);
         entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
        const auto name = entry->path().lexically_relative(root).string();
        if (name == "posix" || name == "right")
            entry.disable_recursion_pending();  // the same zones again
        if (entry->is_regular_file(ignored) && is_zone_name(name) && name.front() >= 'A' &&
            name.front() <= 'Z')
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::unexpected<Error> unknown_zone(const std::string& name) {
    const auto names = known_zones();
    if (names.empty())
        return fail(Errc::not_found,
                    "time zone '{}' cannot be read: {} holds no time zones; install tzdata",
                    printable(name), zone_folder().string());
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (const auto best = nearest(name, views))
        return fail(Errc::not_found, "time zone '{}' is not known; did you mean {}?",
                    printable(name), *best);
    return fail(Errc::not_found,
                "time zone '{}' is not known; write an IANA name like Europe/Berlin or UTC",
                printable(name));
}

}  // namespace

Zone::Zone(std::string name, std::vector<Transition> transitions)
    : name_(std::move(name)), transitions_(std::move(transitions)) {
    ASSERT(std::ranges::is_sorted(transitions_, {}, &Transition::from));
}

Duration Zone::offset_at(Timestamp time) const {
    if (transitions_.empty()) return Duration(0);
    const auto after = std::ranges::upper_bound(transitions_, time, {}, &Transition::from);
    return after == transitions_.begin() ? transitions_.front().offset : std::prev(after)->offset;
}

Timestamp Zone::from_local(Timestamp local, Twice twice) const {
    // No offset is longer than a day, and no two changes lie within two.
    const Timestamp before = local - offset_at(local - day);
    const Timestamp after = local - offset_at(local + day);
    const bool reads_before = to_local(before) == local;
    const bool reads_after = to_local(after) == local;
    if (reads_before && reads_after) return twice == Twice::first ? before : after;
    return reads_after ? after : before;
}

Result<Zone> load_zone(const std::string& name) {
    if (name == "UTC") return Zone();  // needs no database
    if (!is_zone_name(name)) return unknown_zone(name);
    const auto bytes = read_file(zone_folder() / name, zone_file_bytes_max);
    if (!bytes) return unknown_zone(name);
    auto transitions = parse_zone_file(*bytes);
    if (!transitions)
        return fail(transitions.error().code,
                    "time zone '{}' cannot be read: {}; install tzdata again", name,
                    transitions.error().message);
    return Zone(name, *std::move(transitions));
}

}  // namespace forescale
