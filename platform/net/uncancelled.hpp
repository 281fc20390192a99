#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::net {

/// Waits for a coroutine that was spawned on other threads, and does not pass on to it that the
/// waiting one is cancelled: Asio (1.81) carries that word over through a signal that is gone when
/// the other has just ended.
inline auto uncancelled() {
    return boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(),
                                               boost::asio::use_awaitable);
}

}  // namespace holdfast::net
