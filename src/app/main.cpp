#include "app/cli.h"
#include "base/log.h"

int main(int argc, char** argv) {
    const int exit_code = forescale::run_cli(argc, argv);
    forescale::log::flush();
    return exit_code;
}
