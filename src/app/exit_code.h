#pragma once
#include "base/error.h"

namespace forescale {

/// What the process says to the shell; documented in every --help.
enum class ExitCode : std::uint8_t {
    ok = 0,
    failed = 1,  ///< the command ran, and its answer is no: the configuration has problems, the
                 ///< audit trail is broken
    usage = 2,   ///< wrong flags, input or configuration; nothing was changed
    unavailable = 3,  ///< a file, port, database or target could not be used now
    corrupt = 4,      ///< stored data fails its own check; nothing was written
};

[[nodiscard]] constexpr ExitCode exit_code_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
        case Errc::not_found:
            return ExitCode::usage;
        case Errc::unavailable:
        case Errc::conflict:
            return ExitCode::unavailable;
        case Errc::corrupt:
            return ExitCode::corrupt;
    }
    return ExitCode::failed;
}

}  // namespace forescale
