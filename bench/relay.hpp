#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <thread>

namespace holdfast::bench {

/// Passes TCP on to a port of this machine and counts what comes back: the bytes on the wire.
class Relay {
public:
    explicit Relay(std::uint16_t target);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint64_t bytes_down() const { return bytes_down_; }

private:
    struct Pair;
    void accept();

    boost::asio::io_context loop_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t target_;
    std::uint16_t port_;
    std::atomic<std::uint64_t> bytes_down_ = 0;
    std::thread thread_;
};

}  // namespace holdfast::bench
