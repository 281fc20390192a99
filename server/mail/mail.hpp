#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "server/services/routines.hpp"

/// E-mails of routines, given to a server that carries them on (SMTP, RFC 5321).
namespace holdfast::mail {

/// A server that takes mail from this machine without a password.
struct MailOptions {
    std::string host;  ///< empty: there is none
    std::string port = "25";
    std::string from;  ///< address
};

/// Gives one e-mail away, within 15 seconds. The reply has the status of SMTP: 250,
/// or 5xx where it was refused for good. `now` is its date.
///
/// Errors  routine_no_mail_server · routine_invalid_input (to, subject) · routine_mail_failed
///         {"status"}: no answer, or one that says that later may be better (4xx).
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
