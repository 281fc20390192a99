#include "server/ops/quarantine.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/device.hpp"
#include "server/net/system_environment.hpp"

// `holdfast quarantine list`, `show` and `replay`.

namespace holdfast::cli {
namespace {

struct QuarantineCommand {
    std::string data;
    std::string intent;  ///< empty: all
    bool json = false;
};

const char* status_name(OutcomeStatus status) {
    switch (status) {
        case OutcomeStatus::applied:
            return "applied";
        case OutcomeStatus::adjusted:
            return "adjusted";
        case OutcomeStatus::rejected:
            return "rejected";
        case OutcomeStatus::later:
            break;
    }
    return "later";
}

std::string kind_of(const Intent& intent) {
    const std::string_view name = intent_name(intent.kind);
    return name.empty() ? "kind " + std::to_string(static_cast<int>(intent.kind))
                        : std::string(name);
}

/// What an operator is told of an outcome: "applied", "rejected: intent.gone".
std::string print(const Outcome& outcome) {
    std::string text = status_name(outcome.status);
    if (outcome.code != ErrorCode::none) {
        text += ": " + std::string(error_name(outcome.code));
    }
    return text;
}

Json to_json(const ops::QuarantineEntry& entry, bool whole) {
    const Intent& intent = entry.kept.intent;
    Json json{{"intent", to_string(intent.id)},
              {"user", to_string(entry.kept.user)},
              {"kind", kind_of(intent)},
              {"version", intent.version},
              {"lane", to_string(intent.lane)},
              {"why", error_name(entry.kept.why)},
              {"bytes", intent.args.size()}};
    if (entry.outcome) {
        json["outcome"] = print(*entry.outcome);
    }
    if (whole) {
        json["claimed_at"] = intent.claimed_at.ms;
        json["args"] = intent.args;
    }
    return json;
}

void print_line(const ops::QuarantineEntry& entry) {
    const Intent& intent = entry.kept.intent;
    std::printf("%-20s  user %-20s  %s, version %u  %zu bytes  %s%s\n",
                to_string(intent.id).c_str(),
                to_string(entry.kept.user).c_str(),
                kind_of(intent).c_str(),
                intent.version,
                intent.args.size(),
                std::string(error_name(entry.kept.why)).c_str(),
                entry.outcome ? (", since " + print(*entry.outcome)).c_str() : "");
}

Result<std::optional<Id>> wanted_intent(const QuarantineCommand& command) {
    if (command.intent.empty()) {
        return std::nullopt;
    }
    const auto id = parse_id(command.intent);
    if (!id) {
        return fail(ErrorCode::tool_not_found, "not the id of an intent: " + command.intent);
    }
    return id;
}

void dump(const Json& json) {
    std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

Result<> list(const QuarantineCommand& command) {
    HF_TRY(const auto inspection, inspect_data(command.data));
    HF_TRY(const auto entries, ops::list_quarantine(inspection->tables()));
    if (command.json) {
        Json all = Json::array();
        for (const auto& entry : entries) {
            all.push_back(to_json(entry, false));
        }
        dump(all);
        return {};
    }
    std::ranges::for_each(entries, print_line);
    std::printf("%zu in quarantine\n", entries.size());
    return {};
}

Result<> show(const QuarantineCommand& command) {
    HF_TRY(const auto wanted, wanted_intent(command));
    HF_TRY(const auto inspection, inspect_data(command.data));
    HF_TRY(const auto entries, ops::list_quarantine(inspection->tables()));
    Json all = Json::array();
    for (const auto& entry : entries) {
        if (entry.kept.intent.id == wanted) {
            all.push_back(to_json(entry, true));
        }
    }
    if (all.empty()) {
        return fail(ErrorCode::tool_not_found,
                    "intent " + command.intent + " is not in quarantine");
    }
    dump(all);
    return {};
}

/// Returns the exit code: failed where one stays in quarantine.
Result<int> replay(const QuarantineCommand& command) {
    HF_TRY(const auto wanted, wanted_intent(command));
    HF_TRY(const auto storage, open_data(command.data));
    net::SystemEnvironment environment;
    HF_TRY(const auto replayed, ops::replay_quarantine(*storage, environment, wanted));
    int exit_code = exit_done;
    for (const ops::Replayed& one : replayed) {
        std::printf("%s  %s%s%s\n",
                    to_string(one.intent).c_str(),
                    print(one.outcome).c_str(),
                    one.outcome.replayed ? ", as was decided before" : "",
                    one.kept ? "; it stays in quarantine" : "");
        exit_code = one.kept ? exit_failed : exit_code;
    }
    std::printf("%zu sent again\n", replayed.size());
    return exit_code;
}

}  // namespace

void add_quarantine(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<QuarantineCommand>();
    CLI::App* command = app.add_subcommand(
        "quarantine", "Intents that the server did not understand: look at them, send them again");
    command->require_subcommand(1);
    command->add_option("--data", options->data, "Folder of the database")->required();
    const auto run = [&](auto action) { return reporting(options, exit_code, action); };
    CLI::App* listing = command->add_subcommand("list", "One line for each")->fallthrough();
    listing->add_flag("--json", options->json, "Print them as JSON");
    listing->callback(run(list));
    CLI::App* showing =
        command->add_subcommand("show", "One whole, with what people wrote, as JSON")
            ->fallthrough();
    showing->add_option("intent", options->intent, "Its id")->required();
    showing->callback(run(show));
    CLI::App* replaying =
        command
            ->add_subcommand("replay",
                             "Send them again: the rules run against today's state, once for ever")
            ->fallthrough();
    replaying->add_option("intent", options->intent, "One of them; all where it is left out");
    replaying->callback([options, &exit_code] {
        const auto done = replay(*options);
        exit_code = done ? *done : report(done.error());
    });
}

}  // namespace holdfast::cli
