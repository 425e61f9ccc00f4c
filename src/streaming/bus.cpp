#include "streaming/bus.h"

#include "streaming/memory/memory_bus.h"

namespace forescale {

const std::map<std::string_view, BusFactory>& buses() {
    static const std::map<std::string_view, BusFactory> all{
        {"memory", make_memory_bus},
    };
    return all;
}

Result<std::unique_ptr<Bus>> make_bus(std::string_view kind, const BusSettings& settings) {
    const auto found = buses().find(kind);
    if (found != buses().end()) return found->second(settings);
    std::string known;
    for (const auto& [name, factory] : buses()) known += fmt::format(" {}", name);
    return fail(Errc::not_found, "there is no bus of kind \"{}\"; known are:{}", kind, known);
}

}  // namespace forescale
