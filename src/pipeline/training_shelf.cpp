#include "pipeline/training_shelf.h"

#include "base/file.h"
#include "base/log.h"

#include <algorithm>
#include <filesystem>

namespace forescale {

namespace files = std::filesystem;

Result<ModelShelf> ModelShelf::open(std::string folder,
                                    std::shared_ptr<const TrainedModels> shipped,
                                    std::string_view shipped_file) {
    ModelShelf shelf;
    shelf.folder_ = std::move(folder);
    if (!shelf.folder_.empty()) {
        std::error_code error;
        files::create_directories(shelf.folder_, error);
        if (error)
            return fail(Errc::unavailable,
                        "cannot make the folder of trained models {}: {}; check permissions",
                        shelf.folder_, error.message());
        files::remove(shelf.candidate_path(), error);  // of a training that nobody waits for
    }
    if (!shipped || shipped->version.empty()) return shelf;
    const std::string file = shelf.path_of(shipped->version);
    if (shelf.keeps_files() && !shipped_file.empty() && !files::exists(file))
        TRY_VOID(write_file(file, shipped_file));
    shelf.known_[shipped->version] = shipped;
    return shelf;
}

std::string ModelShelf::path_of(const std::string& version) const {
    return folder_ + "/" + version + ".fsm";
}
std::string ModelShelf::candidate_path() const {
    return folder_ + "/candidate.fsm";
}

std::shared_ptr<const TrainedModels> ModelShelf::find(const std::string& version) {
    if (version.empty()) return nullptr;
    if (const auto known = known_.find(version); known != known_.end()) return known->second;
    if (!keeps_files()) return nullptr;
    const auto bytes = read_file(path_of(version), bytes_max);
    auto bundle = bytes ? read_bundle(*bytes, path_of(version)) : std::unexpected(bytes.error());
    if (!bundle) {
        log::warn("models_refused", "version", version, "error", bundle.error().message);
        return nullptr;
    }
    auto models = std::make_shared<const TrainedModels>(std::move(bundle->models));
    known_[version] = models;
    return models;
}

Result<std::string> ModelShelf::take(const std::string& file) {
    TRY(const auto bytes, read_file(file, bytes_max));
    TRY(auto bundle, read_bundle(bytes, file));
    const std::string version = bundle.card.version;
    TRY_VOID(write_file(path_of(version), bytes));
    std::error_code ignored;
    files::remove(file, ignored);
    known_[version] = std::make_shared<const TrainedModels>(std::move(bundle.models));
    return version;
}

void ModelShelf::sweep(std::span<const std::string> in_use, Duration keep) {
    const auto used = [&](const std::string& version) {
        return std::ranges::find(in_use, version) != in_use.end();
    };
    std::erase_if(known_, [&](const auto& entry) { return !used(entry.first); });
    if (!keeps_files()) return;
    std::error_code error;
    const auto oldest = files::file_time_type::clock::now() - keep;
    for (const auto& entry : files::directory_iterator(folder_, error)) {
        const auto& path = entry.path();
        if (path.extension() != ".fsm" || used(path.stem().string())) continue;
        const auto written = entry.last_write_time(error);
        if (!error && written < oldest) files::remove(path, error);
    }
}

}  // namespace forescale
