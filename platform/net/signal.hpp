#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::net {

/// One coroutine waits until another says that something has changed. The waiter looks at the
/// condition first and again afterwards: `while (!condition) co_await signal.wait();`
class Signal {
public:
    explicit Signal(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {
        timer_.expires_at(boost::asio::steady_timer::time_point::max());
    }
    void raise() { timer_.cancel(); }
    [[nodiscard]] boost::asio::awaitable<void> wait() {
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }

private:
    boost::asio::steady_timer timer_;
};

}  // namespace holdfast::net
