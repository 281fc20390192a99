#include "cli/mail.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <utility>

#include "cli/text_files.hpp"
#include "core/base/assert.hpp"

namespace holdfast::cli {
namespace {

constexpr const char* password_variable = "HOLDFAST_MAIL_PASSWORD";

/// From the file, or else from the environment: never from the arguments, which others can see.
Result<std::string> read_mail_password(const MailArguments& arguments) {
    std::string password;
    if (!arguments.password_file.empty()) {
        HF_TRY(const std::string text, read_text(arguments.password_file, ErrorCode::setup_file));
        password = text.substr(0, text.find_first_of("\r\n"));
    } else if (const char* given = std::getenv(password_variable)) {
        password = given;
    }
    if (password.empty()) {
        return fail(ErrorCode::setup_file,
                    "no password in --mail-password-file or HOLDFAST_MAIL_PASSWORD");
    }
    return password;
}

}  // namespace

Result<mail::MailOptions> mail_options(const MailArguments& arguments) {
    using mail::MailTls;
    mail::MailOptions options{.from = arguments.from};
    options.tls = arguments.tls == "starttls"   ? MailTls::starttls
                  : arguments.tls == "implicit" ? MailTls::implicit
                                                : MailTls::none;
    const auto colon = arguments.server.rfind(':');
    options.host = arguments.server.substr(0, colon);
    options.port = colon != std::string::npos         ? arguments.server.substr(colon + 1)
                   : options.tls == MailTls::starttls ? "587"
                   : options.tls == MailTls::implicit ? "465"
                                                      : "25";
    if (!arguments.trust.empty()) {
        HF_CHECK(read_text(arguments.trust, ErrorCode::setup_file));
        options.trust = arguments.trust;
    }
    if (!arguments.user.empty()) {
        HF_ASSERT(options.tls != MailTls::none);  // the options need each other
        options.user = arguments.user;
        HF_TRY(options.password, read_mail_password(arguments));
    }
    return options;
}

void add_mail_options(CLI::App& command, MailArguments& arguments) {
    command.add_option(
        "--mail-server", arguments.server, "Takes the e-mails of routines: host or host:port");
    const auto with_server = [&](const char* name, std::string& into, const char* what) {
        return command.add_option(name, into, what)->needs("--mail-server");
    };
    with_server("--mail-from", arguments.from, "The address they come from");
    command.get_option("--mail-server")->needs("--mail-from");
    with_server("--mail-tls",
                arguments.tls,
                "starttls (port 587) or implicit (port 465); then nothing is sent without it")
        ->check(CLI::IsMember({"starttls", "implicit"}));
    with_server("--mail-trust",
                arguments.trust,
                "Authorities for its certificate, PEM; without it those of the system");
    with_server("--mail-user", arguments.user, "Signs in there")->needs("--mail-tls");
    with_server("--mail-password-file",
                arguments.password_file,
                "Its password, in the first line; or set HOLDFAST_MAIL_PASSWORD")
        ->needs("--mail-user");
}

}  // namespace holdfast::cli
