#pragma once
#include "storage/sqlite/connection.h"

#include <span>
#include <string_view>

namespace forescale::sqlite {

/// One step of the schema. Steps are only ever added at the end: databases in use have the earlier
/// ones, and keep their checksums to prove it.
struct Migration {
    int version;  ///< 1, 2, 3, ...
    std::string_view name;
    std::string_view script;
};

/// All of them, ascending.
[[nodiscard]] std::span<const Migration> migrations();

/// Looks before anything is touched.
/// errors  invalid_argument: newer than the program, or a database of another program; corrupt: an
/// applied step is not the one that this program knows, or damage
[[nodiscard]] Result<void> refuse_unknown(Connection& connection, std::span<const Migration> steps);

/// Brings the database to the newest version, each step in a transaction of its own. Only forward.
/// errors  as refuse_unknown; unavailable
[[nodiscard]] Result<void> migrate(Connection& connection, std::span<const Migration> steps);

/// For reading: what refuse_unknown() refuses, and also an older version, which only an owner may
/// change.
[[nodiscard]] Result<void> check_migrated(Connection& connection, std::span<const Migration> steps);

}  // namespace forescale::sqlite
