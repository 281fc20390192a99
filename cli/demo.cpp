#include "server/admin/demo/demo.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/host.hpp"
#include "cli/lan.hpp"
#include "server/auth/passwords.hpp"
#include "server/net/system_environment.hpp"

namespace holdfast::cli {
namespace {

struct DemoCommand {
    std::string data = "var/demo";
    std::string app = "app/dist";
    std::uint16_t port = 8080;
    std::size_t assets = admin::DemoOptions{}.assets;
    std::size_t tasks = admin::DemoOptions{}.tasks;
    bool lan = false;
    std::string log_level = "warning";
    HostOptions host;  ///< where forms may take choices from
};

/// The demonstration organization, at the first start. The storage is closed again when it is
/// there.
Result<> make_organization(const DemoCommand& demo) {
    HF_TRY(const auto storage, open_or_make_data(demo.data));
    HF_TRY(const auto organizations, storage->organizations());
    if (!organizations.empty()) {
        return {};
    }
    std::puts("Making the demonstration organization...");
    std::fflush(stdout);
    HF_TRY(std::string hash, auth::hash_password(admin::demo_password));
    return admin::create_demo(*storage,
                              {.password_hash = std::move(hash),
                               .now = net::SystemEnvironment().wall(),
                               .assets = demo.assets,
                               .tasks = demo.tasks});
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
    const QrStyle style = isatty(STDOUT_FILENO) == 1 ? QrStyle::colored : QrStyle::plain;
    for (const std::string& address : addresses) {
        const std::string url = lan_url(address, port);
        std::printf("\nOn a phone in the same network: %s\n\n%s",
                    url.c_str(),
                    draw_qr_code(url, style).c_str());
    }
    if (demo.lan && addresses.empty()) {
        std::puts("\nThis machine has no address in a network: no phone can reach it.");
    }
    if (demo.lan) {
        std::printf(
            "\nThe certificate is this machine's own: the browser asks whether to trust "
            "it. Browsers keep an\n"
            "app for use without a connection only where they trust it by themselves: open "
            "/%s at the address\n"
            "above on the phone, and install it as a CA certificate.\n",
            net::authority_name);
    }
    std::puts("\nCtrl+C ends it. What was written stays in the data folder.");
    std::fflush(stdout);
}

Result<> run_demo(const DemoCommand& demo) {
    Host host;
    HF_CHECK(make_organization(demo));
    HostOptions options = demo.host;
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
        HF_TRY(options.tls, net::ensure_local_certificate(demo.data, names));
        options.authority_file = demo.data + "/" + net::authority_name;
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
    command
        ->add_option("--assets", demo->assets, "Machines that forms choose from, when it is made")
        ->capture_default_str()
        ->check(CLI::Range(0, 1'000'000));
    command->add_option("--tasks", demo->tasks, "Tasks of the organization, when it is made")
        ->capture_default_str();
    command->add_flag("--lan", demo->lan, "Let phones of the same network in, over HTTPS");
    command->add_option("--log-level", demo->log_level, "debug, info, warning, error or off")
        ->capture_default_str()
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
    add_choice_options(*command, demo->host);
    command->callback(reporting(demo, exit_code, run_demo));
}

}  // namespace holdfast::cli
