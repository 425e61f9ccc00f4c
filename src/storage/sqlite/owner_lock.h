#pragma once
#include "base/error.h"
#include "base/file.h"

#include <string>
#include <utility>

namespace forescale::sqlite {

/// The right to write one database: an advisory lock on the side file `<database>.lock`, which
/// names the process that holds it. The kernel releases it when the process ends, however it ends.
/// The side file stays: removing it would let two processes lock two files of one name.
class OwnerLock {
public:
    /// errors  conflict: another process has it (names its id); unavailable, invalid_argument: the
    /// side file cannot be written
    [[nodiscard]] static Result<OwnerLock> take(const std::string& database);

private:
    explicit OwnerLock(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

}  // namespace forescale::sqlite
