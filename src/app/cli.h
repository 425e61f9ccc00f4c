#pragma once

namespace forescale {

/// Reads the command line and runs the command; returns the exit code.
[[nodiscard]] int run_cli(int argc, char** argv);

}  // namespace forescale
