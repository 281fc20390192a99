#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/wire/codec.hpp"
#include "platform/net/compression.hpp"
#include "server/net/limits.hpp"
#include "server/net/testing/raw_client.hpp"
#include "server/net/testing/server_fixture.hpp"

namespace holdfast::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class HttpServer : public ServerFixture {
protected:
    void serve_app() {
        server_.reset();
        std::filesystem::create_directories(folder_ / "app/assets");
        std::ofstream(folder_ / "app/index.html") << "<!doctype html>" << std::string(4000, 'i');
        std::ofstream(folder_ / "app/assets/main-1a2b.js") << std::string(9000, 'j');
        options_.app_folder = folder_ / "app";
        start();
    }
    Reply post(std::string_view path, const Json& body, std::string_view headers = {}) {
        return request(server_->port(), "POST", path, body.dump(), headers);
    }
    Reply sign_in(const char* with = password) {
        return post("/auth/v1/sign-in",
                    {{"email", email},
                     {"password", with},
                     {"device", {{"number", "0"}, {"name", "Test"}, {"class", "mobile"}}}});
    }
    /// A member of the answer to a sign-in.
    std::string signed_in(const char* member) {
        return Json::parse(sign_in().body).value(member, "");
    }
    static std::string code_of(const Reply& reply) {
        return Json::parse(reply.body, nullptr, false).value("code", "");
    }
};

TEST_F(HttpServer, signs_in_with_the_right_password_only) {
    const Reply wrong = sign_in("wrong password");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(code_of(wrong), "auth.wrong_password");
    EXPECT_EQ(wrong.headers.at("content-type"), "application/problem+json");

    const Reply right = sign_in();
    ASSERT_EQ(right.status, 200) << right.body;
    EXPECT_EQ(right.headers.at("holdfast"), "1");
    EXPECT_EQ(right.headers.at("cache-control"), "no-store");
    const Json session = Json::parse(right.body);
    EXPECT_EQ(session["user"], to_string(user_));
    EXPECT_GE(session["device"].get<DeviceNumber>(), server_device_limit);
}

TEST_F(HttpServer, OM39_gives_what_opens_a_device_again_to_whoever_has_the_password) {
    const Json session = Json::parse(sign_in().body);
    const auto recover = [&](std::string_view with) {
        return post("/auth/v1/recovery",
                    {{"email", email},
                     {"password", with},
                     {"device",
                      {{"number", std::to_string(session["device"].get<DeviceNumber>())},
                       {"salt", "0"},
                       {"name", ""},
                       {"class", "mobile"}}}});
    };
    EXPECT_EQ(code_of(recover("wrong password")), "auth.wrong_password");
    const Reply right = recover(password);
    ASSERT_EQ(right.status, 200) << right.body;
    EXPECT_EQ(right.headers.at("cache-control"), "no-store");
    EXPECT_EQ(Json::parse(right.body), (Json{{"recovery", session["sealing"]["recovery"]}}));
}

TEST_F(HttpServer, OM36_tells_a_closed_door_whether_its_device_may_still_work_here) {
    const Json session = Json::parse(sign_in().body);
    const Reply right = post("/auth/v1/standing", {{"door", session["sealing"]["door"]}});
    ASSERT_EQ(right.status, 200) << right.body;
    EXPECT_EQ(right.headers.at("holdfast"), "1");
    EXPECT_EQ(Json::parse(right.body), (Json{{"barred", false}}));
    EXPECT_EQ(code_of(post("/auth/v1/standing", {{"door", session["access_token"]}})),
              "auth.session_revoked");
}

TEST_F(HttpServer, repeats_the_answer_to_a_refresh) {
    const Json session = Json::parse(sign_in().body);
    const Json body{{"refresh_token", session["refresh_token"]}};
    const Reply first = post("/auth/v1/refresh", body);
    const Reply again = post("/auth/v1/refresh", body);
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(Json::parse(first.body)["refresh_token"], Json::parse(again.body)["refresh_token"]);
    EXPECT_EQ(code_of(post("/auth/v1/refresh", {{"refresh_token", "hfr.none"}})),
              "auth.session_expired");
}

TEST_F(HttpServer, ends_a_session_and_changes_a_password) {
    const std::string access = signed_in("access_token");
    const std::string bearer = "Authorization: Bearer " + access + "\r\n";
    EXPECT_EQ(
        code_of(post(
            "/auth/v1/password", {{"old_password", password}, {"new_password", "short"}}, bearer)),
        "auth.password_too_short");
    EXPECT_EQ(post("/auth/v1/password",
                   {{"old_password", password}, {"new_password", "another good one"}},
                   bearer)
                  .status,
              204);
    EXPECT_EQ(sign_in().status, 401);
    EXPECT_EQ(sign_in("another good one").status, 200);
    EXPECT_EQ(request(server_->port(), "POST", "/auth/v1/sign-out", {}, bearer).status, 204);
    EXPECT_EQ(request(server_->port(), "POST", "/auth/v1/sign-out", {}, bearer).status, 401);
    EXPECT_EQ(request(server_->port(), "POST", "/sync/v1/pull", "x", {}).status, 401);
}

TEST_F(HttpServer, answers_a_pull_compressed_when_asked) {
    server_.reset();
    ASSERT_TRUE(storage_->begin().has_value());
    for (int i = 0; i < 100; ++i) {
        const RowChange change{
            .key = {directory_, RowKind::role, storage_->mint_id().value()},
            .body = body::encode(body::Role{.name = "Role " + std::to_string(i)})};
        ASSERT_TRUE(storage_->write_rows({&change, 1}).has_value());
    }
    ASSERT_TRUE(storage_->commit().has_value());
    const auto epoch = storage_->find_bucket(directory_).value()->bucket.epoch;
    start();
    const std::string access = signed_in("access_token");
    const std::string bearer =
        "Authorization: Bearer " + access + "\r\nContent-Type: application/x-holdfast\r\n";
    const std::string pull = wire::encode(wire::Pull{
        {{.bucket = directory_, .mode = wire::PullMode::snapshot, .epoch = epoch, .limit = 1000}},
        1 << 20});
    const Reply plain = request(server_->port(), "POST", "/sync/v1/pull", pull, bearer);
    ASSERT_EQ(plain.status, 200) << plain.body;
    EXPECT_FALSE(plain.headers.contains("content-encoding"));
    for (const Encoding encoding : {Encoding::gzip, Encoding::zstd}) {
        const std::string name(encoding_name(encoding));
        const Reply reply = request(server_->port(),
                                    "POST",
                                    "/sync/v1/pull",
                                    pull,
                                    bearer + "Accept-Encoding: " + name + "\r\n");
        EXPECT_EQ(reply.headers.at("content-encoding"), name);
        EXPECT_LT(reply.body.size(), plain.body.size());
        EXPECT_EQ(decompress(encoding, reply.body, 1 << 22).value(), plain.body);
    }
    EXPECT_EQ(code_of(request(server_->port(), "POST", "/sync/v1/pull", "junk", bearer)),
              "request.malformed");
}

TEST_F(HttpServer, OM14_answers_who_asks_for_older_messages) {
    server_.reset();
    constexpr Id channel{41};
    ASSERT_TRUE(storage_->begin().has_value());
    const BucketId timeline = storage_
                                  ->create_bucket({.bucket = {.kind = BucketKind::timeline,
                                                              .owner = channel,
                                                              .parent = organization_},
                                                   .organization = organization_,
                                                   .open = true})
                                  .value();
    const RowChange change{.key = {timeline, RowKind::message, storage_->mint_id().value()},
                           .sort = 1,
                           .body = body::encode(body::Message{.author = user_, .text = "old"})};
    ASSERT_TRUE(storage_->write_rows({&change, 1}).has_value());
    ASSERT_TRUE(storage_->commit().has_value());
    start();
    const std::string wish = R"({"channel":"41"})";
    const auto ask = [&](const std::string& body, const std::string& headers) {
        return request(server_->port(), "POST", "/sync/v1/older", body, headers);
    };
    EXPECT_EQ(ask(wish, {}).status, 401);
    const std::string bearer = "Authorization: Bearer " + signed_in("access_token") + "\r\n";
    const Reply reply = ask(wish, bearer);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.headers.at("content-type"), "application/x-holdfast");
    EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
    wire::FrameReader reader(reply.body);
    const auto frame = wire::decode(*reader.next().value());
    EXPECT_EQ(std::get<wire::Page>(*frame).rows.size(), 1U);
    EXPECT_EQ(code_of(ask(R"({"channel":"42"})", bearer)), "access.forbidden");
    EXPECT_EQ(code_of(ask("junk", bearer)), "request.malformed");
}

TEST_F(HttpServer, lets_browsers_keep_the_app_and_ask_again) {
    serve_app();
    const Reply script = request(server_->port(), "GET", "/assets/main-1a2b.js");
    EXPECT_EQ(script.status, 200);
    EXPECT_EQ(script.headers.at("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(script.headers.at("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(script.body.size(), 9000U);

    const Reply index = request(server_->port(), "GET", "/channel/17?x=1");
    EXPECT_EQ(index.headers.at("cache-control"), "no-cache");
    const std::string tag = index.headers.at("etag");
    const Reply unchanged =
        request(server_->port(), "GET", "/", {}, "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_EQ(unchanged.headers.at("etag"), tag);

    const Reply packed = request(server_->port(), "GET", "/", {}, "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
    EXPECT_EQ(decompress(Encoding::gzip, packed.body, 1 << 20).value(), index.body);

    const Reply head = request(server_->port(), "HEAD", "/index.html");
    EXPECT_EQ(head.headers.at("content-length"), std::to_string(index.body.size()));
    EXPECT_TRUE(head.body.empty());
    EXPECT_EQ(request(server_->port(), "GET", "/assets/../../holdfast.db").status, 404);
}

TEST_F(HttpServer, forbids_the_browser_what_the_app_does_not_need) {
    serve_app();
    for (const char* path : {"/", "/none.png", "/healthz", "/auth/v1/none"}) {
        const Reply reply = request(server_->port(), "GET", path);
        EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("default-src 'none'"))
            << path;
        EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("'wasm-unsafe-eval'"));
        EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
        EXPECT_EQ(reply.headers.at("referrer-policy"), "no-referrer");
        EXPECT_THAT(reply.headers.at("permissions-policy"), HasSubstr("camera=(self)"));
        EXPECT_THAT(reply.headers.at("permissions-policy"), HasSubstr("geolocation=(self)"));
        EXPECT_EQ(reply.headers.at("cross-origin-opener-policy"), "same-origin");
        EXPECT_EQ(reply.headers.at("holdfast"), "1");
        EXPECT_FALSE(reply.headers.contains("strict-transport-security"));
    }
}

TEST_F(HttpServer, refuses_what_is_too_large_or_no_request) {
    const Reply body = request(
        server_->port(), "POST", "/sync/v1/pull", std::string(limits::body_bytes_max + 1, 'x'));
    EXPECT_EQ(body.status, 413);
    EXPECT_EQ(code_of(body), "request.too_large");
    const Reply header = request(server_->port(),
                                 "GET",
                                 "/",
                                 {},
                                 "X-Long: " + std::string(limits::header_bytes_max, 'x') + "\r\n");
    EXPECT_EQ(header.status, 413);
    RawHttp junk(server_->port());
    EXPECT_EQ(junk.send("\x16\x03\x01 no request at all\r\n\r\n").status, 400);
    EXPECT_EQ(request(server_->port(), "GET", "/healthz").status, 200);
}

TEST_F(HttpServer, names_the_method_of_an_address) {
    serve_app();
    const Reply get = request(server_->port(), "GET", "/auth/v1/sign-in");
    EXPECT_EQ(get.status, 405);
    EXPECT_EQ(get.headers.at("allow"), "POST");
    const Reply post = request(server_->port(), "POST", "/");
    EXPECT_EQ(post.status, 405);
    EXPECT_EQ(post.headers.at("allow"), "GET, HEAD");
    EXPECT_EQ(code_of(post), "request.method");
}

TEST_F(HttpServer, answers_many_requests_over_one_connection) {
    RawHttp connection(server_->port());
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").body, "ok\n");
    }
    EXPECT_EQ(
        connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status,
        200);
    EXPECT_EQ(connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status, 0);
}

TEST_F(HttpServer, shows_its_counters_to_this_machine_only) {
    const Reply here = request(server_->port(), "GET", "/metrics");
    EXPECT_THAT(here.body, HasSubstr("\nholdfast_sockets_open 0\n"));
    EXPECT_THAT(here.body, HasSubstr("holdfast_intents_total{status=\"applied\"} 0\n"));
    EXPECT_EQ(
        request(server_->port(), "GET", "/metrics", {}, "X-Forwarded-For: 192.0.2.1\r\n").status,
        404);
}

TEST_F(HttpServer, writes_no_secret_to_the_log) {
    const Json session = Json::parse(sign_in().body);
    sign_in("another-secret-word");
    const std::string access = session.value("access_token", "");
    const std::string refresh = session.value("refresh_token", "");
    post("/auth/v1/refresh", {{"refresh_token", refresh}});
    post("/auth/v1/sign-out", {}, "Authorization: Bearer " + access + "\r\n");
    (void)request(server_->port(), "GET", "/?token=" + access);
    server_->stop();
    const std::string log = log_.str();
    EXPECT_THAT(log, HasSubstr("event=signed_in user=" + to_string(user_)));
    EXPECT_THAT(log, HasSubstr("path=/auth/v1/sign-in"));
    for (const std::string& secret : {std::string(password),
                                      std::string("another-secret-word"),
                                      access,
                                      refresh,
                                      std::string(email)}) {
        EXPECT_THAT(log, Not(HasSubstr(secret)));
    }
}

TEST_F(HttpServer, says_why_it_cannot_start) {
    ServerOptions options;
    options.port = server_->port();
    EXPECT_EQ(Server(options, *storage_, environment_).start().error().code,
              ErrorCode::setup_address_in_use);
    options.listen_address = "nowhere";
    EXPECT_EQ(Server(options, *storage_, environment_).start().error().code,
              ErrorCode::setup_address);
    options.listen_address = "203.0.113.254";  // of nobody's machine
    EXPECT_EQ(Server(options, *storage_, environment_).start().error().code,
              ErrorCode::setup_address);
    options.app_folder = folder_ / "none";
    EXPECT_EQ(Server(options, *storage_, environment_).start().error().code, ErrorCode::setup_file);
}

TEST_F(HttpServer, gives_out_an_authority_where_it_has_one) {
    EXPECT_EQ(request(server_->port(), "GET", "/ca.crt").status, 404);
    server_.reset();
    options_.authority_file = folder_ / "ca.crt";
    std::ofstream(options_.authority_file) << "a certificate";
    start();
    const Reply reply = request(server_->port(), "GET", "/ca.crt");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "a certificate");
    EXPECT_EQ(reply.headers.at("content-type"), "application/x-x509-ca-cert");
    EXPECT_FALSE(reply.headers.contains("strict-transport-security"));
    ServerOptions options;
    options.authority_file = folder_ / "none";
    EXPECT_EQ(Server(options, *storage_, environment_).start().error().code, ErrorCode::setup_tls);
}

}  // namespace
}  // namespace holdfast::net::testing
