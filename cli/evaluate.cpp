#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "server/evaluate/process.hpp"

namespace holdfast::cli {

/// Nobody types it: the server begins itself anew with it (docs/decisions/0023).
void add_evaluate(CLI::App& app, int& exit_code) {
    app.add_subcommand("evaluate", "Evaluate expressions of routines for a server")
        ->group("")
        ->callback([&exit_code] { exit_code = evaluate::serve(); });
}

}  // namespace holdfast::cli
