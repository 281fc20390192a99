#include "server/ops/doctor.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/device.hpp"
#include "cli/replica_check.hpp"
#include "server/net/system_environment.hpp"
#include "server/ops/audit.hpp"

// `holdfast doctor` and `holdfast verify`.

namespace holdfast::cli {
namespace {

struct CheckCommand {
    std::string data;
    std::string device;
    bool json = false;
};

const char* grade_name(ops::Grade grade) {
    switch (grade) {
        case ops::Grade::good:
            return "good";
        case ops::Grade::warning:
            return "warning";
        case ops::Grade::bad:
            break;
    }
    return "bad";
}

void print_json(const Json& json) {
    std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

int print_findings(const ops::Findings& findings, bool as_json) {
    const bool sound = ops::is_sound(findings);
    if (as_json) {
        Json list = Json::array();
        for (const ops::Finding& one : findings) {
            list.push_back(
                {{"check", one.check}, {"grade", grade_name(one.grade)}, {"text", one.text}});
        }
        print_json({{"sound", sound}, {"findings", std::move(list)}});
    } else {
        for (const ops::Finding& one : findings) {
            std::printf(
                "%-8s %-12s %s\n", grade_name(one.grade), one.check.c_str(), one.text.c_str());
        }
        std::puts(sound ? "The data folder is sound." : "The data folder is not sound.");
    }
    return sound ? exit_done : exit_failed;
}

int examine(const CheckCommand& command) {
    ops::Findings findings = ops::examine_folder(command.data, database_name);
    if (find_data(command.data)) {
        const auto inspection = inspect_data(command.data);
        if (inspection) {
            const ops::Findings more =
                ops::examine_database(**inspection, net::SystemEnvironment().wall());
            findings.insert(findings.end(), more.begin(), more.end());
        } else {
            findings.push_back({ops::Grade::bad,
                                "file",
                                std::string(error_name(inspection.error().code)) + ": " +
                                    inspection.error().detail + "."});
        }
    }
    return print_findings(findings, command.json);
}

/// The server's buckets against their rows.
Result<Json> verify_buckets(storage::Inspection& inspection, bool& sound) {
    Json list = Json::array();
    HF_TRY(const auto organizations, inspection.tables().organizations());
    for (const auto& organization : organizations) {
        HF_TRY(const auto buckets, inspection.tables().buckets_of(organization.id));
        for (const auto& record : buckets) {
            HF_TRY(const auto audit, ops::audit_bucket(inspection.tables(), record));
            sound = sound && audit.faults.empty();
            list.push_back({{"bucket", std::to_string(record.bucket.id.value)},
                            {"of", ops::describe(record.bucket)},
                            {"version", record.bucket.version},
                            {"rows", record.bucket.rows},
                            {"sum", ops::print(record.bucket.sum)},
                            {"faults", audit.faults}});
        }
    }
    return list;
}

Result<Json> verify_device(storage::Inspection& inspection,
                           const std::string& folder,
                           bool& sound) {
    HF_TRY(const ReplicaCheck check, check_replica(inspection, folder));
    Json list = Json::array();
    for (const ReplicaFinding& one : check.findings) {
        sound = sound && !one.is_fault();
        list.push_back({{"bucket", std::to_string(one.head.id.value)},
                        {"of", ops::describe(one.head)},
                        {"state", state_name(one.state)},
                        {"text", one.text}});
    }
    return Json{{"user", to_string(check.user)},
                {"device", check.device},
                {"waiting", check.waiting},
                {"buckets", std::move(list)}};
}

void print_buckets(const Json& buckets) {
    std::size_t faulty = 0;
    for (const Json& one : buckets) {
        for (const Json& fault : one["faults"]) {
            std::printf(
                "%s: %s\n", one["of"].get<std::string>().c_str(), fault.get<std::string>().c_str());
        }
        faulty += one["faults"].empty() ? 0 : 1;
    }
    std::printf(
        "server: %zu buckets, %zu of them not what their rows come to\n", buckets.size(), faulty);
}

void print_device(const Json& device) {
    std::size_t same = 0;
    for (const Json& one : device["buckets"]) {
        if (one["state"] == "same") {
            ++same;
            continue;
        }
        std::printf("%-12s %s: %s\n",
                    one["state"].get<std::string>().c_str(),
                    one["of"].get<std::string>().c_str(),
                    one["text"].get<std::string>().c_str());
    }
    std::printf("device %u of user %s: %zu of %zu buckets are the server's; %zu intents wait\n",
                device["device"].get<unsigned>(),
                device["user"].get<std::string>().c_str(),
                same,
                device["buckets"].size(),
                device["waiting"].get<std::size_t>());
}

Result<int> verify(const CheckCommand& command) {
    HF_TRY(const auto inspection, inspect_data(command.data));
    bool sound = true;
    HF_TRY(Json buckets, verify_buckets(*inspection, sound));
    Json device;
    if (!command.device.empty()) {
        HF_TRY(device, verify_device(*inspection, command.device, sound));
    }
    if (command.json) {
        Json all{{"sound", sound}, {"server", std::move(buckets)}};
        if (!device.is_null()) {
            all["device"] = std::move(device);
        }
        print_json(all);
    } else {
        print_buckets(buckets);
        if (!device.is_null()) {
            print_device(device);
        }
        std::puts(sound ? "Everything agrees." : "Not everything agrees.");
    }
    return sound ? exit_done : exit_failed;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
    auto examined = std::make_shared<CheckCommand>();
    CLI::App* doctor =
        app.add_subcommand("doctor", "Say whether a server's data folder is sound; change nothing");
    doctor->add_option("--data", examined->data, "Folder of the database")->required();
    doctor->add_flag("--json", examined->json, "Print the findings as JSON");
    doctor->callback([examined, &exit_code] { exit_code = examine(*examined); });

    auto verified = std::make_shared<CheckCommand>();
    CLI::App* verifying = app.add_subcommand(
        "verify", "Recompute the sums of all buckets, and compare a device with the server");
    verifying->add_option("--data", verified->data, "Folder of the database")->required();
    verifying->add_option(
        "--device", verified->device, "Data folder of a `holdfast client` to compare");
    verifying->add_flag("--json", verified->json, "Print every bucket as JSON");
    verifying->callback([verified, &exit_code] {
        const auto done = verify(*verified);
        exit_code = done ? *done : report(done.error());
    });
}

}  // namespace holdfast::cli
