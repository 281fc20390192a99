#include "cli/host.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace holdfast::cli {
namespace {

TEST(Listen, takes_address_and_port_apart) {
    EXPECT_EQ(parse_listen("127.0.0.1:8080").value(),
              std::pair(std::string("127.0.0.1"), std::uint16_t{8080}));
    EXPECT_EQ(parse_listen("[::1]:0").value(), std::pair(std::string("::1"), std::uint16_t{0}));
    EXPECT_EQ(parse_listen("localhost:1").value().first, "127.0.0.1");
    for (const char* bad :
         {"", "8080", ":8080", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:80x"}) {
        EXPECT_FALSE(parse_listen(bad).has_value()) << bad;
    }
}

}  // namespace
}  // namespace holdfast::cli
