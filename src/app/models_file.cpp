#include "app/models_file.h"

#include "base/file.h"
#include "base/log.h"

namespace forescale::embedded {
extern const std::string_view pretrained_models;
}

namespace forescale {

std::shared_ptr<const TrainedBundle> shipped_bundle() {
    auto bundle = read_bundle(embedded::pretrained_models, "the bundle inside of the program");
    if (bundle) return std::make_shared<const TrainedBundle>(std::move(*bundle));
    log::warn("models_refused", "error", bundle.error().message);
    return nullptr;
}

std::string_view shipped_file() {
    return embedded::pretrained_models;
}

std::string models_folder(const StoreConfig& store) {
    return store.path + ".models";
}

Result<TrainedBundle> read_bundle_file(const std::string& path) {
    TRY(const auto bytes, read_file(path, bundle_bytes_max));
    return read_bundle(bytes, path);
}

Result<void> write_bundle_file(TrainedBundle& bundle, const std::string& path) {
    return write_file(path, save_bundle(bundle));
}

Result<std::shared_ptr<const TrainedModels>> chosen_models(const std::string& choice) {
    if (choice == "none") return nullptr;
    if (choice == "shipped") {
        const auto shipped = shipped_bundle();
        if (!shipped) return nullptr;
        return std::shared_ptr<const TrainedModels>(shipped, &shipped->models);
    }
    TRY(auto bundle, read_bundle_file(choice));
    return std::make_shared<const TrainedModels>(std::move(bundle.models));
}

}  // namespace forescale
