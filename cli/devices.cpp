#include "server/ops/devices.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/time_text.hpp"
#include "core/model/json.hpp"

// `holdfast devices list` and `revoke`.

namespace holdfast::cli {
namespace {

struct DevicesCommand {
    std::string data;
    std::string person;
    DeviceNumber number = 0;
    bool json = false;
};

const char* state_of(const ops::KnownDevice& device) {
    if (device.record.revoked) {
        return "revoked";
    }
    return device.signed_in ? "signed in" : "signed out";
}

Result<> list(const DevicesCommand& command) {
    HF_TRY(const auto inspection, inspect_data(command.data));
    HF_TRY(const auto devices, ops::list_devices(inspection->tables(), command.person));
    for (const ops::KnownDevice& device : devices) {
        const bool is_phone = device.record.device_class == wire::DeviceClass::mobile;
        if (command.json) {
            const nlohmann::json line{{"number", device.record.number},
                                      {"name", device.record.name},
                                      {"class", is_phone ? "mobile" : "desktop"},
                                      {"seen_at", device.record.seen_at.ms},
                                      {"state", state_of(device)}};
            std::printf("%s\n", json::dump(line).c_str());
        } else {
            std::printf("%u  %s  %s  seen %s  %s\n",
                        device.record.number,
                        is_phone ? "phone" : "computer",
                        state_of(device),
                        time_text(device.record.seen_at, TimeZone::utc).c_str(),
                        device.record.name.c_str());
        }
    }
    return {};
}

Result<> revoke(const DevicesCommand& command) {
    HF_TRY(const auto storage, open_data(command.data));
    HF_CHECK(ops::revoke_device(*storage, command.person, command.number));
    std::printf("device %u is revoked: it deletes what it has at the next contact\n",
                command.number);
    return {};
}

}  // namespace

void add_devices(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<DevicesCommand>();
    CLI::App* command =
        app.add_subcommand("devices", "The devices of a person: list them, take one away");
    command->require_subcommand(1);
    command->add_option("--data", options->data, "Folder of the database")->required();
    const auto add = [&](const char* name, const char* what, auto action) {
        CLI::App* one = command->add_subcommand(name, what)->fallthrough();
        one->add_option("person", options->person, "E-mail address or id")->required();
        one->callback(reporting(options, exit_code, action));
        return one;
    };
    add("list", "Their numbers, and when each was seen last", list)
        ->add_flag("--json", options->json, "Print JSON lines");
    add("revoke", "End its sessions: it deletes what the server has sent it", revoke)
        ->add_option("device", options->number, "Its number")
        ->required();
}

}  // namespace holdfast::cli
