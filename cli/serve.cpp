#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/host.hpp"

namespace holdfast::cli {
namespace {

struct ServeOptions {
    std::string listen = "127.0.0.1:8080";
    HostOptions host;
};

Result<> serve(ServeOptions& options) {
    HF_TRY(std::tie(options.host.listen_address, options.host.port), parse_listen(options.listen));
    Host host;
    const char* scheme = options.host.tls.certificate.empty() ? "http" : "https";
    return host.run(options.host, [&](std::uint16_t port) {
        const bool is_six = options.host.listen_address.find(':') != std::string::npos;
        std::printf(is_six ? "Listening on %s://[%s]:%u\n" : "Listening on %s://%s:%u\n",
                    scheme,
                    options.host.listen_address.c_str(),
                    port);
        std::fflush(stdout);
    });
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ServeOptions>();
    CLI::App* command = app.add_subcommand("serve", "Run the server until SIGTERM");
    command->add_option("--data", options->host.data_folder, "Folder of the database")->required();
    command->add_option(
        "--app", options->host.app_folder, "Folder of the built app, e.g. app/dist");
    command->add_option("--listen", options->listen, "IP address and port; port 0: any")
        ->capture_default_str();
    CLI::Option* certificate = command->add_option(
        "--tls-cert", options->host.tls.certificate, "Certificate with its chain, PEM");
    CLI::Option* key =
        command->add_option("--tls-key", options->host.tls.key, "Its private key, PEM");
    certificate->needs(key);
    key->needs(certificate);
    command
        ->add_option("--log-level", options->host.log_level, "debug, info, warning, error or off")
        ->capture_default_str()
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
    add_mail_options(*command, options->host.mail);
    command->add_flag("--private-requests",
                      options->host.private_requests,
                      "Let routines and forms send requests to private addresses too");
    add_choice_options(*command, options->host);
    command->callback(reporting(options, exit_code, serve));
}

}  // namespace holdfast::cli
