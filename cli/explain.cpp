#include "server/ops/explain.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/device.hpp"

// `holdfast explain`.

namespace holdfast::cli {
namespace {

struct ExplainCommand {
    std::string data;
    std::string user;
    std::string row;
    bool json = false;
};

const char* sentence(ops::Verdict verdict) {
    switch (verdict) {
        case ops::Verdict::sees:
            return "The user sees it.";
        case ops::Verdict::hidden:
            return "The user does not see it.";
        case ops::Verdict::deleted:
            return "Nobody sees it any more.";
        case ops::Verdict::never_made:
            break;
    }
    return "There is nothing to see.";
}

Json to_json(const ops::Explanation& explanation) {
    Json steps = Json::array();
    for (const ops::Step& step : explanation.steps) {
        steps.push_back({{"holds", step.holds}, {"code", step.code}, {"text", step.text}});
    }
    return {{"row", explanation.row},
            {"verdict", ops::verdict_name(explanation.verdict)},
            {"steps", std::move(steps)}};
}

void print(const ops::Explanation& explanation) {
    std::printf("%s\n", explanation.row.c_str());
    for (const ops::Step& step : explanation.steps) {
        std::printf("  %s %s\n", step.holds ? "yes" : "no ", step.text.c_str());
    }
    std::printf("  => %s\n", sentence(explanation.verdict));
}

Result<> explain(const ExplainCommand& command) {
    HF_TRY(const auto inspection, inspect_data(command.data));
    HF_TRY(const Id user, ops::find_user(inspection->tables(), command.user));
    HF_TRY(const Id row, ops::find_row_id(inspection->tables(), user, command.row));
    HF_TRY(const auto explanations, ops::explain(*inspection, user, row));
    if (command.json) {
        Json list = Json::array();
        std::ranges::transform(explanations, std::back_inserter(list), to_json);
        std::printf("%s\n",
                    Json{{"user", to_string(user)}, {"rows", std::move(list)}}
                        .dump(2, ' ', false, Json::error_handler_t::replace)
                        .c_str());
        return {};
    }
    std::ranges::for_each(explanations, print);
    return {};
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
    auto explained = std::make_shared<ExplainCommand>();
    CLI::App* command =
        app.add_subcommand("explain", "Say why a user sees a row, or does not; change nothing");
    command->add_option("user", explained->user, "E-mail address or id")->required();
    command
        ->add_option("row", explained->row, "Id of any row; or code or name of a group or channel")
        ->required();
    command->add_option("--data", explained->data, "Folder of the database")->required();
    command->add_flag("--json", explained->json, "Print the steps as JSON");
    command->callback(reporting(explained, exit_code, explain));
}

}  // namespace holdfast::cli
