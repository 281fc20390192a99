#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"

namespace holdfast::cli {
namespace {

void add_commands(CLI::App& app, int& exit_code) {
    app.require_subcommand(1);
    app.set_version_flag("--version", "holdfast " HOLDFAST_VERSION);
    app.footer(
        "Exit codes: 0 done; 1 failed, with the error's code on the standard error; 2 wrong "
        "arguments;\n"
        "3 no answer from the server in time, which may work later.");
    add_serve(app, exit_code);
    add_demo(app, exit_code);
    add_client(app, exit_code);
    add_deliver(app, exit_code);
    add_org(app, exit_code);
    add_form(app, exit_code);
    add_entitlement(app, exit_code);
    add_devices(app, exit_code);
    add_doctor(app, exit_code);
    add_explain(app, exit_code);
    add_quarantine(app, exit_code);
    add_routine(app, exit_code);
    add_backup(app, exit_code);
    add_restore_mark(app, exit_code);
    add_replay(app, exit_code);
    add_evaluate(app, exit_code);
    app.add_subcommand("version", "Print the version")->callback([] {
        std::puts("holdfast " HOLDFAST_VERSION);
    });
}

}  // namespace

int run_program(int argc, const char* const* argv) {
    int exit_code = exit_done;
    CLI::App app("Holdfast: a workplace app that goes on working without a connection.",
                 "holdfast");
    add_commands(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool is_unknown = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
                                app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-';
        if (is_unknown) {
            std::fprintf(stderr, "There is no command \"%s\".\n", argv[1]);
        }
        return app.exit(error) == 0 ? exit_done : exit_usage;
    }
    return exit_code;
}

}  // namespace holdfast::cli
