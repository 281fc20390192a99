#include "cli/client.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "cli/commands.hpp"

namespace holdfast::cli {
namespace {

using Action = std::function<Result<>(Device&, const ClientOptions&)>;

/// From the file, or else from HOLDFAST_PASSWORD: never from the arguments, which others can see.
Result<std::string> read_password(const ClientOptions& options) {
    if (!options.password_file.empty()) {
        std::ifstream file(options.password_file);
        std::string password;
        if (!std::getline(file, password)) {
            return fail(ErrorCode::setup_sign_in, "no password in " + options.password_file);
        }
        return password;
    }
    const char* password = std::getenv("HOLDFAST_PASSWORD");
    if (password == nullptr) {
        return fail(ErrorCode::setup_sign_in, "no password was given");
    }
    return std::string(password);
}

Result<> act(const ClientOptions& options, const Action& action) {
    boost::asio::io_context loop(1);
    HF_TRY(const auto device, Device::open(loop, options.native, !options.desktop));
    if (!device->signed_in()) {
        if (options.email.empty()) {
            return fail(ErrorCode::setup_sign_in, "no e-mail address was given");
        }
        HF_TRY(std::string password, read_password(options));
        HF_CHECK(device->call("sign_in",
                              {{"email", options.email}, {"password", std::move(password)}},
                              options.time_max()));
        HF_CHECK(synchronize(*device, options));
    }
    return action(*device, options);
}

/// Errors say what did not answer.
Result<> run_action(const ClientOptions& options, const Action& action) {
    Result<> done = act(options, action);
    if (!done && done.error().code == ErrorCode::server_unreachable) {
        Error& error = done.error();
        error.detail += error.detail.empty() ? "" : "; ";
        error.detail += "the server is " + options.native.server_url;
    }
    return done;
}

struct Arguments {
    ClientOptions options;
    std::string channel;
    std::string text;
    std::string file;
};

void add_action(const std::shared_ptr<Arguments>& arguments,
                int& exit_code,
                CLI::App* command,
                Action action) {
    command->callback([arguments, &exit_code, action = std::move(action)] {
        if (const auto done = run_action(arguments->options, action); !done) {
            exit_code = report(done.error());
        }
    });
}

void add_options(CLI::App& command, ClientOptions& options) {
    command
        .add_option("--server", options.native.server_url, "http://host:port or https://host:port")
        ->required();
    command.add_option("--data", options.native.data_folder, "Folder of the device's databases")
        ->required();
    command.add_option("--email", options.email, "Who signs in, at the first start");
    command.add_option("--password-file",
                       options.password_file,
                       "File with the password in its first line; otherwise HOLDFAST_PASSWORD");
    command.add_option(
        "--ca-file", options.native.ca_file, "Certificates to trust beside the system's, PEM");
    command.add_flag(
        "--desktop", options.desktop, "Be a desktop device: no Offline Mode, nothing kept");
    command.add_option("--trace",
                       options.native.trace_file,
                       "Record what happens, without passwords, for `holdfast replay`; needs a new "
                       "data folder");
    command.add_option("--timeout", options.seconds_max, "Seconds to wait at most")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
}

}  // namespace

void add_client(CLI::App& app, int& exit_code) {
    auto arguments = std::make_shared<Arguments>();
    arguments->options.native.app_version = HOLDFAST_VERSION;
    CLI::App* client = app.add_subcommand("client", "Be a device, without a screen");
    client->require_subcommand(1);
    add_options(*client, arguments->options);
    const auto add = [&](const char* name, const char* what, Action action) {
        CLI::App* command = client->add_subcommand(name, what);
        command->fallthrough();
        add_action(arguments, exit_code, command, std::move(action));
        return command;
    };
    add("sync", "Fetch everything", synchronize);
    add("channels", "List the channels: id, unread, group and name", print_channels);
    add("messages",
        "Print the latest messages of a channel",
        [arguments](Device& device, const ClientOptions& options) {
            return print_messages(device, options, arguments->channel);
        })
        ->add_option("channel", arguments->channel, "Id or name")
        ->required();
    CLI::App* send =
        add("send", "Post a message", [arguments](Device& device, const ClientOptions& options) {
            return send_message(device, options, arguments->channel, arguments->text);
        });
    send->add_option("channel", arguments->channel, "Id or name")->required();
    send->add_option("text", arguments->text, "What it says")->required();
    add("watch",
        "Print messages as they come",
        [arguments](Device& device, const ClientOptions& options) {
            return watch_channel(device, options, arguments->channel);
        })
        ->add_option("channel", arguments->channel, "Id or name")
        ->required();
    add("outbox", "List what waits to be sent", print_outbox);
    add("export",
        "Save what waits to a sealed file, for anybody to deliver",
        [arguments](Device& device, const ClientOptions& options) {
            return export_unsent(device, options, arguments->file);
        })
        ->add_option("file", arguments->file, "The file to write")
        ->required();
    add("status", "Print the status as JSON", print_status);
    client
        ->add_subcommand("calls",
                         "JSON calls from the standard input, messages to the standard output")
        ->fallthrough()
        ->callback([arguments, &exit_code] {
            if (const auto done = run_calls(arguments->options); !done) {
                exit_code = report(done.error());
            }
        });
}

}  // namespace holdfast::cli
