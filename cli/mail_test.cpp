// How the command line names a mail server, and that its password stands nowhere else.

#include "cli/mail.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "platform/testing/temp_folder.hpp"

namespace holdfast::cli {
namespace {

using mail::MailTls;

std::string refused(const MailArguments& arguments) {
    const auto options = mail_options(arguments);
    return options ? "taken"
                   : std::string(error_name(options.error().code)) + " " + options.error().detail;
}

TEST(MailServer, has_the_port_of_its_kind_unless_one_is_named) {
    const auto named = [](const char* server, const char* tls) {
        const auto options = mail_options({.server = server, .from = "r@x.example", .tls = tls});
        return options->host + " " + options->port;
    };
    EXPECT_EQ(named("mail.example", ""), "mail.example 25");
    EXPECT_EQ(named("mail.example", "starttls"), "mail.example 587");
    EXPECT_EQ(named("mail.example", "implicit"), "mail.example 465");
    EXPECT_EQ(named("mail.example:2525", "starttls"), "mail.example 2525");
    EXPECT_EQ(mail_options({})->host, "");
}

TEST(MailServer, is_signed_in_to_with_tls_and_a_password_from_a_file_or_the_environment) {
    const testing_support::TempFolder folder;
    const std::string file = folder / "password";
    std::ofstream(file) << "correct horse\n";
    MailArguments arguments{
        .server = "mail.example", .tls = "starttls", .user = "plant", .password_file = file};
    const auto options = mail_options(arguments);
    ASSERT_TRUE(options);
    EXPECT_EQ(options->password, "correct horse");
    EXPECT_EQ(options->tls, MailTls::starttls);

    arguments.password_file = folder / "nowhere";
    EXPECT_EQ(refused(arguments), "setup.file there is no file " + arguments.password_file);
    arguments.password_file.clear();
    unsetenv("HOLDFAST_MAIL_PASSWORD");
    EXPECT_EQ(refused(arguments),
              "setup.file no password in --mail-password-file or HOLDFAST_MAIL_PASSWORD");
    setenv("HOLDFAST_MAIL_PASSWORD", "from there", 1);
    EXPECT_EQ(mail_options(arguments)->password, "from there");
    unsetenv("HOLDFAST_MAIL_PASSWORD");

    arguments = {.server = "mail.example", .tls = "implicit", .trust = folder / "nowhere"};
    EXPECT_EQ(refused(arguments), "setup.file there is no file " + arguments.trust);
}

}  // namespace
}  // namespace holdfast::cli
