#include "bench/fleet/fleet.hpp"

#include <sys/resource.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <utility>

#include "core/wire/codec.hpp"
#include "platform/net/asio.hpp"
#include "platform/net/transport.hpp"

namespace holdfast::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t connecting_max = 100;  // at the same time
constexpr double ping_every_seconds = 10;

/// Addresses of 127.0.0.0/8, so that no pair of addresses runs out of ports.
asio::ip::address_v4 address_of(std::size_t device) {
    return asio::ip::address_v4(0x7f000001U + static_cast<std::uint32_t>(device / 5'000));
}

}  // namespace

std::size_t raise_file_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

struct Fleet::Device {
    explicit Device(net::Transport transport) : socket(std::move(transport)) {}
    beast::websocket::stream<net::Transport, false> socket;
    bool greeted = false;  ///< its WebSocket stands
    bool writing = false;
    bool has_mark = false;
};

Fleet::Fleet(std::uint16_t port, bool tls) : port_(port) {
    if (tls) {
        // The certificate is made for the benchmark: who it speaks for is not what is measured.
        tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
        tls_->set_verify_mode(asio::ssl::verify_none);
    }
}

/// Each connection is cut, and its task ends with it.
Fleet::~Fleet() {
    for (const auto& device : devices_) {
        device->socket.next_layer().cut();
    }
    loop_.restart();
    loop_.poll();
}

/// Until the connection ends. A device without a greeting reads plain bytes.
asio::awaitable<void> Fleet::live(Fleet& fleet, Device& device, std::string hello) {
    auto& socket = device.socket;
    const bool plain = hello.empty();
    beast::flat_buffer buffer;
    if (plain) {
        fleet.open_ += 1;
    } else {
        socket.binary(true);
        socket.auto_fragment(false);
        if (auto* secured = socket.next_layer().tls()) {
            co_await secured->async_handshake(asio::ssl::stream_base::client, as_code);
        }
        co_await socket.async_handshake("127.0.0.1", "/sync/v1/socket", as_code);
        co_await socket.async_write(asio::buffer(hello), as_code);
    }
    for (;;) {
        buffer.clear();
        const auto [error, size] =
            plain ? co_await socket.next_layer().async_read_some(buffer.prepare(4096), as_code)
                  : co_await socket.async_read(buffer, as_code);
        if (error) {
            break;
        }
        if (plain) {
            buffer.commit(size);
        } else if (!std::exchange(device.greeted, true)) {
            fleet.open_ += 1;
            continue;
        }
        const std::string_view got{static_cast<const char*>(buffer.data().data()), size};
        if (!device.has_mark && !fleet.mark_.empty() &&
            got.find(fleet.mark_) != std::string_view::npos) {
            device.has_mark = true;
            fleet.have_ += 1;
            fleet.frame_bytes_ = size;
        }
    }
    fleet.ended_ += 1;
}

void Fleet::open(std::vector<std::string> hellos) {
    for (std::size_t i = 0; i < hellos.size(); ++i) {
        // One after the other: a connection to this machine stands at once.
        tcp::socket socket(loop_, tcp::v4());
        boost::system::error_code error;
        socket.bind({address_of(i), 0}, error);
        socket.connect({asio::ip::address_v4::loopback(), port_}, error);
        if (error) {
            give_up("connect device " + std::to_string(i) + ": " + error.message());
        }
        socket.set_option(tcp::no_delay(true), error);
        net::Transport::Tcp tcp(std::move(socket));
        devices_.push_back(std::make_unique<Device>(tls_ ? net::Transport(std::move(tcp), *tls_)
                                                         : net::Transport(std::move(tcp))));
        Device& device = *devices_.back();
        tasks_.spawn("device", live(*this, device, std::move(hellos[i])));
        run_until("welcome", [&] { return devices_.size() - open_ < connecting_max; });
    }
    run_until("last welcome", [&] { return open_ == devices_.size(); });
}

void Fleet::greet(const std::vector<Pass>& passes) {
    std::vector<std::string> hellos;
    for (const Pass& pass : passes) {
        hellos.push_back(wire::encode(wire::Hello{
            .token = pass.token, .device = pass.device, .salt = pass.salt, .app_version = "0"}));
    }
    open(std::move(hellos));
}

void Fleet::connect_only(std::size_t count) {
    open(std::vector<std::string>(count));
}

void Fleet::send(std::string bytes) {
    Device& first = *devices_.front();
    run_until("end of a ping", [&] { return !first.writing; });
    write(first, std::make_shared<const std::string>(std::move(bytes)));
}

/// The bytes are shared by all that are being written, and gone with the last.
void Fleet::write(Device& device, std::shared_ptr<const std::string> bytes) {
    device.writing = true;
    const auto buffer = asio::buffer(*bytes);
    device.socket.async_write(
        buffer, [&device, bytes = std::move(bytes)](boost::system::error_code, std::size_t) {
            device.writing = false;
        });
}

void Fleet::ping_all() {
    since_ping_ = Stopwatch();
    const auto ping = std::make_shared<const std::string>(wire::encode(wire::Ping{.nonce = 1}));
    for (const auto& device : devices_) {
        if (device->greeted && !device->writing) {
            write(*device, ping);
        }
    }
}

void Fleet::wait_until_all_have(std::string_view mark) {
    mark_ = mark;
    have_ = 0;
    for (const auto& device : devices_) {
        device->has_mark = false;
    }
    run_until("message everywhere", [&] { return have_ == devices_.size(); });
}

void Fleet::run_for(std::chrono::milliseconds span) {
    const Stopwatch watch;
    run_until("rest", [&] { return watch.seconds() > Seconds(span).count(); });
}

void Fleet::run_until(const char* what, const std::function<bool()>& holds) {
    const Stopwatch watch;
    while (!holds()) {
        if (since_ping_.seconds() > ping_every_seconds) {
            ping_all();
        }
        loop_.restart();
        loop_.run_one_for(std::chrono::milliseconds(100));
        if (ended_ > 0 || watch.seconds() > 60) {
            give_up(std::string("no ") + what + "; connections lost: " + std::to_string(ended_));
        }
    }
}

}  // namespace holdfast::bench
