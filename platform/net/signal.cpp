#include "platform/net/signal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::net {

boost::asio::awaitable<void> Signal::wait() {
    co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace holdfast::net
