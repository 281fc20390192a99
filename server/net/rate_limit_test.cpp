#include "server/net/rate_limit.hpp"

#include <gtest/gtest.h>

#include "server/net/limits.hpp"

namespace holdfast::net {
namespace {

TEST(RateLimit, refuses_a_burst_and_recovers_with_time) {
    RateLimit limit;
    Instant now{1000};
    int admitted = 0;
    while (limit.request(now, "192.0.2.1").admitted) {
        ++admitted;
    }
    EXPECT_EQ(admitted, static_cast<int>(limits::requests_burst));
    const auto verdict = limit.request(now, "192.0.2.1");
    EXPECT_GT(verdict.retry_after.count, 0);
    EXPECT_TRUE(limit.request(now, "192.0.2.2").admitted) << "another address is not concerned";
    EXPECT_TRUE(limit.request(now + verdict.retry_after, "192.0.2.1").admitted);
}

TEST(RateLimit, limits_the_open_connections_of_an_address) {
    RateLimit limit;
    Instant now{};
    for (std::size_t i = 0; i < limits::connections_per_address_max; ++i) {
        ASSERT_TRUE(limit.connect(now, "192.0.2.1").admitted);
        now = now + Millis{100};
    }
    EXPECT_FALSE(limit.connect(now, "192.0.2.1").admitted);
    limit.disconnected("192.0.2.1");
    EXPECT_TRUE(limit.connect(now, "192.0.2.1").admitted);
}

TEST(RateLimit, is_generous_to_its_own_machine) {
    RateLimit limit;
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_TRUE(limit.connect(Instant{}, "127.0.0.1").admitted);
        ASSERT_TRUE(limit.request(Instant{}, "::1").admitted);
    }
}

TEST(RateLimit, counts_a_network_of_version_six_as_one) {
    EXPECT_EQ(rate_key("2001:db8:1:2:3:4:5:6"), rate_key("2001:db8:1:2::9"));
    EXPECT_NE(rate_key("2001:db8:1:2::9"), rate_key("2001:db8:1:3::9"));
    EXPECT_EQ(rate_key("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_TRUE(is_loopback("127.8.8.8"));
    EXPECT_TRUE(is_loopback("::ffff:127.0.0.1"));
    EXPECT_FALSE(is_loopback("192.0.2.1"));
    EXPECT_FALSE(is_loopback("nonsense"));
}

TEST(RateLimit, remembers_a_bounded_number_of_addresses) {
    RateLimit limit;
    for (std::size_t i = 0; i < limits::addresses_max + 1000; ++i) {
        const std::string address = "10." + std::to_string(i >> 16) + "." +
                                    std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255);
        (void)limit.connect(Instant{static_cast<std::int64_t>(i)}, address);
    }
    EXPECT_LE(limit.addresses(), limits::addresses_max + 1);
}

}  // namespace
}  // namespace holdfast::net
