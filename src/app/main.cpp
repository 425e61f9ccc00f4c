#include "app/cli.h"

int main(int argc, char** argv) {
    return forescale::run_cli(argc, argv);
}
