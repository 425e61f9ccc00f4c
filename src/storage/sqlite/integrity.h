#pragma once
#include "storage/sqlite/connection.h"

namespace forescale::sqlite {

/// Walks over the pages and rows for at most `bound`. Damage found is an error; damage beyond the
/// bound is met when it is read.
/// errors  corrupt with what was found
[[nodiscard]] Result<void> check_integrity(Connection& connection, Duration bound);

}  // namespace forescale::sqlite
