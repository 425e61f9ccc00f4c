#pragma once
#include "storage/stores.h"
#include "training/bundle.h"

#include <memory>
#include <string>

namespace forescale {

/// A bundle of trained models is at most this long: 40 times what the shipped one is.
constexpr std::size_t bundle_bytes_max = std::size_t{256} << 20U;

/// The bundle that is part of the program; null, with a line in the log, where it cannot be used.
[[nodiscard]] std::shared_ptr<const TrainedBundle> shipped_bundle();

/// Its bytes.
[[nodiscard]] std::string_view shipped_file();

/// Where the versions that a fleet used are kept: beside its database.
[[nodiscard]] std::string models_folder(const StoreConfig& store);

/// errors  as read_file; corrupt: no bundle of this version
[[nodiscard]] Result<TrainedBundle> read_bundle_file(const std::string& path);
/// errors  unavailable
[[nodiscard]] Result<void> write_bundle_file(TrainedBundle& bundle, const std::string& path);

/// What --models says: "shipped", "none" (null), or the path of a file.
/// errors  as read_bundle_file
[[nodiscard]] Result<std::shared_ptr<const TrainedModels>> chosen_models(const std::string& choice);

}  // namespace forescale
