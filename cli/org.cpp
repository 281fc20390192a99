#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/text_files.hpp"
#include "server/admin/importing/csv_reader.hpp"
#include "server/admin/importing/import.hpp"
#include "server/admin/org_apply.hpp"
#include "server/admin/org_export.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

// `holdfast org apply`, `holdfast org export` and `holdfast import`.

namespace holdfast::cli {
namespace {

struct OrgCommand {
    std::string file;
    std::string data;
    std::string code;
    bool dry_run = false;
};

struct ImportCommand {
    std::string csv;
    std::string map;
    std::string data;
    std::string refused;
    bool expect = false;
};

/// What is planned for a folder that is not there is planned for an empty one.
Result<std::unique_ptr<storage::Storage>> open_for_apply(const OrgCommand& command) {
    return command.dry_run && !std::filesystem::exists(command.data)
               ? storage::open_sqlite(":memory:")
               : open_or_make_data(command.data);
}

/// A file with errors leaves nothing behind, not even an empty database.
Result<> check_before_making(const OrgCommand& command,
                             Environment& environment,
                             const std::string& file,
                             admin::Problems& problems) {
    if (find_data(command.data)) {
        return {};
    }
    HF_TRY(const auto nothing, storage::open_sqlite(":memory:"));
    const auto checked =
        admin::apply_organization(*nothing, environment, file, {.dry_run = true}, problems);
    return checked ? Result<>() : std::unexpected(checked.error());
}

void print_applied(const OrgCommand& command, const admin::Applied& applied) {
    for (const std::string& line : applied.plan) {
        std::printf("%s\n", line.c_str());
    }
    if (applied.plan.empty() && applied.grants == 0) {
        std::puts("Nothing to change.");
    } else if (command.dry_run) {
        std::printf("%zu changes would be made. Nothing was changed.\n", applied.plan.size());
    } else {
        std::printf("%zu changes were made.\n", applied.plan.size());
    }
    if (!applied.passwords.empty()) {
        std::puts("\nPasswords of the new users. They are not kept anywhere and not shown again:");
    }
    for (const admin::NewPassword& one : applied.passwords) {
        std::printf("%s  %s\n", one.email.c_str(), one.password.c_str());
    }
}

int apply(const OrgCommand& command) {
    admin::Problems problems;
    const auto done = [&]() -> Result<admin::Applied> {
        HF_TRY(const std::string file, read_text(command.file, ErrorCode::org_invalid));
        net::SystemEnvironment environment;
        HF_CHECK(check_before_making(command, environment, file, problems));
        HF_TRY(const auto storage, open_for_apply(command));
        return admin::apply_organization(
            *storage, environment, file, {.dry_run = command.dry_run}, problems);
    }();
    if (!done) {
        return report_file(done.error(), problems, command.file);
    }
    print_applied(command, *done);
    return exit_done;
}

int export_file(const OrgCommand& command) {
    const auto text = [&]() -> Result<std::string> {
        HF_TRY(const auto storage, open_data(command.data));
        return admin::export_organization(*storage, command.code);
    }();
    if (!text) {
        return report(text.error());
    }
    std::fwrite(text->data(), 1, text->size(), stdout);
    return exit_done;
}

/// Writes refused rows as they stood, with line and reason behind them: a file that can be mended,
/// and imported.
class RefusedRows {
public:
    [[nodiscard]] Result<> open(const std::string& path) {
        file_.open(path, std::ios::binary | std::ios::trunc);
        return file_ ? Result<>() : fail(ErrorCode::import_invalid, "cannot write " + path);
    }
    void write(const admin::RefusedRow& row) {
        if (!has_header_) {
            put(row.header, {"Line", "Reason"});
            has_header_ = true;
        }
        put(row.fields, {std::to_string(row.line), row.reason});
    }
    /// Whether everything is in the file.
    [[nodiscard]] bool close() {
        file_.close();
        return !file_.fail();
    }

private:
    void put(std::vector<std::string> fields, const std::array<std::string, 2>& more) {
        fields.insert(fields.end(), more.begin(), more.end());
        file_ << admin::csv_line(fields);
    }
    std::ofstream file_;
    bool has_header_ = false;
};

Result<> import_into(const ImportCommand& command,
                     const admin::ImportMap& map,
                     std::ifstream& csv,
                     admin::Problems& problems) {
    HF_TRY(const auto storage, open_data(command.data));
    admin::ImportOptions options{.file = command.csv};
    options.progress = [](const admin::ImportProgress& progress) {
        std::printf("%zu rows read, %zu added, %zu were there\n",
                    progress.rows,
                    progress.added,
                    progress.present);
        std::fflush(stdout);
        return true;
    };
    RefusedRows refused;
    if (!command.refused.empty()) {
        HF_CHECK(refused.open(command.refused));
        options.refused = [&](const admin::RefusedRow& row) {
            std::printf("%s:%zu: %s\n", command.csv.c_str(), row.line, row.reason.c_str());
            refused.write(row);
        };
    }
    HF_TRY(const admin::ImportProgress done,
           admin::import_table(*storage, map, csv, options, problems));
    if (!command.refused.empty() && !refused.close()) {
        return fail(ErrorCode::import_invalid, "cannot write " + command.refused);
    }
    std::printf("Done: %zu rows, %zu added with %zu messages, %zu were there, %zu refused.\n",
                done.rows,
                done.added,
                done.messages,
                done.present,
                done.refused);
    return {};
}

Result<> run_import(const ImportCommand& command, admin::Problems& problems) {
    HF_TRY(const std::string text, read_text(command.map, ErrorCode::import_invalid));
    const admin::ImportMap map = admin::read_import_map(text, command.map, problems);
    if (!problems.empty()) {
        return std::unexpected(admin::as_error(ErrorCode::import_invalid, problems));
    }
    std::error_code none;
    std::ifstream csv(command.csv, std::ios::binary);
    if (!csv || !std::filesystem::is_regular_file(command.csv, none)) {
        return fail(ErrorCode::import_invalid, "cannot read " + command.csv);
    }
    if (command.expect) {
        return admin::expect_import(
            map,
            csv,
            command.csv,
            [](const std::string& line) { std::puts(line.c_str()); },
            problems);
    }
    if (command.data.empty()) {
        throw CLI::RequiredError("--data");
    }
    return import_into(command, map, csv, problems);
}

void add_import(CLI::App& app, int& exit_code) {
    auto import_command = std::make_shared<ImportCommand>();
    CLI::App* command =
        app.add_subcommand("import", "Make a channel or a task of every row of a CSV file");
    command->add_option("csv", import_command->csv, "The table")->required();
    command->add_option("--map", import_command->map, "How its columns are used, YAML")->required();
    command->add_option("--data", import_command->data, "Folder of the database");
    command->add_option(
        "--refused",
        import_command->refused,
        "Import what can be, and write the other rows with their reasons to a file");
    command->add_flag("--expect",
                      import_command->expect,
                      "Print the messages as JSON lines instead of writing them");
    command->callback([import_command, &exit_code] {
        admin::Problems problems;
        if (const auto done = run_import(*import_command, problems); !done) {
            exit_code = report_file(done.error(), problems, import_command->csv);
        }
    });
}

}  // namespace

void add_org(CLI::App& app, int& exit_code) {
    auto org = std::make_shared<OrgCommand>();
    CLI::App* command = app.add_subcommand("org", "Keep an organization in a file");
    command->require_subcommand(1);
    CLI::App* applying =
        command->add_subcommand("apply", "Bring the organization in line with a file");
    applying->add_option("file", org->file, "The organization file, YAML")->required();
    applying->add_option("--data", org->data, "Folder of the database; made when it is not there")
        ->required();
    applying->add_flag("--dry-run", org->dry_run, "Print what would be changed, change nothing");
    applying->callback([org, &exit_code] { exit_code = apply(*org); });
    CLI::App* exporting =
        command->add_subcommand("export", "Print the organization as a file, without passwords");
    exporting->add_option("--data", org->data, "Folder of the database")->required();
    exporting->add_option("--code", org->code, "Which organization, where there are several");
    exporting->callback([org, &exit_code] { exit_code = export_file(*org); });
    add_import(app, exit_code);
}

}  // namespace holdfast::cli
