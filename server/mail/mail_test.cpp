// E-mails of routines: what a mail server hears, and what becomes of what it says.

#include "server/mail/mail.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/net/asio.hpp"

namespace holdfast::mail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A mail server that answers each command by its first word, and remembers what it has heard.
class MailServer {
public:
    explicit MailServer(asio::io_context& loop)
        : acceptor_(loop, {asio::ip::address_v4::loopback(), 0}) {}

    [[nodiscard]] std::string port() const {
        return std::to_string(acceptor_.local_endpoint().port());
    }
    asio::awaitable<void> serve() {
        tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
        co_await write(socket, "220-mail.example\r\n220 ready");
        std::string buffer;
        bool is_text = false;
        for (;;) {
            const auto [error, length] = co_await asio::async_read_until(
                socket, asio::dynamic_buffer(buffer), "\r\n", asio::as_tuple(asio::use_awaitable));
            if (error) {
                co_return;
            }
            const std::string line = buffer.substr(0, length - 2);
            buffer.erase(0, length);
            heard.push_back(line);
            if (is_text && line != ".") {
                continue;
            }
            const std::string word = is_text ? "." : line.substr(0, 4);
            is_text = word == "DATA" && !says.contains(word);
            // Made before it is awaited: GCC 12 destroys what is made in the expression twice.
            std::string reply = is_text ? "354 go on" : "250 ok";
            if (const auto said = says.find(word); said != says.end()) {
                reply = said->second;
            }
            co_await write(socket, std::move(reply));
        }
    }

    std::map<std::string, std::string> says;
    std::vector<std::string> heard;

private:
    static asio::awaitable<void> write(tcp::socket& socket, std::string line) {
        line += "\r\n";
        co_await asio::async_write(socket, asio::buffer(line), asio::use_awaitable);
    }
    tcp::acceptor acceptor_;
};

class Mail : public ::testing::Test {
protected:
    Result<services::OutsideReply> send() {
        std::optional<Result<services::OutsideReply>> reply;
        asio::co_spawn(loop_, server_.serve(), [](const std::exception_ptr&) {});
        asio::co_spawn(loop_,
                       send_mail({.host = "127.0.0.1", .port = server_.port(), .from = from_},
                                 request_,
                                 WallTime{1'700'000'000'000}),
                       [&](const std::exception_ptr&, Result<services::OutsideReply> got) {
                           reply = std::move(got);
                           loop_.stop();
                       });
        loop_.restart();
        loop_.run();
        return *std::move(reply);
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
