#include "cli/host.hpp"

#include <pthread.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <filesystem>

#include "cli/data_folder.hpp"
#include "server/net/log.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"

namespace holdfast::cli {
namespace {

sigset_t ending_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

}  // namespace

struct Host::Parts {
    net::SystemEnvironment environment;
    std::unique_ptr<storage::Storage> storage;
    std::unique_ptr<net::Server> server;
};

Host::Host() : parts_(std::make_unique<Parts>()) {
    const sigset_t signals = ending_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Host::~Host() = default;

Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        return fail(ErrorCode::setup_address, "not an address and a port: " + text);
    }
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return fail(ErrorCode::setup_address, "not a port: " + text);
    }
    std::string address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    return std::pair{address == "localhost" ? "127.0.0.1" : address, port};
}

void add_choice_options(CLI::App& command, HostOptions& options) {
    command.add_option("--choices-from",
                       options.choice_hosts,
                       "Host whose https addresses forms may take choices from; may be repeated");
    command.add_option(
        "--choices-base",
        options.choice_base,
        "What stands before sources of forms that are paths, e.g. https://erp.example");
}

Result<std::uint16_t> Host::start(const HostOptions& options) {
    HF_TRY(parts_->storage, open_or_make_data(options.data_folder));
    net::ServerOptions server;
    server.listen_address = options.listen_address;
    server.port = options.port;
    server.app_folder = options.app_folder;
    server.tls = options.tls;
    server.authority_file = options.authority_file;
    server.logger = net::make_logger(options.log_level);
    server.files_folder = (std::filesystem::path(options.data_folder) / "files").string();
    server.segments_folder = (std::filesystem::path(options.data_folder) / "segments").string();
    server.history_file = (std::filesystem::path(options.data_folder) / "history").string();
    server.evaluator = {"/proc/self/exe", "evaluate"};
    HF_TRY(server.mail_server, mail_options(options.mail));
    server.private_requests = options.private_requests;
    server.choice_hosts = options.choice_hosts;
    server.choice_base = options.choice_base;
    parts_->server =
        std::make_unique<net::Server>(std::move(server), *parts_->storage, parts_->environment);
    HF_CHECK(parts_->server->start());
    return parts_->server->port();
}

void Host::wait() {
    const sigset_t signals = ending_signals();
    int signal = 0;
    while (sigwait(&signals, &signal) != 0) {
    }
    parts_->server->stop();
}

}  // namespace holdfast::cli
