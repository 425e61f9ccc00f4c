#pragma once
#include "training/bundle.h"

#include <map>
#include <memory>
#include <span>
#include <string>

namespace forescale {

/// The versions of trained models that a fleet has used: one file VERSION.fsm each in a folder
/// beside the database, read once and shared. One thread.
class ModelShelf {
public:
    static constexpr std::size_t bytes_max = std::size_t{256} << 20U;  ///< of one file

    /// folder: empty keeps nothing on disk. shipped: null for none; put on the shelf with its file.
    /// errors  unavailable: the folder cannot be made or written
    [[nodiscard]] static Result<ModelShelf> open(std::string folder,
                                                 std::shared_ptr<const TrainedModels> shipped,
                                                 std::string_view shipped_file);

    /// Null when the version is empty, or its file is gone or damaged (which is logged).
    [[nodiscard]] std::shared_ptr<const TrainedModels> find(const std::string& version);
    /// Checks a new file, keeps it under its version, and removes it.
    /// errors  as read_file; corrupt
    [[nodiscard]] Result<std::string> take(const std::string& file);
    /// Removes files of versions that are not in use and have not been written for `keep`.
    void sweep(std::span<const std::string> in_use, Duration keep);

    [[nodiscard]] std::string path_of(const std::string& version) const;
    [[nodiscard]] std::string candidate_path() const;
    [[nodiscard]] bool keeps_files() const { return !folder_.empty(); }

private:
    using Shared = std::shared_ptr<const TrainedModels>;
    std::string folder_;
    std::map<std::string, Shared> known_;
};

}  // namespace forescale
