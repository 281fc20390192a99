#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "server/services/routines.hpp"

/// E-mails of routines, given to a server that carries them on (SMTP, RFC 5321).
namespace holdfast::mail {

namespace limits {
inline constexpr std::chrono::seconds mail_time_max{15};  // of one e-mail: routine_mail_failed
}

enum class MailTls : std::uint8_t {
    none,
    starttls,  ///< asked for in the clear; without it nothing is sent
    implicit,  ///< from the first byte
};

/// The server that takes mail from this machine.
struct MailOptions {
    std::string host;  ///< empty: there is none. With TLS, its certificate has to be of this name
    std::string port = "25";
    std::string from;  ///< address
    MailTls tls = MailTls::none;
    std::string trust;     ///< PEM of the authorities that are trusted; empty: the system's
    std::string user;      ///< signs in (AUTH PLAIN, or LOGIN), with TLS only; empty: nobody
    std::string password;  ///< never in a log or an error
};

/// Gives one e-mail away, within limits::mail_time_max. The reply has the status of SMTP: 250,
/// or 5xx where it was refused for good. `now` is its date.
///
/// Errors  routine_no_mail_server · routine_invalid_input (to, subject) · routine_mail_failed
///         {"status"}: no answer, or one that says that later may be better (4xx); TLS that is not
///         there or not trusted; a sign-in that is refused.
[[nodiscard]] boost::asio::awaitable<Result<services::OutsideReply>> send_mail(
    MailOptions options, services::OutsideRequest request, WallTime now);

/// The addresses in a text, separated by commas; none where one of them is no address.
[[nodiscard]] std::vector<std::string> mail_addresses(std::string_view text);

/// What is sent after DATA, without the dot at its end. The same request gives the same
/// Message-ID, by which mailboxes know one that comes twice.
[[nodiscard]] std::string mail_text(const MailOptions& options,
                                    const services::OutsideRequest& request,
                                    WallTime now);

}  // namespace holdfast::mail
