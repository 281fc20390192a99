#include "bench/relay.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace holdfast::bench {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Two sockets and what is on its way between them. Owners: its pending operations.
// tidy: shared-from-this: its two pending operations own it together
struct Relay::Pair : std::enable_shared_from_this<Relay::Pair> {
    Pair(tcp::socket near_side, asio::io_context& loop, std::atomic<std::uint64_t>& count)
        : near(std::move(near_side)), far(loop), down(count) {}

    void pass(tcp::socket& from, tcp::socket& to, std::array<char, 65536>& buffer) {
        from.async_read_some(
            asio::buffer(buffer),
            // tidy: shared-from-this: the two pending operations own the pair together.
            [this, &from, &to, &buffer, self = shared_from_this()](auto error, std::size_t size) {
                if (error) {
                    boost::system::error_code ignored;
                    to.close(ignored);
                    return;
                }
                if (&from == &far) {
                    down += size;
                }
                asio::async_write(to,
                                  asio::buffer(buffer, size),
                                  [this, &from, &to, &buffer, self](auto failed, std::size_t) {
                                      if (!failed) {
                                          pass(from, to, buffer);
                                      }
                                  });
            });
    }

    tcp::socket near;
    tcp::socket far;
    std::atomic<std::uint64_t>& down;
    std::array<char, 65536> up_buffer{};
    std::array<char, 65536> down_buffer{};
};

Relay::Relay(std::uint16_t target)
    : acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      target_(target),
      port_(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::thread([this] { loop_.run(); });
}

Relay::~Relay() {
    loop_.stop();
    thread_.join();
}

void Relay::accept() {
    acceptor_.async_accept([this](auto error, tcp::socket socket) {
        if (error) {
            return;
        }
        auto pair = std::make_shared<Pair>(std::move(socket), loop_, bytes_down_);
        pair->far.async_connect({asio::ip::address_v4::loopback(), target_}, [pair](auto failed) {
            if (!failed) {
                pair->pass(pair->near, pair->far, pair->up_buffer);
                pair->pass(pair->far, pair->near, pair->down_buffer);
            }
        });
        accept();
    });
}

}  // namespace holdfast::bench
