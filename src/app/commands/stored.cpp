#include "app/commands/stored.h"

#include "app/config.h"

namespace forescale {

Result<std::unique_ptr<Store>> open_stored(const StoreOptions& options) {
    StoreConfig config;
    if (options.store.empty()) {
        TRY(const auto app, load_config(options.config, {}));
        config = app.store;
    } else {
        config.path = options.store;
    }
    return open_store(config, OpenMode::read_only);
}

}  // namespace forescale
