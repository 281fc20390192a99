#include "server/admin/demo.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/lan.hpp"
#include "server/auth/passwords.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::cli {
namespace {

struct DemoCommand {
    std::string data = "var/demo";
    std::string app = "app/dist";
    std::uint16_t port = 8080;
    bool lan = false;
    std::string log_level = "warning";
};

/// The demonstration organization, at the first start. The storage is closed again when it is
/// there.
Result<> make_organization(const std::string& data) {
    HF_TRY(const std::string path, prepare_data(data));
    HF_TRY(const auto storage, storage::open_sqlite(path));
    HF_TRY(const auto organizations, storage->organizations());
    if (!organizations.empty()) {
        return {};
    }
    std::puts("Making the demonstration organization...");
    std::fflush(stdout);
    HF_TRY(std::string hash, auth::hash_password(admin::demo_password));
    return admin::create_demo(
        *storage, {.password_hash = std::move(hash), .now = net::SystemEnvironment().wall()});
}

void print_accounts() {
    std::printf(
        "\nSign in as\n"
        "  ana@northfield.example           operations manager, administrator\n"
        "  bruno@northfield.example         night shift\n"
        "  carla@northfield.example         staff\n"
        "  emma.okafor@northfield.example   auditor: reads, writes nothing\n"
        "each with the password %s\n",
        admin::demo_password);
}

void print_addresses(const DemoCommand& demo,
                     const std::vector<std::string>& addresses,
                     std::uint16_t port) {
    const char* scheme = demo.lan ? "https" : "http";
    std::printf("\nHoldfast runs at %s://localhost:%u\n", scheme, port);
    print_accounts();
    for (const std::string& address : addresses) {
        const std::string url = "https://" + address + ":" + std::to_string(port);
        std::printf(
            "\nOn a phone in the same network: %s\n\n%s", url.c_str(), draw_qr_code(url).c_str());
    }
    if (demo.lan) {
        std::puts(
            "\nThe certificate is signed by this machine only: the browser asks whether to trust "
            "it.\n"
            "Until it is installed on the phone, the browser may not keep the app for use without "
            "a\n"
            "connection: copy tls.crt of the data folder to the phone and install it as a CA "
            "certificate.");
    }
    std::puts("\nCtrl+C ends it. What was written stays in the data folder.");
    std::fflush(stdout);
}

Result<> run_demo(const DemoCommand& demo) {
    Host host;
    HF_CHECK(make_organization(demo.data));
    HostOptions options;
    options.data_folder = demo.data;
    options.app_folder = demo.app;
    options.listen_address = demo.lan ? "0.0.0.0" : "127.0.0.1";
    options.port = demo.port;
    options.log_level = demo.log_level;
    std::vector<std::string> addresses;
    if (demo.lan) {
        addresses = lan_addresses();
        std::vector<std::string> names = addresses;
        names.insert(names.end(), {"localhost", "127.0.0.1"});
        HF_TRY(options.tls, net::ensure_self_signed(demo.data, names));
    }
    return host.run(options, [&](std::uint16_t port) { print_addresses(demo, addresses, port); });
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
    auto demo = std::make_shared<DemoCommand>();
    CLI::App* command =
        app.add_subcommand("demo", "Try it out: a server with an organization of 60 people");
    command->add_option("--data", demo->data, "Folder of the database")->capture_default_str();
    command->add_option("--app", demo->app, "Folder of the built app; \"\" for none")
        ->capture_default_str();
    command->add_option("--port", demo->port, "Port; 0: any")->capture_default_str();
    command->add_flag("--lan", demo->lan, "Let phones of the same network in, over HTTPS");
    command->add_option("--log-level", demo->log_level, "debug, info, warning, error or off")
        ->capture_default_str()
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
    command->callback([demo, &exit_code] {
        if (const auto done = run_demo(*demo); !done) {
            exit_code = report(done.error());
        }
    });
}

}  // namespace holdfast::cli
