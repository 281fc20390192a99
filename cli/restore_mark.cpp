#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "server/net/system_environment.hpp"
#include "server/services/history.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::cli {
namespace {

Result<> restore_mark(const std::string& folder) {
    const auto path = std::filesystem::path(folder) / "holdfast.db";
    if (!std::filesystem::exists(path)) {
        return fail(ErrorCode::storage_failed, path.string() + " is not there");
    }
    HF_TRY(const auto storage, storage::open_sqlite(path.string()));
    net::SystemEnvironment environment;
    HF_CHECK(services::renew_history(*storage, environment));
    std::puts(
        "Every bucket has a new epoch: devices compare their rows when they come back,\n"
        "and send again what they were told was done.");
    return {};
}

}  // namespace

void add_restore_mark(CLI::App& app, int& exit_code) {
    auto folder = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand(
        "restore-mark",
        "Say to a database that it was restored from a backup, before it is served again.\n"
        "`serve` notices that by itself, unless the file `history` beside it was lost or restored "
        "too");
    command->add_option("--data", *folder, "Folder of the database")->required();
    command->callback(reporting(folder, exit_code, restore_mark));
}

}  // namespace holdfast::cli
