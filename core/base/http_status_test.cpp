#include "core/base/http_status.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(HttpStatus, passes_where_nobody_answers_or_the_server_cannot_now) {
    for (const int passing : {0, 429, 500, 502, 503, 504, 599}) {
        EXPECT_TRUE(is_passing_status(passing)) << passing;
    }
    for (const int judged : {200, 206, 304, 400, 401, 403, 404, 410, 428, 430, 499}) {
        EXPECT_FALSE(is_passing_status(judged)) << judged;
    }
}

}  // namespace
}  // namespace holdfast
