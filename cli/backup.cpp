#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "platform/sqlite/copy.hpp"
#include "server/ops/audit.hpp"
#include "server/storage/sqlite/sqlite_inspection.hpp"

// `holdfast backup`.

namespace fs = std::filesystem;

namespace holdfast::cli {
namespace {

struct BackupCommand {
    std::string data;
    std::string target;
};

/// The folder of the backup: new, or empty, or with nothing that it would replace.
Result<fs::path> prepare_target(const BackupCommand& command) {
    std::error_code error;
    HF_TRY(const std::string path, prepare_data(command.target));
    if (fs::exists(path, error)) {
        return fail(ErrorCode::setup_file,
                    "there is a backup already: " + path + "; a backup never replaces another");
    }
    return fs::path(path);
}

/// A copy that cannot be read is no backup: every bucket is compared with its rows.
Result<std::size_t> check_copy(const std::string& path) {
    HF_TRY(const auto inspection, storage::SqliteInspection::open(path));
    HF_TRY(const auto faults, inspection->check_file());
    if (!faults.empty()) {
        return fail(ErrorCode::storage_corrupt, faults.front());
    }
    std::size_t count = 0;
    HF_TRY(const auto organizations, inspection->tables().organizations());
    for (const auto& organization : organizations) {
        HF_TRY(const auto buckets, inspection->tables().buckets_of(organization.id));
        for (const auto& record : buckets) {
            HF_TRY(const auto audit, ops::audit_bucket(inspection->tables(), record));
            if (!audit.faults.empty()) {
                return fail(ErrorCode::storage_corrupt,
                            ops::describe(record.bucket) + ": " + audit.faults.front());
            }
            ++count;
        }
    }
    return count;
}

Result<std::size_t> copy_and_check(const std::string& from, const std::string& part) {
    HF_TRY(auto original, sqlite::Database::open({.path = from, .vfs = {}, .read_only = true}));
    HF_CHECK(sqlite::copy_database(original, part));
    return check_copy(part);
}

void remove_part(const fs::path& part) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        fs::remove(part.string() + suffix, ignored);
    }
}

Result<> back_up(const BackupCommand& command) {
    HF_TRY(const std::string from, find_data(command.data));
    HF_TRY(const fs::path target, prepare_target(command));
    // It gets its name when it is whole: what is called holdfast.db is a backup.
    const fs::path part = target.string() + ".part";
    remove_part(part);
    const auto buckets = copy_and_check(from, part.string());
    std::error_code error;
    if (buckets) {
        fs::rename(part, target, error);
    }
    remove_part(part);
    if (!buckets) {
        fs::remove(command.target, error);  // only where it is empty
        return std::unexpected(buckets.error());
    }
    if (error) {
        return fail(ErrorCode::setup_file, target.string() + ": " + error.message());
    }
    std::printf("%s: %ju bytes, %zu buckets, checked\n",
                target.c_str(),
                static_cast<std::uintmax_t>(fs::file_size(target, error)),
                *buckets);
    return {};
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<BackupCommand>();
    CLI::App* command = app.add_subcommand(
        "backup", "Copy a server's data, as it is at one moment, while the server runs");
    command->add_option("target", options->target, "Folder for the copy; made, and for one only")
        ->required();
    command->add_option("--data", options->data, "Folder of the database")->required();
    command->callback(reporting(options, exit_code, back_up));
}

}  // namespace holdfast::cli
