#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/device.hpp"
#include "server/net/system_environment.hpp"
#include "server/ops/routines.hpp"

// `holdfast routine log`, `show` and `rerun`.

namespace holdfast::cli {
namespace {

struct RoutineCommand {
    std::string data;
    std::string run;
    bool failed = false;
    bool open = false;
    std::string text;
    std::size_t limit = 100;
    bool json = false;
};

const char* state_name(storage::RunState state) {
    switch (state) {
        case storage::RunState::open:
            return "open";
        case storage::RunState::done:
            return "done";
        case storage::RunState::failed:
            break;
    }
    return "failed";
}

/// JSON that is stored as text; null where it is none.
Json stored(const std::string& text) {
    Json value = Json::parse(text, nullptr, false);
    return value.is_discarded() ? Json(nullptr) : value;
}

Json to_json(const storage::RunRecord& run) {
    Json json{{"run", to_string(run.id)},
              {"routine", run.routine},
              {"state", state_name(run.state)},
              {"user", to_string(run.user)},
              {"task", to_string(run.task)},
              {"queued_at", run.queued_at.ms}};
    if (run.state == storage::RunState::open) {
        json["due_at"] = run.due_at.ms;
        json["attempts"] = run.attempts;
    } else {
        json["ended_at"] = run.ended_at.ms;
        json["took_ms"] = run.ended_at.ms - run.queued_at.ms;
    }
    if (run.state == storage::RunState::failed) {
        json["stage"] = run.stage;
        json["code"] = error_name(run.code);
        json["params"] = stored(run.detail);
    }
    if (run.again) {
        json["again"] = to_string(run.again);
    }
    return json;
}

Json to_json(const storage::RunEntry& entry) {
    Json json = stored(entry.entry);
    if (!json.is_object()) {
        json = Json::object();
    }
    json["at"] = entry.at.ms;
    if (entry.code != ErrorCode::none) {
        json["code"] = error_name(entry.code);
        json["params"] = stored(entry.detail);
    }
    return json;
}

void dump(const Json& json) {
    std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

void print_line(const storage::RunRecord& run) {
    std::string text = state_name(run.state);
    if (run.state == storage::RunState::failed) {
        text += ": " + std::string(error_name(run.code));
        text += run.stage.empty() ? "" : " in " + run.stage;
        text += run.detail.empty() ? "" : " " + run.detail;
    }
    std::printf("%-20s  %-24s  %s\n", to_string(run.id).c_str(), run.routine.c_str(), text.c_str());
}

Result<Id> wanted_run(const RoutineCommand& command) {
    const auto id = parse_id(command.run);
    if (!id) {
        return fail(ErrorCode::tool_not_found, "not the id of a run: " + command.run);
    }
    return *id;
}

Result<> log(const RoutineCommand& command) {
    HF_TRY(const auto inspection, inspect_data(command.data));
    ops::RunFilter filter{.text = command.text, .limit = command.limit};
    if (command.failed || command.open) {
        filter.state = command.failed ? storage::RunState::failed : storage::RunState::open;
    }
    HF_TRY(const auto runs, ops::list_runs(inspection->tables(), filter));
    if (command.json) {
        Json all = Json::array();
        for (const storage::RunRecord& run : runs) {
            all.push_back(to_json(run));
        }
        dump(all);
        return {};
    }
    for (const storage::RunRecord& run : runs) {
        print_line(run);
    }
    std::printf("%zu runs\n", runs.size());
    return {};
}

Result<> show(const RoutineCommand& command) {
    HF_TRY(const Id run, wanted_run(command));
    HF_TRY(const auto inspection, inspect_data(command.data));
    HF_TRY(const ops::RunStory story, ops::tell_run(inspection->tables(), run));
    Json json = to_json(story.run);
    json["context"] = stored(story.run.context);
    json["stages"] = Json::array();
    for (const storage::RunEntry& entry : story.entries) {
        json["stages"].push_back(to_json(entry));
    }
    dump(json);
    return {};
}

Result<> rerun(const RoutineCommand& command) {
    HF_TRY(const Id run, wanted_run(command));
    HF_TRY(const auto storage, open_data(command.data));
    const net::SystemEnvironment environment;
    HF_TRY(const storage::RunRecord again, ops::run_again(*storage, environment, run));
    std::printf("%s  queued again as %s\n", again.routine.c_str(), to_string(again.id).c_str());
    return {};
}

}  // namespace

void add_routine(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<RoutineCommand>();
    CLI::App* command = app.add_subcommand(
        "routine", "What routines have done in the last 7 days, why one failed, and again");
    command->require_subcommand(1);
    command->add_option("--data", options->data, "Folder of the database")->required();
    const auto run = [&](auto action) { return reporting(options, exit_code, action); };
    CLI::App* logging =
        command->add_subcommand("log", "One line for each run, newest first")->fallthrough();
    CLI::Option* failed = logging->add_flag("--failed", options->failed, "Only those that failed");
    logging->add_flag("--open", options->open, "Only those that have not ended")->excludes(failed);
    logging->add_option("--search", options->text, "Only those with this text");
    logging->add_option("--limit", options->limit, "At most so many")->capture_default_str();
    logging->add_flag("--json", options->json, "Print them as JSON");
    logging->callback(run(log));
    CLI::App* showing =
        command
            ->add_subcommand(
                "show", "One with its stages and what it saw, as JSON: people's words are in it")
            ->fallthrough();
    showing->add_option("run", options->run, "Its id")->required();
    showing->callback(run(show));
    CLI::App* again =
        command
            ->add_subcommand("rerun",
                             "Run one again from its first stage, as the routine is defined now")
            ->fallthrough();
    again->add_option("run", options->run, "Its id")->required();
    again->callback(run(rerun));
}

}  // namespace holdfast::cli
