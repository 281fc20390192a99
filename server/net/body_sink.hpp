#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "core/base/result.hpp"
#include "server/net/http_message.hpp"

namespace holdfast::net {

/// Takes the body of a request as it comes, for what is too large for the memory.
class BodySink {
public:
    virtual ~BodySink() = default;
    /// Errors  end the request; refuse() makes the answer of them.
    [[nodiscard]] virtual boost::asio::awaitable<Result<>> add(std::string_view piece) = 0;
    /// The answer to the whole request.
    [[nodiscard]] virtual boost::asio::awaitable<Answer> end(const Request& request) = 0;
    [[nodiscard]] virtual Answer refuse(const Request& request, const Error& error) const = 0;
};

}  // namespace holdfast::net
