// The one program of the project: server, demonstration, native client and operator's tools.

#include <sys/stat.h>

#include <csignal>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
    umask(S_IRWXG | S_IRWXO);       // password hashes, keys, messages: for the owner only
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error, not the end
    return holdfast::cli::run_program(argc, argv);
}
