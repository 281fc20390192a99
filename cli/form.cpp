#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/text_files.hpp"
#include "server/admin/form_lint.hpp"

// `holdfast form lint`.

namespace holdfast::cli {
namespace {

struct LintCommand {
    std::string file;
    std::string data;
};

void print(const LintCommand& command, const admin::LintedForm& form) {
    std::printf("%s: %s, %s on a new device\n",
                form.code.c_str(),
                admin::size_text(form.bytes).c_str(),
                admin::size_text(form.total_bytes).c_str());
    for (const std::string& list : form.lists) {
        std::printf("  %s\n", list.c_str());
    }
    for (const admin::Problem& advice : form.advice) {
        std::printf("  %s:%zu: %s\n", command.file.c_str(), advice.line, advice.text.c_str());
    }
}

int lint(const LintCommand& command) {
    admin::Problems problems;
    const auto done = [&]() -> Result<> {
        HF_TRY(const std::string file, read_text(command.file, ErrorCode::org_invalid));
        std::unique_ptr<storage::Storage> storage;
        if (!command.data.empty()) {
            HF_TRY(storage, open_data(command.data));
        }
        HF_TRY(const auto forms, admin::lint_forms(file, storage.get(), problems));
        for (const admin::LintedForm& form : forms) {
            print(command, form);
        }
        if (forms.empty()) {
            std::puts("There is no form in the file.");
        }
        return {};
    }();
    return done ? exit_done : report_file(done.error(), problems, command.file);
}

}  // namespace

void add_form(CLI::App& app, int& exit_code) {
    auto command = std::make_shared<LintCommand>();
    CLI::App* form = app.add_subcommand("form", "Look at forms before people fill them in");
    form->require_subcommand(1);
    CLI::App* linting = form->add_subcommand(
        "lint", "Say what of a file's forms does not work offline, and how large they are");
    linting->add_option("file", command->file, "The organization file, YAML")->required();
    linting->add_option("--data", command->data, "Folder of a database that has their collections");
    linting->callback([command, &exit_code] { exit_code = lint(*command); });
}

}  // namespace holdfast::cli
