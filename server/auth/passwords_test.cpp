#include "server/auth/passwords.hpp"

#include <gtest/gtest.h>

#include "server/auth/tokens.hpp"
#include "server/auth/tries.hpp"

namespace holdfast::auth {
namespace {

TEST(Passwords, verifies_the_right_one_only) {
    const auto hash = hash_password("correct horse", minimum_cost());
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$argon2id$"));
    EXPECT_TRUE(verify_password(*hash, "correct horse"));
    EXPECT_FALSE(verify_password(*hash, "correct horsf"));
    EXPECT_FALSE(verify_password(*hash, ""));
    const auto again = hash_password("correct horse", minimum_cost());
    EXPECT_NE(*hash, *again) << "salted";
}

TEST(Passwords, a_hash_that_is_none_verifies_nothing) {
    EXPECT_FALSE(verify_password("", ""));
    EXPECT_FALSE(verify_password("-", "-"));
    EXPECT_FALSE(verify_password(std::string(4096, 'x'), "x"));
}

TEST(Passwords, the_dummy_costs_what_a_real_hash_costs) {
    const HashCost cost;
    const std::string parameters = "m=" + std::to_string(cost.memory_bytes / 1024) +
                                   ",t=" + std::to_string(cost.operations) + ",p=1";
    EXPECT_NE(dummy_hash().find(parameters), std::string::npos);
    const auto real = hash_password("x");
    ASSERT_TRUE(real);
    EXPECT_NE(real->find(parameters), std::string::npos);
    EXPECT_EQ(real->size(), dummy_hash().size());
}

TEST(Tokens, are_read_back_with_the_same_key_only) {
    const TokenKey key(std::string(32, 'k'));
    const TokenKey other(std::string(32, 'o'));
    const std::string access = print(key, AccessToken{"session", WallTime{123}});
    EXPECT_TRUE(access.starts_with("hfa.session.123."));
    const auto read = parse_access(key, access);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->session, "session");
    EXPECT_EQ(read->expires_at, WallTime{123});
    EXPECT_FALSE(parse_access(other, access));
    EXPECT_FALSE(parse_refresh(key, access)) << "one kind is not the other";
    for (std::size_t i = 0; i < access.size(); ++i) {
        std::string changed = access;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(changed != access && parse_access(key, changed)) << i;
        EXPECT_FALSE(parse_access(key, access.substr(0, i))) << i;
    }
}

TEST(Tries, are_counted_in_a_window_and_bounded_in_number) {
    TryCounter tries(2, Millis{1000}, 3);
    tries.add(Instant{0}, "a");
    EXPECT_EQ(tries.wait(Instant{0}, "a").count, 0);
    tries.add(Instant{100}, "a");
    EXPECT_EQ(tries.wait(Instant{400}, "a").count, 600);
    tries.take_back("a");
    EXPECT_EQ(tries.wait(Instant{400}, "a").count, 0);
    tries.add(Instant{400}, "a");
    EXPECT_EQ(tries.wait(Instant{1000}, "a").count, 0) << "the window is over";
    tries.add(Instant{1000}, "a");
    EXPECT_EQ(tries.wait(Instant{1000}, "a").count, 0) << "and a new one has begun";
    tries.add(Instant{1001}, "a");
    for (const char* name : {"b", "c", "d"}) {
        tries.add(Instant{1002}, name);
    }
    EXPECT_EQ(tries.wait(Instant{1003}, "a").count, 0) << "forgotten for the others";
}

}  // namespace
}  // namespace holdfast::auth
