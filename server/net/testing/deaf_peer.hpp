#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "server/net/system_environment.hpp"

namespace holdfast::net::testing {

/// The machine's, with a monotonic clock that can be put forward.
class AheadEnvironment final : public Environment {
public:
    [[nodiscard]] Instant now() const override { return machine_.now() + Millis{ahead_ms_}; }
    [[nodiscard]] WallTime wall() const override { return machine_.wall(); }
    void random(void* bytes, std::size_t count) override { machine_.random(bytes, count); }
    /// From any thread.
    void go_on(Millis by) { ahead_ms_ += by.count; }

private:
    SystemEnvironment machine_;
    std::atomic<std::int64_t> ahead_ms_ = 0;
};

/// A WebSocket that sends pings and reads no byte behind the server's first answer.
class DeafPeer {
public:
    explicit DeafPeer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const int small = 4096;
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(port);
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&server), sizeof server), 0);
        upgrade(port);
    }
    ~DeafPeer() { close(socket_); }
    DeafPeer(const DeafPeer&) = delete;
    DeafPeer& operator=(const DeafPeer&) = delete;

    /// Pings until nothing moves: the server reads none any more, because the answer to one before
    /// cannot be written.
    bool ping_until_stuck() {
        constexpr int moves_within_ms = 300;
        constexpr std::size_t pings_bytes_max = 64UL * 1024 * 1024;
        const std::string pings = many_pings();
        std::size_t sent = 0;
        while (sent < pings_bytes_max) {
            const std::size_t from = sent % pings.size();
            const ssize_t size = ::send(
                socket_, pings.data() + from, pings.size() - from, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size > 0) {
                sent += static_cast<std::size_t>(size);
            } else if (!has(POLLOUT, moves_within_ms)) {
                int waiting = 0;
                ioctl(socket_, FIONREAD, &waiting);
                return waiting > 0 && !is_gone(0);
            }
        }
        return false;
    }

    [[nodiscard]] bool is_gone(int within_ms) const {
        return has(0, within_ms);  // POLLERR and POLLHUP are always told
    }

private:
    void upgrade(std::uint16_t port) const {
        const std::string request =
            "GET /sync/v1/socket HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
            "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        EXPECT_EQ(::send(socket_, request.data(), request.size(), 0),
                  static_cast<ssize_t>(request.size()));
        std::string answer;
        char one = 0;
        while (!answer.ends_with("\r\n\r\n") && recv(socket_, &one, 1, 0) == 1) {
            answer += one;
        }
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
    }
    /// Each of 125 bytes, masked with zeros.
    static std::string many_pings() {
        constexpr std::size_t at_once = 500;
        const std::string ping = std::string("\x89\xfd\0\0\0\0", 6) + std::string(125, 'p');
        std::string all;
        for (std::size_t i = 0; i < at_once; ++i) {
            all += ping;
        }
        return all;
    }
    [[nodiscard]] bool has(short events, int within_ms) const {
        pollfd asked{.fd = socket_, .events = events, .revents = 0};
        return poll(&asked, 1, within_ms) > 0;
    }

    int socket_;
};

}  // namespace holdfast::net::testing
