#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "platform/net/transport.hpp"
#include "server/mail/mail.hpp"

namespace holdfast::mail {

namespace limits {
inline constexpr std::size_t reply_bytes_max = 8 * 1024;  // of one line: routine_mail_failed
inline constexpr std::size_t reply_lines_max = 100;       // of one reply: routine_mail_failed
}  // namespace limits

using Reply = Result<services::OutsideReply>;

/// routine_mail_failed, with the server's status where it gave one.
[[nodiscard]] std::unexpected<Error> failed(std::string what, int status = 0);

/// One conversation with a mail server (RFC 5321), which goes over to TLS and signs in as the
/// options ask. What is asked for and not there ends it: nothing is said in the clear instead. The
/// options are borrowed for as long as it lasts.
class Conversation {
public:
    Conversation(net::Transport::Tcp tcp, const MailOptions& options);
    ~Conversation();

    /// Everything before the first e-mail. The reply is the last: 250, or 5xx where the server
    /// takes nothing from us.
    /// Errors  routine_mail_failed: TLS is not there, or its certificate is not trusted or another
    ///         host's; the sign-in was refused; and those of say().
    [[nodiscard]] boost::asio::awaitable<Reply> open();

    /// Sends a line (none: only listens) and reads the reply: its code and its last line.
    /// Errors  routine_mail_failed: the connection was lost, the reply keeps no limit, or says that
    ///         later may be better (4xx).
    [[nodiscard]] boost::asio::awaitable<Reply> say(std::string line);

private:
    [[nodiscard]] boost::asio::awaitable<Reply> hello();
    [[nodiscard]] boost::asio::awaitable<Reply> start_tls();
    [[nodiscard]] boost::asio::awaitable<Result<>> secure();
    [[nodiscard]] boost::asio::awaitable<Reply> sign_in();
    /// One step of it. What the server says is kept from the log: it may have heard a password.
    [[nodiscard]] boost::asio::awaitable<Result<int>> say_secret(std::string line);

    /// The words behind the name of an extension that the last EHLO has offered; null where it has
    /// not.
    [[nodiscard]] const std::string* offer(std::string_view name) const;

    struct Trust;
    const MailOptions& options_;
    std::unique_ptr<Trust> trust_;
    net::Transport transport_;
    std::string heard_;               ///< behind the last reply
    std::vector<std::string> lines_;  ///< of the last reply, without its codes
};

}  // namespace holdfast::mail
