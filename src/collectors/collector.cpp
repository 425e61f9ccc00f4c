#include "collectors/collector.h"

#include "collectors/replay/replay.h"

namespace forescale {

const std::map<std::string_view, CollectorFactory>& collectors() {
    static const std::map<std::string_view, CollectorFactory> all{
        {"replay", make_replay},
    };
    return all;
}

Result<std::unique_ptr<Collector>> make_collector(std::string_view kind,
                                                  const CollectorSettings& settings) {
    const auto found = collectors().find(kind);
    if (found != collectors().end()) return found->second(settings);
    std::string known;
    for (const auto& [name, factory] : collectors()) known += fmt::format(" {}", name);
    return fail(Errc::not_found, "there is no collector of kind \"{}\"; known are:{}", kind, known);
}

}  // namespace forescale
