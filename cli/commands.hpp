#pragma once

#include <utility>

#include "core/base/error.hpp"

namespace CLI {
class App;
}

/// The commands of the program. Each add_…() registers one with its options; when it is the one
/// that was asked for it runs while the arguments are parsed, and leaves its exit code in
/// `exit_code`.
namespace holdfast::cli {

/// What scripts act on. Told by `holdfast --help` too.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;       ///< the error is on the standard error, with its code
inline constexpr int exit_usage = 2;        ///< wrong arguments
inline constexpr int exit_unreachable = 3;  ///< no answer in time: again later may work

/// The program: parses the arguments and runs the command; returns its exit code.
[[nodiscard]] int run_program(int argc, const char* const* argv);

/// Prints an error as code, sentence and what to do about it; returns the exit code that fits.
int report(const Error& error);

/// What a command calls back: its action, with the options that `options` points to. Where it fails
/// the error is reported.
template <class Pointer, class Action>
auto reporting(Pointer options, int& exit_code, Action action) {
    return [options = std::move(options), &exit_code, action = std::move(action)] {
        if (const auto done = action(*options); !done) {
            exit_code = report(done.error());
        }
    };
}

void add_serve(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_client(CLI::App& app, int& exit_code);
void add_deliver(CLI::App& app, int& exit_code);
void add_org(CLI::App& app, int& exit_code);          ///< org apply, org export, import
void add_form(CLI::App& app, int& exit_code);         ///< form lint
void add_devices(CLI::App& app, int& exit_code);      ///< devices list, revoke
void add_entitlement(CLI::App& app, int& exit_code);  ///< entitlement show, grant, withdraw
void add_doctor(CLI::App& app, int& exit_code);       ///< doctor, verify
void add_explain(CLI::App& app, int& exit_code);
void add_quarantine(CLI::App& app, int& exit_code);
void add_routine(CLI::App& app, int& exit_code);   ///< routine log, show, rerun
void add_evaluate(CLI::App& app, int& exit_code);  ///< the server's helper, hidden
void add_backup(CLI::App& app, int& exit_code);
void add_restore_mark(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);

}  // namespace holdfast::cli
