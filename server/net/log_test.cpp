#include "server/net/log.hpp"

#include <gtest/gtest.h>

namespace holdfast::net {
namespace {

TEST(Log, writes_an_event_with_its_fields_on_one_line) {
    EXPECT_EQ(format_event("started", {{"port", 8080}, {"host", "127.0.0.1"}}),
              "event=started port=8080 host=127.0.0.1");
    EXPECT_EQ(format_event("stopped", {}), "event=stopped");
}

TEST(Log, lets_nobody_forge_a_line) {
    EXPECT_EQ(format_event("request", {{"path", "/a\nevent=started x=\"1\""}}),
              "event=request path=\"/a\\x0aevent=started x=\\\"1\\\"\"");
    EXPECT_EQ(format_event("request", {{"path", ""}}), "event=request path=\"\"");
    EXPECT_LT(format_event("request", {{"path", std::string(5000, 'x')}}).size(), 300U);
}

}  // namespace
}  // namespace holdfast::net
