#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/mail.hpp"
#include "core/base/result.hpp"
#include "server/net/tls.hpp"

namespace CLI {
class App;
}

/// Runs a server in this process until it is told to stop.
namespace holdfast::cli {

struct HostOptions {
    std::string data_folder;  ///< made when it is not there
    std::string app_folder;   ///< empty: no app
    std::string listen_address;
    std::uint16_t port = 0;
    net::TlsFiles tls;
    std::string authority_file;  ///< given out to phones; empty: none
    std::string log_level = "info";
    MailArguments mail;
    bool private_requests = false;          ///< of routines, and of choices in forms
    std::vector<std::string> choice_hosts;  ///< of net::ChoiceOptions
    std::string choice_base;
};

/// Where forms may take choices from.
void add_choice_options(CLI::App& command, HostOptions& options);

/// "127.0.0.1:8080" or "[::1]:8080" taken apart.  Errors  setup_address.
[[nodiscard]] Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& text);

class Host {
public:
    /// Call before any other thread exists: SIGINT and SIGTERM become something to wait for.
    Host();

    /// Starts the server, calls `started` with the port, and returns after SIGINT or SIGTERM, when
    /// the devices have been sent away.  Errors  those of Server::start and of storage.
    template <class Started>
    [[nodiscard]] Result<> run(const HostOptions& options, Started&& started) {
        HF_TRY(const std::uint16_t port, start(options));
        started(port);
        wait();
        return {};
    }
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

private:
    [[nodiscard]] Result<std::uint16_t> start(const HostOptions& options);
    void wait();

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::cli
