// A whole server over a real socket: whatever bytes come, it answers in HTTP and never says that it
// is broken, it closes when the other side has, and it goes on. Pieces between marks are sent one
// after the other, each when an answer to the one before may have begun: so an upgrade is followed
// by WebSocket frames.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/assert.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace {

using namespace holdfast;

constexpr std::string_view mark = "\n~~\n";
constexpr int patience_seconds = 20;  // a password is checked meanwhile, on a busy machine
constexpr int wait_ms = 50;

struct Host {
    Host() { HF_ASSERT(server.start().has_value()); }

    net::SystemEnvironment environment;
    std::unique_ptr<storage::Storage> storage = *storage::open_sqlite(":memory:");
    net::Server server{{}, *storage, environment};
};

class Connection {
public:
    explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        HF_ASSERT(socket_ >= 0);
        const timeval patience{.tv_sec = patience_seconds, .tv_usec = 0};
        HF_ASSERT(setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
        // No TIME_WAIT: a fuzzer would use up the machine's ports within a minute.
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        HF_ASSERT(setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        HF_ASSERT(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Connection() { close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// The server may close in the middle: then the rest is nobody's.
    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end() const { shutdown(socket_, SHUT_WR); }

    /// Until there is something of an answer. There may be none: half a request has no answer.
    void wait_a_little() const {
        pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
        (void)poll(&wanted, 1, wait_ms);
    }

    /// Some bytes of the answer; false at its end.
    bool receive(std::string& answer) const {
        std::array<char, 64UL * 1024> some{};
        const ssize_t size = recv(socket_, some.data(), some.size(), 0);
        HF_ASSERT(size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK));  // it hangs
        answer.append(some.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        return size > 0;
    }

private:
    int socket_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const Host host;
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const Connection connection(host.server.port());
    std::string answer;
    for (std::size_t cut = input.find(mark); cut != std::string_view::npos;
         cut = input.find(mark)) {
        connection.send(input.substr(0, cut));
        input.remove_prefix(cut + mark.size());
        connection.wait_a_little();
    }
    connection.send(input);
    connection.end();
    while (connection.receive(answer)) {
    }
    HF_ASSERT(answer.empty() || answer.starts_with("HTTP/1.1 "));
    HF_ASSERT(!answer.starts_with("HTTP/1.1 5"));
    return 0;
}
