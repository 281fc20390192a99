// OM24: choices that another server has, over real sockets: who may ask, and what is asked.

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/model/body_forms.hpp"
#include "platform/net/asio.hpp"
#include "server/net/limits.hpp"
#include "server/net/testing/raw_client.hpp"
#include "server/net/testing/server_fixture.hpp"
#include "server/services/limits.hpp"

namespace holdfast::net::testing {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Json = nlohmann::json;
using ::testing::ElementsAre;

constexpr Id channel{41};
constexpr Id secret{42};
constexpr Id version{611};
constexpr std::string_view parts_form =
    R"({"code":"order","components":[{"id":"asset","kind":"written"},)"
    R"({"id":"seal","kind":"api","source":"/parts/seals","pass":["asset"]},)"
    R"({"id":"pump","kind":"api","source":"https://parts.example/pumps"},)"
    R"({"id":"more","kind":"nested","forms":["part"]}],)"
    R"("forms":[{"code":"part","components":[{"id":"code","kind":"api","source":"/parts/any"}]}]})";

/// A server of somebody else's, which answers everything alike and remembers what it was asked.
class Elsewhere {
public:
    Elsewhere() : acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        thread_ = std::thread([this] { serve(); });
    }
    ~Elsewhere() {
        over_ = true;
        asio::io_context loop;
        tcp::socket last(loop);
        boost::system::error_code ignored;
        last.connect(acceptor_.local_endpoint(), ignored);  // it waits for one more
        thread_.join();
    }
    [[nodiscard]] std::string base() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    [[nodiscard]] std::vector<std::string> asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    void answer(unsigned status, std::string body) {
        const std::lock_guard lock(mutex_);
        status_ = status;
        body_ = std::move(body);
    }

private:
    void serve() {
        while (true) {
            tcp::socket socket(loop_);
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (over_) {
                return;
            }
            boost::beast::flat_buffer buffer;
            http::request<http::string_body> request;
            http::read(socket, buffer, request, error);
            http::response<http::string_body> response;
            {
                const std::lock_guard lock(mutex_);
                asked_.push_back(std::string(request.method_string()) + " " +
                                 std::string(request.target()) + " " + request.body());
                response.result(status_);
                response.body() = body_;
            }
            response.prepare_payload();
            http::write(socket, response, error);
        }
    }

    asio::io_context loop_;
    tcp::acceptor acceptor_;
    std::mutex mutex_;
    std::vector<std::string> asked_;
    unsigned status_ = 200;
    std::string body_ = R"({"data":[{"_id":"9","display":"Seal K7","code":"K7"}]})";
    std::atomic<bool> over_ = false;
    std::thread thread_;
};

class ChoiceServer : public ServerFixture {
protected:
    void SetUp() override {
        ServerFixture::SetUp();
        server_.reset();
        ASSERT_TRUE(storage_->begin());
        for (const Id each : {channel, secret}) {
            const BucketId bucket = make_bucket(BucketKind::channel, each);
            put({bucket, RowKind::channel, each},
                body::encode(body::Channel{.name = "Pumps", .is_private = each == secret}));
        }
        const BucketId forms = make_bucket(BucketKind::forms, organization_);
        put({forms, RowKind::form_version, version},
            body::encode(
                body::FormVersion{.form = Id{601}, .definition = std::string(parts_form)}));
        const BucketId own = storage_->find_bucket(BucketKind::user, user_).value()->bucket.id;
        put({own, RowKind::grant, channel}, body::encode(body::Grant{.channel = true}));
        ASSERT_TRUE(storage_->commit());
        options_.choice_base = elsewhere_.base();
        start();
        const Json body{{"email", email},
                        {"password", password},
                        {"device", {{"number", "0"}, {"name", "T"}, {"class", "mobile"}}}};
        const Reply reply = request(server_->port(), "POST", "/auth/v1/sign-in", body.dump());
        token_ = Json::parse(reply.body).value("access_token", "");
    }
    BucketId make_bucket(BucketKind kind, Id owner) {
        return storage_
            ->create_bucket(
                {.bucket = {.kind = kind, .owner = owner}, .organization = organization_})
            .value();
    }
    void put(RowKey key, std::string body) {
        const RowChange change{.key = key, .sort = 1, .body = std::move(body)};
        ASSERT_TRUE(storage_->write_rows({&change, 1}));
    }
    static Json wanted(const char* component = "seal") {
        return {{"channel", to_string(channel)},
                {"form", to_string(version)},
                {"part", "order"},
                {"component", component},
                {"search", "se"}};
    }
    Reply ask(const Json& body) {
        return request(server_->port(),
                       "POST",
                       "/forms/v1/choices",
                       body.dump(),
                       "Authorization: Bearer " + token_ + "\r\n");
    }
    std::string code(const Json& body) {
        const Reply reply = ask(body);
        return reply.status == 200 ? "found" : Json::parse(reply.body).value("code", "");
    }
    /// `wanted()` with one member another.
    static Json with(const char* member, Json value) {
        Json body = wanted();
        body[member] = std::move(value);
        return body;
    }

    Elsewhere elsewhere_;
    std::string token_;
};

TEST_F(ChoiceServer, asks_as_documented_and_keeps_the_answer) {
    const Json body = with("data", {{"asset", {"p-7"}}});
    const Reply reply = ask(body);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(Json::parse(reply.body)["items"][0],
              (Json{{"id", "K7"}, {"code", "K7"}, {"name", "Seal K7"}}));
    EXPECT_EQ(ask(body).body, reply.body);
    EXPECT_EQ(ask(with("search", "seal")).status, 200);
    EXPECT_THAT(elsewhere_.asked(),
                ElementsAre(R"(POST /parts/seals {"data":{"asset":["p-7"]},"search":"se"})",
                            R"(POST /parts/seals {"data":{},"search":"seal"})"));
    Json inside = wanted("code");
    inside["part"] = "part";
    EXPECT_EQ(code(inside), "found");
}

TEST_F(ChoiceServer, asks_for_nobody_who_may_not_fill_in_the_form) {
    EXPECT_EQ(request(server_->port(), "POST", "/forms/v1/choices", wanted().dump()).status, 401);
    EXPECT_EQ(code(with("channel", to_string(secret))), "access.forbidden");
    EXPECT_EQ(code(with("channel", "4242")), "access.forbidden");
    EXPECT_EQ(code(with("form", "612")), "intent.gone");
    EXPECT_EQ(code(wanted("asset")), "answer.unknown_component");
    EXPECT_EQ(code(with("part", "elsewhere")), "answer.unknown_component");
    EXPECT_EQ(code(with("search", "s")), "request.malformed");
    EXPECT_EQ(code(with("data", {{"more", {"x"}}})), "request.malformed");
    EXPECT_THAT(elsewhere_.asked(), ElementsAre());
}

TEST_F(ChoiceServer, asks_only_where_the_operator_allows) {
    EXPECT_EQ(code(wanted("pump")), "choices.forbidden");
    server_.reset();
    options_.choice_base.clear();
    start();
    EXPECT_EQ(code(wanted()), "choices.forbidden");
    EXPECT_THAT(elsewhere_.asked(), ElementsAre());
}

TEST_F(ChoiceServer, says_that_the_other_server_failed_and_asks_again_next_time) {
    elsewhere_.answer(500, "no");
    EXPECT_EQ(code(wanted()), "choices.failed");
    elsewhere_.answer(200, "<html>");
    EXPECT_EQ(code(wanted()), "choices.failed");
    elsewhere_.answer(200,
                      R"({"data":[")" + std::string(limits::outside_bytes_max, 'x') + R"("]})");
    EXPECT_EQ(code(wanted()), "choices.failed");
    elsewhere_.answer(302, "");
    EXPECT_EQ(code(wanted()), "choices.failed");
    elsewhere_.answer(200, R"({"data":[]})");
    EXPECT_EQ(code(wanted()), "found");
    EXPECT_EQ(elsewhere_.asked().size(), 5U);
}

TEST_F(ChoiceServer, holds_a_device_to_so_many_searches) {
    std::string last;
    const double most = services::limits::choices.burst * 4;
    for (int i = 0; i < most && last != "request.too_many"; ++i) {
        last = code(wanted());
    }
    EXPECT_EQ(last, "request.too_many");
    EXPECT_EQ(elsewhere_.asked().size(), 1U);
}

}  // namespace
}  // namespace holdfast::net::testing
