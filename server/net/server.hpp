#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/mail/mail.hpp"
#include "server/net/tls.hpp"
#include "server/services/environment.hpp"
#include "server/services/hub.hpp"
#include "server/storage/common/storage.hpp"

namespace spdlog {
class logger;
}

namespace holdfast::net {

struct ServerOptions {
    std::string listen_address = "127.0.0.1";
    std::uint16_t port = 0;       ///< 0: any that is free
    std::string app_folder;       ///< empty: no app, only the services
    TlsFiles tls;                 ///< empty: without TLS
    std::string authority_file;   ///< given out at /ca.crt, PEM; empty: nothing there
    std::string segments_folder;  ///< a cache of its own, emptied at the start; empty: none
    services::SegmentShelf::Limits segments{};
    std::string files_folder;                ///< of files/store.hpp; empty: no files are taken
    std::string history_file;                ///< of history_file.hpp; empty: none is kept
    std::shared_ptr<spdlog::logger> logger;  ///< null: no log. Shared with whoever made it.
    services::HubOptions hub;
    /// Program and arguments of the process that evaluates (server/evaluate/process.hpp); empty:
    /// routines wait.
    std::vector<std::string> evaluator;
    mail::MailOptions mail_server;
    /// Routines may ask private addresses too: where the operator's own systems are meant.
    bool private_requests = false;
    std::vector<std::string> choice_hosts;  ///< of ChoiceOptions
    std::string choice_base;
};

/// A whole server: HTTP, WebSockets and the services behind them, on a thread of its own. No
/// globals: many fit in one process.
///
/// Threads    start(), stop() and the destructor: one thread, not the server's. From start() to the
/// end
///            storage and environment belong to the server's thread.
/// Ownership  storage and environment outlive it.
class Server {
public:
    Server(ServerOptions options, storage::Storage& storage, Environment& environment);
    /// Cuts every connection, as the end of the process would. Committed outcomes stay.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens when it returns.
    /// Errors  those of storage · setup_file: the app · setup_tls · setup_address_in_use ·
    ///         setup_address: it is none, or none of this machine.
    [[nodiscard]] Result<> start();

    /// What start() has bound.
    [[nodiscard]] std::uint16_t port() const;

    /// Sends the devices away, spread over some time, and ends: within 5 s. Blocks.
    void stop();

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::net
