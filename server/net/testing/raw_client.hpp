#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/wire/frame.hpp"

/// Clients without manners, for tests: they send what they are told to, and wait with a deadline.
namespace holdfast::net::testing {

struct Reply {
    int status = 0;                              ///< 0: the connection was closed without an answer
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// One connection; requests as bytes.
class RawHttp {
public:
    explicit RawHttp(std::uint16_t port);
    ~RawHttp();
    [[nodiscard]] Reply send(std::string_view bytes, bool head = false);
    /// The same without waiting for an answer.
    void begin(std::string_view bytes);
    /// The same, and the connection is gone.
    void cut(std::string_view bytes);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// A request over a connection of its own. `headers`: lines with "\r\n" behind each.
[[nodiscard]] Reply request(std::uint16_t port,
                            std::string_view method,
                            std::string_view path,
                            std::string_view body = {},
                            std::string_view headers = {});

/// One WebSocket.
class RawSocket {
public:
    /// Not open when the server has refused.
    explicit RawSocket(std::uint16_t port, std::string origin = {});
    ~RawSocket();
    [[nodiscard]] bool is_open() const;
    void send(std::string_view bytes);
    void send(const wire::Frame& frame);
    /// The next message; nothing when the server has closed (or nothing comes for 10 s).
    [[nodiscard]] std::optional<std::string> receive();
    /// The next frame of a kind; others are passed over.
    template <class Kind>
    [[nodiscard]] std::optional<Kind> receive_frame();
    /// The code of the server's close frame; 0 while there is none.
    [[nodiscard]] int close_code() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::net::testing
