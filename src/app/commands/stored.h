#pragma once
#include "app/commands/commands.h"
#include "storage/store.h"

#include <memory>

namespace forescale {

/// The database of --store, or of the configuration, for reading beside a running Forescale.
[[nodiscard]] Result<std::unique_ptr<Store>> open_stored(const StoreOptions& options);

}  // namespace forescale
