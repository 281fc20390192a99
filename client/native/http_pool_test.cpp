#include "client/native/http_pool.hpp"

#include <gmock/gmock.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "platform/net/asio.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace holdfast::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string etag = "ETag: \"a\"\r\n";

/// A server that gives one answer to each connection, as it was told, and closes it.
class Script {
public:
    explicit Script(std::vector<std::string> answers)
        : acceptor_(loop_, {asio::ip::make_address("127.0.0.1"), 0}),
          thread_([this, answers = std::move(answers)] {
              for (const std::string& answer : answers) {
                  tcp::socket socket = acceptor_.accept();
                  std::string request;
                  asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n");
                  requests.push_back(std::move(request));
                  asio::write(socket, asio::buffer(answer));
              }
          }) {}
    ~Script() { finish(); }
    void finish() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

    std::vector<std::string> requests;  ///< after finish()

private:
    asio::io_context loop_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

std::string whole(const std::string& body, const std::string& headers = etag) {
    return "HTTP/1.1 200 OK\r\nHoldfast: 1\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string cut(const std::string& answer, std::size_t bytes) {
    return answer.substr(0, answer.size() - bytes);
}
std::string rest(const std::string& body, std::size_t from, const std::string& headers = etag) {
    const std::string size = std::to_string(body.size());
    return "HTTP/1.1 206 Partial Content\r\nHoldfast: 1\r\n" + headers + "Content-Range: bytes " +
           std::to_string(from) + "-" + std::to_string(body.size() - 1) + "/" + size +
           "\r\nContent-Length: " + std::to_string(body.size() - from) + "\r\n\r\n" +
           body.substr(from);
}

/// Asks once for each answer of the script, one after the other. They come on this thread.
std::vector<HttpAnswer> ask(Script& script, std::size_t times, const HttpRequest& request) {
    asio::io_context loop;
    const auto here = std::this_thread::get_id();
    std::vector<HttpAnswer> answers;
    std::unique_ptr<HttpPool> pool;
    pool = std::make_unique<HttpPool>(make_route(script.url(), "", "test").value(),
                                      loop.get_executor(),
                                      [&](const HttpAnswer& answer) {
                                          EXPECT_EQ(std::this_thread::get_id(), here);
                                          answers.push_back(answer);
                                          if (answers.size() < times) {
                                              pool->send(request);
                                          }
                                      });
    pool->send(request);
    loop.run();  // it has work as long as an answer is expected
    script.finish();
    return answers;
}

const HttpRequest get{.method = "GET", .path = "/part/0"};

TEST(HttpPool, OM3_an_answer_that_was_cut_goes_on_at_its_byte_each_time) {
    const std::string body = "abcdefghij";
    Script script({cut(whole(body), 6), cut(rest(body, 4), 3), rest(body, 7)});
    const auto answers = ask(script, 3, get);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].status, 0);
    EXPECT_EQ(answers[1].status, 0);
    EXPECT_EQ(answers[2].status, 200);
    EXPECT_TRUE(answers[2].ours);
    EXPECT_EQ(answers[2].body, body);
    EXPECT_THAT(script.requests[0], Not(HasSubstr("Range")));
    EXPECT_THAT(script.requests[1], HasSubstr("Range: bytes=4-\r\n"));
    EXPECT_THAT(script.requests[1], HasSubstr("If-Range: \"a\"\r\n"));
    EXPECT_THAT(script.requests[1], HasSubstr("Accept-Encoding: zstd, gzip\r\n"));
    EXPECT_THAT(script.requests[2], HasSubstr("Range: bytes=7-\r\n"));
}

TEST(HttpPool, what_has_changed_meanwhile_is_taken_whole) {
    Script script({cut(whole("abcdefghij"), 6), whole("other")});
    const auto answers = ask(script, 2, get);
    EXPECT_EQ(answers.at(1).status, 200);
    EXPECT_EQ(answers.at(1).body, "other");
}

TEST(HttpPool, the_rest_of_something_else_is_not_taken) {
    const std::string body = "abcdefghij";
    Script script({cut(whole(body), 6), rest(body, 4, "ETag: \"b\"\r\n"), whole(body)});
    const auto answers = ask(script, 3, get);
    EXPECT_EQ(answers.at(1).status, 0);
    EXPECT_EQ(answers.at(2).body, body);
    EXPECT_THAT(script.requests[2], Not(HasSubstr("Range")));
}

TEST(HttpPool, a_server_without_time_costs_nothing_of_what_came) {
    const std::string body = "abcdefghij";
    Script script({cut(whole(body), 6),
                   "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
                   rest(body, 4)});
    const auto answers = ask(script, 3, get);
    EXPECT_EQ(answers.at(1).status, 503);
    EXPECT_EQ(answers.at(2).body, body);
}

TEST(HttpPool, what_cannot_be_told_from_another_begins_anew) {
    const std::string body = "abcdefghij";
    Script script({cut(whole(body, ""), 6), cut(whole(body, "ETag: W/\"a\"\r\n"), 6), whole(body)});
    const auto answers = ask(script, 3, get);
    EXPECT_EQ(answers.at(2).body, body);
    EXPECT_THAT(script.requests[1] + script.requests[2], Not(HasSubstr("Range")));
}

TEST(HttpPool, whoever_names_a_range_is_left_alone) {
    Script script({cut(whole("abcdefghij"), 6), whole("abcdefghij")});
    HttpRequest ranged = get;
    ranged.headers = "Range: bytes=0-99\n";
    (void)ask(script, 2, ranged);
    EXPECT_THAT(script.requests[1], HasSubstr("Range: bytes=0-99\r\n"));
    EXPECT_THAT(script.requests[1], Not(HasSubstr("If-Range")));
}

TEST(HttpPool, ends_while_it_waits_for_a_server) {
    asio::io_context loop;
    tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
    const auto port = acceptor.local_endpoint().port();
    auto pool = std::make_unique<HttpPool>(
        make_route("http://127.0.0.1:" + std::to_string(port), "", "test").value(),
        loop.get_executor(),
        [](const HttpAnswer&) { ADD_FAILURE() << "an answer of nobody"; });
    pool->send(get);
    const tcp::socket silent = acceptor.accept();
    pool.reset();
    EXPECT_EQ(loop.run(), 0U);  // nothing is expected any more
}

TEST(CutAnswers, are_few) {
    CutAnswers cuts;
    for (const char* path : {"/a", "/b", "/c"}) {
        cuts.keep({.path = path, .etag = "\"a\"", .bytes = "x"});
    }
    EXPECT_FALSE(cuts.take("/a").has_value());
    EXPECT_TRUE(cuts.take("/b").has_value());
    EXPECT_FALSE(cuts.take("/b").has_value());
}

}  // namespace
}  // namespace holdfast::client
