// E-mails of routines: what a mail server hears, and what becomes of what it says.

#include "server/mail/mail.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "server/mail/testing/mail_server.hpp"

namespace holdfast::mail {
namespace {

namespace asio = boost::asio;
using testing::MailServer;

class Mail : public ::testing::Test {
protected:
    Result<services::OutsideReply> send() {
        return testing::send_to(loop_, server_, {.host = "127.0.0.1", .from = from_}, request_);
    }
    [[nodiscard]] bool was_said(const std::string& line) const {
        return std::ranges::count(server_.heard, line) > 0;
    }

    asio::io_context loop_;
    MailServer server_{loop_};
    std::string from_ = "routines@plant.example";
    services::OutsideRequest request_{.headers = {{"to", "ana@plant.example, bruno@plant.example"},
                                                  {"subject", "Bomba averiada Ñ"}},
                                      .body = ".\r\nThe pump drips.",
                                      .key = "7/mail/0"};
};

TEST_F(Mail, is_given_to_the_server_with_everybody_it_is_for) {
    const auto reply = send();
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->status, 250);
    EXPECT_TRUE(was_said("MAIL FROM:<routines@plant.example>"));
    EXPECT_TRUE(was_said("RCPT TO:<ana@plant.example>"));
    EXPECT_TRUE(was_said("RCPT TO:<bruno@plant.example>"));
    EXPECT_TRUE(was_said("Message-ID: <7.mail.0@plant.example>"))
        << "the same when it is sent again";
    EXPECT_TRUE(was_said("Subject: =?UTF-8?B?Qm9tYmEgYXZlcmlhZGEgw5E=?="));
    EXPECT_TRUE(was_said("Lg0KVGhlIHB1bXAgZHJpcHMu")) << "no line of the text ends it";
}

TEST_F(Mail, that_is_refused_for_good_is_answered_and_for_now_is_an_error) {
    server_.says["RCPT"] = "550 no such user";
    const auto refused = send();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 550);
    EXPECT_EQ(refused->body, "550 no such user");
    server_.says = {{"MAIL", "451 try again"}};
    const auto later = send();
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code, ErrorCode::routine_mail_failed);
    EXPECT_EQ(later.error().params, R"({"status":451})");
}

TEST_F(Mail, has_addresses_and_no_lines_in_its_subject) {
    for (const char* to : {"",
                           "ana",
                           "@plant.example",
                           "a b@plant.example",
                           "ana@plant.example>\r\nRCPT TO:<eve@example"}) {
        request_.headers["to"] = to;
        const auto reply = send();
        ASSERT_FALSE(reply) << to;
        EXPECT_EQ(reply.error().code, ErrorCode::routine_invalid_input);
    }
    request_.headers = {{"to", "ana@plant.example"}, {"subject", "Hi\r\nBcc: eve@example"}};
    EXPECT_EQ(send().error().params, R"({"input":"subject"})");
}

TEST_F(Mail, needs_a_server) {
    std::optional<Result<services::OutsideReply>> reply;
    asio::co_spawn(loop_,
                   send_mail({}, request_, {}),
                   [&](const std::exception_ptr&, Result<services::OutsideReply> got) {
                       reply = std::move(got);
                   });
    loop_.run();
    EXPECT_EQ(reply->error().code, ErrorCode::routine_no_mail_server);
}

}  // namespace
}  // namespace holdfast::mail
