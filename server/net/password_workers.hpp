#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <string>

#include "core/base/result.hpp"

namespace holdfast::net {

/// The only other threads of the server: argon2id takes some 50 ms, and everybody else would wait.
class PasswordWorkers {
public:
    PasswordWorkers();
    /// Waits for what is being computed.
    ~PasswordWorkers();

    /// Errors  server_busy: too many wait already.
    [[nodiscard]] boost::asio::awaitable<Result<bool>> verify(std::string hash,
                                                              std::string password);
    /// Errors  server_busy.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> make_hash(std::string password);

private:
    boost::asio::thread_pool threads_;
    std::size_t waiting_ = 0;
};

}  // namespace holdfast::net
