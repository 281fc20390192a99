#pragma once

#include <string>

#include "core/base/result.hpp"
#include "server/mail/mail.hpp"

namespace CLI {
class App;
}

namespace holdfast::cli {

/// The server that e-mails of routines are given to, as the command line names it.
struct MailArguments {
    std::string server;         ///< "host" or "host:port"; empty: none
    std::string from;           ///< address in whose name routines send e-mails
    std::string tls;            ///< "starttls" or "implicit"; empty: none
    std::string trust;          ///< PEM of authorities; empty: the system's
    std::string user;           ///< with TLS only; empty: nobody signs in
    std::string password_file;  ///< empty: the password is in HOLDFAST_MAIL_PASSWORD
};

/// The port is 25, 587 with STARTTLS, 465 with TLS from the start, unless one is named.
/// Errors  setup_file: a user without a password, or a file that cannot be read.
[[nodiscard]] Result<mail::MailOptions> mail_options(const MailArguments& arguments);

/// @param arguments  outlives the command.
void add_mail_options(CLI::App& command, MailArguments& arguments);

}  // namespace holdfast::cli
