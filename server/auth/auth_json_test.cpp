#include "server/auth/auth_json.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth {
namespace {

ErrorCode sign_in_error(std::string_view body) {
    const auto parsed = parse_sign_in(body);
    return parsed ? ErrorCode::none : parsed.error().code;
}

TEST(AuthJson, reads_a_sign_in) {
    const auto request = parse_sign_in(
        R"({"email":"a@b","password":"p","device":{"number":1025,"name":"x","class":"desktop"}})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->email, "a@b");
    EXPECT_EQ(request->password, "p");
    EXPECT_EQ(request->device.number, 1025U);
    EXPECT_EQ(request->device.name, "x");
    EXPECT_EQ(request->device.device_class, wire::DeviceClass::desktop);
    const auto as_text = parse_sign_in(
        R"({"email":"a","password":"p","x":1,"device":)"
        R"({"number":"7","salt":"18446744073709551615","name":"","class":"mobile"}})");
    ASSERT_TRUE(as_text);
    EXPECT_EQ(as_text->device.number, 7U);
    EXPECT_EQ(as_text->device.salt, ~std::uint64_t{0});
    EXPECT_EQ(request->device.salt, 0U);
}

TEST(AuthJson, refuses_bodies_of_another_shape) {
    EXPECT_EQ(sign_in_error(""), ErrorCode::request_malformed);
    EXPECT_EQ(sign_in_error("[]"), ErrorCode::request_malformed);
    EXPECT_EQ(sign_in_error("{}"), ErrorCode::request_malformed);
    EXPECT_EQ(sign_in_error(R"({"email":1,"password":"p","device":{"name":"","class":"mobile"}})"),
              ErrorCode::request_malformed);
    EXPECT_EQ(sign_in_error(R"({"email":"a","password":"p"})"), ErrorCode::request_malformed);
    for (const char* number : {"-1", "1.5", "2147483648", "\"7x\"", "\"\"", "null"}) {
        EXPECT_EQ(sign_in_error(std::string(R"({"email":"a","password":"p","device":{"number":)") +
                                number + R"(,"name":"","class":"mobile"}})"),
                  ErrorCode::request_malformed)
            << number;
    }
    EXPECT_EQ(sign_in_error(
                  R"({"email":"a","password":"p","device":{"number":1,"name":"","class":"tv"}})"),
              ErrorCode::request_malformed);
    EXPECT_EQ(sign_in_error(std::string(limits::body_bytes_max + 1, ' ')),
              ErrorCode::request_too_large);
}

TEST(AuthJson, no_error_repeats_the_password) {
    const auto refused = parse_sign_in(R"({"email":"a","password":"hunter2"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail.find("hunter2"), std::string::npos);
}

TEST(AuthJson, reads_the_other_bodies) {
    EXPECT_EQ(parse_refresh_request(R"({"refresh_token":"t"})").value_or(""), "t");
    EXPECT_FALSE(parse_refresh_request(R"({"refresh_token":""})"));
    const auto change = parse_password_request(R"({"old_password":"a","new_password":"b"})");
    ASSERT_TRUE(change);
    EXPECT_EQ(change->old_password, "a");
    EXPECT_EQ(change->new_password, "b");
    EXPECT_FALSE(parse_password_request(R"({"old_password":"a"})"));
}

TEST(AuthJson, writes_answers_as_documented) {
    const SignInAnswer answer{
        .tokens = {"acc", Millis{900'000}, "ref", {"\1\2\3", "pas", "rec", "doo"}},
        .user = Id{12},
        .organization = Id{34},
        .device = 7,
        .salt = 18'446'744'073'709'551'615ULL,
        .policy = {.granted = true}};
    EXPECT_EQ(encode(answer),
              R"({"access_token":"acc","access_expires_in_ms":900000,"refresh_token":"ref",)"
              R"("sealing":{"key":"AQID","pass":"pas","recovery":"rec","door":"doo"},)"
              R"("user":"12","organization":"34","device":7,"salt":"18446744073709551615",)"
              R"("policy":{"granted":true,"automatic":false,"allow_messages":true}})");
    EXPECT_EQ(encode(answer.tokens),
              R"({"access_token":"acc","access_expires_in_ms":900000,"refresh_token":"ref",)"
              R"("sealing":{"key":"AQID","pass":"pas","recovery":"rec","door":"doo"}})");
}

}  // namespace
}  // namespace holdfast::auth
