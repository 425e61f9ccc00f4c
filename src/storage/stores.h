#pragma once
#include "base/config.h"
#include "storage/store.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace forescale {

/// Where history is kept.
struct StoreConfig {
    std::string kind = "sqlite";
    std::string path = "forescale.db";
    void describe(config::Fields& f);
};

using StoreFactory = Result<std::unique_ptr<Store>> (*)(const StoreConfig& config, OpenMode mode);
using StoreRegistry = std::map<std::string_view, StoreFactory>;

/// Every kind of store, sorted by name.
[[nodiscard]] const StoreRegistry& stores();

/// errors  not_found: no such kind (names the known ones); and what the store itself says about its
/// path
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(const StoreConfig& config, OpenMode mode);

}  // namespace forescale
