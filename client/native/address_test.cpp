#include "client/native/address.hpp"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

TEST(Address, takes_host_and_port_apart) {
    const auto plain = parse_address("http://127.0.0.1:8080/");
    ASSERT_TRUE(plain.has_value());
    EXPECT_FALSE(plain->tls);
    EXPECT_EQ(plain->host, "127.0.0.1");
    EXPECT_EQ(plain->port, "8080");
    EXPECT_EQ(plain->authority(), "127.0.0.1:8080");

    const auto secure = parse_address("https://holdfast.example");
    ASSERT_TRUE(secure.has_value());
    EXPECT_TRUE(secure->tls);
    EXPECT_EQ(secure->port, "443");
    EXPECT_EQ(secure->authority(), "holdfast.example");

    const auto six = parse_address("http://[::1]:90");
    ASSERT_TRUE(six.has_value());
    EXPECT_EQ(six->host, "::1");
    EXPECT_EQ(six->authority(), "[::1]:90");
}

TEST(Address, refuses_what_is_none) {
    for (const char* bad : {"",
                            "localhost",
                            "ftp://a",
                            "http://",
                            "http://a:b",
                            "http://a/b",
                            "http://a b",
                            "http://u@a"}) {
        EXPECT_FALSE(parse_address(bad).has_value()) << bad;
    }
}

}  // namespace
}  // namespace holdfast::client
