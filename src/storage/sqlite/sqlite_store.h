#pragma once
#include "storage/sqlite/connection.h"
#include "storage/store.h"

#include <memory>
#include <string>

namespace forescale {

/// The tables in one SQLite file with a write-ahead log, owned by one process (`<path>.lock`), read
/// by any. ":memory:" keeps them in memory until the store is gone.
///
/// What write() acknowledged survives the death of the process at any moment (kill -9). A loss of
/// power may cost the turns since the last checkpoint of the log (some seconds to minutes of a
/// fleet's turns), never the database: synchronous = NORMAL, because an fsync for each turn would
/// cost milliseconds and the turns can be made again.
///
/// Opening migrates the schema and looks for damage for at most half a second. A damaged or foreign
/// file is never changed. errors  not_found: read_only, and no such file; conflict: another process
/// owns it (named); corrupt; invalid_argument: the
///         path cannot be used, another program's database, or a newer schema; unavailable: no
///         space
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, OpenMode mode,
                                                         const sqlite::Limits& limits = {});

}  // namespace forescale
