#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace holdfast::net {

/// One coroutine waits until another says that something has changed. The waiter looks at the
/// condition first and again afterwards: `while (!condition) co_await signal.wait();`
class Signal {
public:
    explicit Signal(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {
        timer_.expires_at(boost::asio::steady_timer::time_point::max());
    }
    void raise() { timer_.cancel(); }
    /// Not inline: the frame of a coroutine differs where exceptions are off, and one of two would
    /// be taken for both.
    [[nodiscard]] boost::asio::awaitable<void> wait();

private:
    boost::asio::steady_timer timer_;
};

}  // namespace holdfast::net
