#include "storage/stores.h"

#include "storage/sqlite/sqlite_store.h"

#include <ranges>

#include <fmt/ranges.h>

namespace forescale {
namespace {

Result<std::unique_ptr<Store>> make_sqlite(const StoreConfig& config, OpenMode mode) {
    return open_sqlite(config.path, mode);
}

}  // namespace

void StoreConfig::describe(config::Fields& f) {
    f.field("kind", kind,
            {.choices = {"sqlite"}, .help = "Kind of the store; sqlite needs no server"});
    f.field("path", path,
            {.help = "File of the SQLite database; its folder must exist and have space for the "
                     "history; :memory: keeps nothing"});
}

const StoreRegistry& stores() {
    static const StoreRegistry all{{"sqlite", make_sqlite}};
    return all;
}

Result<std::unique_ptr<Store>> open_store(const StoreConfig& config, OpenMode mode) {
    const auto found = stores().find(config.kind);
    if (found == stores().end())
        return fail(Errc::not_found, "no store is of kind '{}'; known are: {}", config.kind,
                    fmt::join(stores() | std::views::keys, ", "));
    return found->second(config, mode);
}

}  // namespace forescale
