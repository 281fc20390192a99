// The one program of the project: server, demonstration, native client and operator's tools.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
    using namespace holdfast::cli;
    int exit_code = exit_done;
    CLI::App app("Holdfast: a workplace app that goes on working without a connection.",
                 "holdfast");
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done; 1 failed, with the error's code on the standard error; 2 wrong "
        "arguments;\n"
        "3 no answer from the server in time, which may work later.");
    add_serve(app, exit_code);
    add_demo(app, exit_code);
    add_client(app, exit_code);
    add_org(app, exit_code);
    app.add_subcommand("version", "Print the version")->callback([] {
        std::puts("holdfast " HOLDFAST_VERSION);
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_done : exit_usage;
    }
    return exit_code;
}
