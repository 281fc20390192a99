#include "server/ops/entitlement.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "core/files/limits.hpp"
#include "server/net/system_environment.hpp"

// `holdfast entitlement show`, `grant` and `withdraw`.

namespace holdfast::cli {
namespace {

constexpr std::int64_t bytes_per_kb = 1000;

struct EntitlementCommand {
    std::string data;
    std::string organization;
    std::vector<std::string> groups;
    bool all_groups = false;
    std::optional<std::int64_t> attachment_kb;
    ops::Terms terms;
    bool json = false;
};

std::string limit_of(std::int64_t value, const char* unit) {
    return value == 0 ? "no limit" : std::to_string(value) + unit;
}

const char* word(bool value) {
    return value ? "yes" : "no";
}

void print(const EntitlementCommand& command, const body::Entitlement& value) {
    if (command.json) {
        std::printf("%s\n", body::encode(value).c_str());
        return;
    }
    std::printf("%s: %s\n",
                command.organization.c_str(),
                std::string(body::entitlement_state_name(value.state)).c_str());
    if (!value.reason.empty()) {
        std::printf(
            "  asked for by %s: %s\n", to_string(value.requested_by).c_str(), value.reason.c_str());
    }
    std::printf("  groups on phones:         %s\n",
                value.groups.empty() ? "all" : std::to_string(value.groups.size()).c_str());
    std::printf("  size of a file:           %s\n",
                limit_of(value.attachment_bytes_max / bytes_per_kb, " kB").c_str());
    std::printf("  phones of a person:       %s\n", limit_of(value.devices_max, "").c_str());
    std::printf("  days without contact:     %s\n", limit_of(value.offline_days_max, "").c_str());
    std::printf("  days of messages:         %s\n", limit_of(value.history_days, "").c_str());
    std::printf("  PIN required:             %s\n", word(value.pin_required));
    std::printf("  messages in Offline Mode: %s\n", word(value.allow_messages));
    std::printf("  turns on by itself:       %s\n", word(value.automatic));
    std::printf("  files of revoked phones:  %s\n", word(value.revoked_may_deliver));
}

Result<> show(const EntitlementCommand& command) {
    HF_TRY(const auto inspection, inspect_data(command.data));
    HF_TRY(const auto value, ops::show_entitlement(inspection->tables(), command.organization));
    print(command, value);
    return {};
}

Result<> grant(const EntitlementCommand& command) {
    HF_TRY(const auto storage, open_data(command.data));
    ops::Terms terms = command.terms;
    if (command.all_groups || !command.groups.empty()) {
        terms.groups = command.groups;
    }
    if (command.attachment_kb) {
        terms.attachment_bytes_max = *command.attachment_kb * bytes_per_kb;
    }
    const net::SystemEnvironment environment;
    HF_TRY(const auto value,
           ops::grant_entitlement(*storage, command.organization, terms, environment.wall()));
    print(command, value);
    return {};
}

Result<> withdraw(const EntitlementCommand& command) {
    HF_TRY(const auto storage, open_data(command.data));
    const net::SystemEnvironment environment;
    HF_TRY(const auto value,
           ops::withdraw_entitlement(*storage, command.organization, environment.wall()));
    print(command, value);
    return {};
}

void add_terms(CLI::App& command, EntitlementCommand& options) {
    constexpr std::int64_t days_max = 3650;
    constexpr std::int64_t devices_max = 100;
    CLI::Option* groups =
        command
            .add_option("--groups", options.groups, "Phones are served these groups alone: codes")
            ->delimiter(',');
    command.add_flag("--all-groups", options.all_groups, "Phones are served all groups")
        ->excludes(groups);
    command.add_option("--attachment-kb", options.attachment_kb, "Size of one file; 0: no limit")
        ->check(CLI::Range(std::int64_t{0}, files::limits::bytes_max / bytes_per_kb));
    command.add_option("--devices", options.terms.devices_max, "Phones of one person; 0: no limit")
        ->check(CLI::Range(std::int64_t{0}, devices_max));
    command
        .add_option("--offline-days",
                    options.terms.offline_days_max,
                    "Days that a phone may work without contact; 0: no limit")
        ->check(CLI::Range(std::int64_t{0}, days_max));
    command
        .add_option("--history-days",
                    options.terms.history_days,
                    "Days that messages stay on phones; 0: no limit")
        ->check(CLI::Range(std::int64_t{0}, days_max));
    command.add_option("--pin", options.terms.pin_required, "A PIN is required: true or false");
    command.add_option(
        "--messages", options.terms.allow_messages, "Messages in Offline Mode: true or false");
    command.add_option("--automatic",
                       options.terms.automatic,
                       "Offline Mode turns on and off by itself: true or false");
    command.add_option("--revoked-files",
                       options.terms.revoked_may_deliver,
                       "Unsent work that a revoked phone has saved to a file is taken: true or "
                       "false");
}

}  // namespace

void add_entitlement(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<EntitlementCommand>();
    CLI::App* command = app.add_subcommand(
        "entitlement", "What an organization has of Offline Mode: show, grant, withdraw");
    command->require_subcommand(1);
    command->add_option("--data", options->data, "Folder of the database")->required();
    const auto add = [&](const char* name, const char* what, auto action) {
        CLI::App* one = command->add_subcommand(name, what)->fallthrough();
        one->add_option("organization", options->organization, "Its code")->required();
        one->add_flag("--json", options->json, "Print it as JSON");
        one->callback(reporting(options, exit_code, action));
        return one;
    };
    add("show", "What was asked for and what is granted", show);
    add_terms(*add("grant", "Grant it, or set its terms: what is not named stays", grant),
              *options);
    add("withdraw",
        "Take it back: phones delete what they keep, and still send what waits",
        withdraw);
}

}  // namespace holdfast::cli
