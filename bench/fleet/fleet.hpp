#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/fleet/server_process.hpp"
#include "platform/net/task_group.hpp"

namespace holdfast::bench {

/// Raises the limit of open files to what this process may have. Returns it.
std::size_t raise_file_limit();

/// Devices in great number: each a WebSocket that greets, keeps the connection alive and reads what
/// it is sent, on one thread. They store and show nothing: what they cost is the server's.
class Fleet {
public:
    Fleet(std::uint16_t port, bool tls);
    ~Fleet();
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    /// Connects one device for each pass and waits until all are welcomed.
    void greet(const std::vector<Pass>& passes);
    /// Connects so many sockets that say nothing, for a server that only writes.
    void connect_only(std::size_t count);

    /// Sends a frame on the first device's connection.
    void send(std::string bytes);
    /// Runs until every device was sent a frame that contains `mark`, at most a minute.
    void wait_until_all_have(std::string_view mark);
    /// Runs for a while; what comes is read and dropped.
    void run_for(std::chrono::milliseconds span);

    /// Of the last frame that contained the mark.
    [[nodiscard]] std::size_t frame_bytes() const { return frame_bytes_; }

private:
    struct Device;
    static boost::asio::awaitable<void> live(Fleet& fleet, Device& device, std::string hello);
    void open(std::vector<std::string> hellos);
    void ping_all();
    void write(Device& device, std::shared_ptr<const std::string> bytes);
    void run_until(const char* what, const std::function<bool()>& holds);

    boost::asio::io_context loop_;
    std::unique_ptr<boost::asio::ssl::context> tls_;
    std::uint16_t port_;
    std::string mark_;
    std::size_t open_ = 0;   ///< welcomed
    std::size_t have_ = 0;   ///< were sent the mark
    std::size_t ended_ = 0;  ///< lost their connection
    std::size_t frame_bytes_ = 0;
    Stopwatch since_ping_;
    std::vector<std::unique_ptr<Device>> devices_;
    net::TaskGroup tasks_{loop_.get_executor()};
};

}  // namespace holdfast::bench
