// A hostile expression stops at its limit; requests to other servers reach public ones only.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "platform/net/asio.hpp"
#include "server/net/evaluator_child.hpp"
#include "server/net/outside.hpp"

namespace holdfast::net {
namespace {

namespace asio = boost::asio;

class Child : public ::testing::Test {
protected:
    Result<workflow::Inputs> ask(const std::string& expression, std::string context = "{}") {
        if (child_ == nullptr || child_->over()) {
            auto begun = EvaluatorChild::start(loop_.get_executor(), command_);
            if (!begun) {
                return std::unexpected(begun.error());
            }
            child_ = *std::move(begun);
            ++started_;
        }
        std::optional<Result<workflow::Inputs>> answer;
        asio::co_spawn(
            loop_,
            child_->ask({.expressions = {{"it", expression}}, .context = std::move(context)}),
            [&](const std::exception_ptr&, Result<workflow::Inputs> got) {
                answer = std::move(got);
            });
        loop_.restart();
        loop_.run();
        return *std::move(answer);
    }
    ErrorCode code(const std::string& expression) {
        const auto answer = ask(expression);
        return answer ? ErrorCode::none : answer.error().code;
    }

    asio::io_context loop_;
    std::vector<std::string> command_{HOLDFAST_EVALUATE_CHILD};
    std::unique_ptr<EvaluatorChild> child_;
    int started_ = 0;
};

TEST_F(Child, evaluates_one_thing_after_the_other) {
    for (int i = 0; i < 50; ++i) {
        const auto answer = ask(".n + 1", R"({"n":)" + std::to_string(i) + "}");
        ASSERT_TRUE(answer) << error_name(answer.error().code);
        EXPECT_EQ(answer->at("it"), std::to_string(i + 1));
    }
    EXPECT_EQ(code("nonsense("), ErrorCode::routine_expression);
    EXPECT_EQ(started_, 1);
}

TEST_F(Child, an_endless_expression_is_stopped_and_the_next_is_evaluated) {
    EXPECT_EQ(code("def f: f; f"), ErrorCode::routine_expression_limit);
    EXPECT_TRUE(child_->over());
    EXPECT_EQ(code("last(range(1; infinite))"), ErrorCode::routine_expression_limit);
    EXPECT_EQ(code("1"), ErrorCode::none);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Child, one_that_wants_all_memory_is_stopped) {
    EXPECT_EQ(code("\"x\" * 1000000000 * 10"), ErrorCode::routine_expression_limit);
    EXPECT_EQ(code("[range(100000000)] | length"), ErrorCode::routine_expression_limit);
    EXPECT_EQ(code("def f: [f]; f"), ErrorCode::routine_expression_limit);
    EXPECT_EQ(code("1"), ErrorCode::none);
}
#endif

TEST_F(Child, has_neither_environment_nor_files) {
    const auto environment = ask("[$ENV, env] | add");
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->at("it"), "{}");
    EXPECT_EQ(code(R"(import "/etc/passwd" as $x; 1)"), ErrorCode::routine_expression);
    EXPECT_EQ(code("input"), ErrorCode::routine_expression);
}

TEST_F(Child, a_program_that_is_not_there_is_said) {
    command_ = {"/nowhere/holdfast"};
    EXPECT_EQ(code("1"), ErrorCode::routine_no_evaluator);
    command_ = {"/bin/false"};
    EXPECT_EQ(code("1"), ErrorCode::routine_no_evaluator);
}

// ------------------------------------------------------------------------------------ outside

bool is_public(const char* address) {
    return net::is_public(asio::ip::make_address(address));
}

TEST(Outside, knows_addresses_of_the_internet) {
    for (const char* one : {"8.8.8.8", "93.184.216.34", "2606:4700::1111", "172.32.0.1"}) {
        EXPECT_TRUE(is_public(one)) << one;
    }
    for (const char* one : {"127.0.0.1",
                            "10.1.2.3",
                            "172.16.0.1",
                            "172.31.255.255",
                            "192.168.1.1",
                            "169.254.169.254",
                            "100.64.0.1",
                            "0.0.0.0",
                            "224.0.0.1",
                            "255.255.255.255",
                            "::1",
                            "::",
                            "fe80::1",
                            "fd00::1",
                            "::ffff:127.0.0.1",
                            "::ffff:10.0.0.1",
                            "64:ff9b::7f00:1",
                            "2002:7f00:1::",
                            "2001:db8::1"}) {
        EXPECT_FALSE(is_public(one)) << one;
    }
}

TEST(Outside, takes_addresses_apart) {
    const auto url = parse_outside_url("https://a.example:8443/x/y?z=1#part");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->host, "a.example");
    EXPECT_EQ(url->port, "8443");
    EXPECT_EQ(url->target, "/x/y?z=1");
    EXPECT_EQ(parse_outside_url("http://a.example")->target, "/");
    EXPECT_EQ(parse_outside_url("http://a.example?q")->target, "/?q");
    EXPECT_EQ(parse_outside_url("http://[::1]:80/")->host, "::1");
    for (const char* one : {"ftp://a.example/",
                            "file:///etc/passwd",
                            "http://user@a.example/",
                            "http:///x",
                            "http://a.example:x/",
                            "http://a.example/a b",
                            "http://a.example/\r\nX: y",
                            ""}) {
        EXPECT_FALSE(parse_outside_url(one)) << one;
    }
}

/// A server that gives one answer to whoever asks, and keeps what it was asked.
class Answers {
public:
    explicit Answers(std::string reply) : reply_(std::move(reply)) {
        thread_ = std::thread([this] {
            asio::ip::tcp::socket socket(loop_);
            acceptor_.accept(socket);
            boost::beast::flat_buffer buffer;
            boost::system::error_code error;
            boost::beast::http::read(socket, buffer, asked, error);
            asio::write(socket, asio::buffer(reply_), error);
        });
    }
    ~Answers() { thread_.join(); }
    std::string url() {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook";
    }
    void done() {
        thread_.join();
        thread_ = std::thread([] {});
    }

    boost::beast::http::request<boost::beast::http::string_body> asked;

private:
    std::string reply_;
    asio::io_context loop_;
    asio::ip::tcp::acceptor acceptor_{
        loop_, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
    std::thread thread_;
};

Result<services::OutsideReply> ask(OutsideOptions options, services::OutsideRequest request) {
    asio::io_context loop;
    std::optional<Result<services::OutsideReply>> reply;
    asio::co_spawn(loop,
                   ask_outside(options, std::move(request)),
                   [&](const std::exception_ptr&, Result<services::OutsideReply> got) {
                       reply = std::move(got);
                   });
    loop.run();
    return *std::move(reply);
}

TEST(Outside, asks_with_the_key_and_the_body) {
    Answers server("HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{\"n\": 42}");
    const auto reply = ask({.private_addresses = true},
                           {.method = "POST",
                            .url = server.url(),
                            .headers = {{"X-Token", "t"}},
                            .body = R"({"what":"leak"})",
                            .key = "17/ask/1"});
    server.done();
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->status, 201);
    EXPECT_EQ(reply->body, R"({"n": 42})");
    EXPECT_EQ(server.asked["Idempotency-Key"], "17/ask/1");
    EXPECT_EQ(server.asked["X-Token"], "t");
    EXPECT_EQ(server.asked["Content-Type"], "application/json");
    EXPECT_EQ(server.asked.body(), R"({"what":"leak"})");
    EXPECT_EQ(server.asked.target(), "/hook");
}

TEST(Outside, an_answer_that_says_later_is_tried_again) {
    Answers server("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    const auto reply =
        ask({.private_addresses = true}, {.method = "GET", .url = server.url(), .key = "k"});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::routine_request_failed);
    EXPECT_EQ(reply.error().params, R"({"status":503})");
}

ErrorCode refusal(OutsideOptions options, services::OutsideRequest request) {
    const auto reply = ask(options, std::move(request));
    return reply ? ErrorCode::none : reply.error().code;
}

TEST(Outside, private_addresses_are_not_asked) {
    EXPECT_EQ(refusal({}, {.method = "GET", .url = "http://127.0.0.1:1/"}),
              ErrorCode::routine_request_forbidden);
    EXPECT_EQ(refusal({}, {.method = "GET", .url = "http://localhost:1/"}),
              ErrorCode::routine_request_forbidden);
    EXPECT_EQ(refusal({}, {.method = "GET", .url = "http://[::ffff:7f00:1]:1/"}),
              ErrorCode::routine_request_forbidden);
    EXPECT_EQ(refusal({}, {.method = "GET", .url = "http://2130706433/"}),
              ErrorCode::routine_request_forbidden);
    EXPECT_EQ(refusal({.private_addresses = true}, {.method = "GET", .url = "http://127.0.0.1:1/"}),
              ErrorCode::routine_request_failed);
}

TEST(Outside, headers_cannot_break_out) {
    const OutsideOptions all{.private_addresses = true};
    const std::string url = "http://127.0.0.1:1/";
    for (const auto& [name, value] : std::map<std::string, std::string>{{"X", "a\r\nY: b"},
                                                                        {"X Y", "a"},
                                                                        {"Host", "b"},
                                                                        {"content-length", "1"},
                                                                        {"Idempotency-Key", "x"}}) {
        EXPECT_EQ(refusal(all, {.method = "GET", .url = url, .headers = {{name, value}}}),
                  ErrorCode::routine_invalid_input)
            << name;
    }
    EXPECT_EQ(refusal(all, {.method = "CONNECT", .url = url}), ErrorCode::routine_invalid_input);
}

}  // namespace
}  // namespace holdfast::net
