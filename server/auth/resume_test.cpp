#include <gtest/gtest.h>

#include "server/auth/auth_service.hpp"
#include "server/auth/passwords.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::auth {
namespace {

using testing::Company;
using testing::FakeEnvironment;
using testing::must;

class ResumeTest : public ::testing::Test {
protected:
    ResumeTest() {
        must(storage_->begin());
        auto account = must(storage_->find_account("ana@acme")).value();
        account.password_hash = must(hash_password("correct horse", minimum_cost()));
        must(storage_->put_account(account));
        must(storage_->commit());
        restart();
    }
    /// A new process: what the old one had in memory is gone.
    void restart() { auth_ = must(AuthService::create(*storage_, environment_)); }

    SignInAnswer sign_in(DeviceNumber device = 0, std::uint64_t salt = 0) {
        const auto check = must(auth_->begin_sign_in("ana@acme", "10.0.0.1"));
        return must(
            auth_->finish_sign_in(check, true, {.number = device, .salt = salt, .name = "phone"}));
    }
    services::Authenticator::Admission admit(const TokenPair& tokens,
                                             DeviceNumber device,
                                             std::uint64_t salt) {
        must(storage_->begin());
        auto admission =
            must(auth_->admit({.token = tokens.access, .device = device, .salt = salt}));
        must(storage_->commit());
        return admission;
    }
    services::Authenticator::Admission welcomed() {
        answer_ = sign_in();
        return admit(answer_.tokens, answer_.device, answer_.salt);
    }
    std::optional<services::Authenticator::Admission> resume(
        const services::Authenticator::Admission& from) {
        return auth_->resume({.device = from.identity.device, .resume = from.resume});
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    std::unique_ptr<AuthService> auth_;
    SignInAnswer answer_;
};

TEST_F(ResumeTest, a_sealed_token_is_enough_and_gives_the_next_one) {
    const auto first = welcomed();
    const auto second = resume(first);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->identity, first.identity);
    EXPECT_NE(second->salt, first.salt);
    EXPECT_NE(second->resume, first.resume);
    EXPECT_LE(second->resume.size(), 100U);
    EXPECT_TRUE(resume(*second));
}

TEST_F(ResumeTest, a_welcome_that_was_lost_leaves_the_token_before_good) {
    const auto first = welcomed();
    const auto lost = resume(first);
    ASSERT_TRUE(lost);
    const auto again = resume(first);
    ASSERT_TRUE(again);
    EXPECT_TRUE(resume(*again));
}

TEST_F(ResumeTest, OM38_a_welcome_that_came_all_the_same_is_good_until_the_next_one_is_used) {
    const auto first = welcomed();
    const auto late = resume(first);  // its socket was given up before
    const auto again = resume(first);
    ASSERT_TRUE(again);
    const auto gone_on = resume(*late);
    ASSERT_TRUE(gone_on);
    EXPECT_FALSE(resume(*again)) << "only one of the two can have come to the device";
    EXPECT_TRUE(resume(*gone_on));
}

TEST_F(ResumeTest, OM38_two_images_of_a_device_that_take_turns_are_told_apart) {
    const auto image = welcomed();
    auto one = resume(image);
    auto other = resume(image);
    ASSERT_TRUE(one && other);
    one = resume(*one);
    ASSERT_TRUE(one);
    EXPECT_FALSE(resume(*other));
    EXPECT_NE(admit(answer_.tokens, other->identity.device, other->salt).identity.device,
              image.identity.device);
}

TEST_F(ResumeTest, bytes_that_were_not_sealed_here_are_not_taken) {
    const auto first = welcomed();
    for (std::size_t i = 0; i < first.resume.size(); ++i) {
        auto forged = first;
        forged.resume[i] = static_cast<char>(forged.resume[i] ^ 1);
        EXPECT_FALSE(resume(forged));
        EXPECT_FALSE(
            auth_->resume({.device = first.identity.device, .resume = first.resume.substr(0, i)}));
    }
    auto other = first;
    other.identity.device += 1;
    EXPECT_FALSE(resume(other)) << "another device's";
}

TEST_F(ResumeTest, OM38_a_copy_that_resumes_is_found) {
    const auto image = welcomed();
    auto original = image;
    for (int i = 0; i < 3; ++i) {
        original = *resume(original);
    }
    EXPECT_FALSE(resume(image)) << "its token is too old";
    // In full, it gets a number of its own; and then the original's token is not good any more.
    const auto copy = admit(answer_.tokens, image.identity.device, image.salt);
    EXPECT_NE(copy.identity.device, image.identity.device);
    EXPECT_FALSE(resume(original));
    EXPECT_TRUE(resume(copy));
}

TEST_F(ResumeTest, OM38_a_server_that_forgot_the_salts_takes_no_device_for_a_copy) {
    auto device = welcomed();
    const auto image = device;
    for (int i = 0; i < 5; ++i) {
        device = *resume(device);  // in memory only
    }
    restart();
    const auto after = resume(device);
    ASSERT_TRUE(after) << "its salt was turned more often than the tables know";
    EXPECT_FALSE(resume(image)) << "a copy's was turned less often";
    restart();
    EXPECT_EQ(admit(answer_.tokens, after->identity.device, after->salt).identity.device,
              after->identity.device)
        << "nor in full";
}

TEST_F(ResumeTest, OM38_signing_in_knows_the_salts_that_are_in_memory_only) {
    auto device = welcomed();
    const auto image = device;
    for (int i = 0; i < 3; ++i) {
        device = *resume(device);
    }
    EXPECT_NE(sign_in(image.identity.device, image.salt).device, image.identity.device) << "a copy";
    EXPECT_EQ(sign_in(image.identity.device, device.salt).device, image.identity.device);
}

TEST_F(ResumeTest, OM36_a_session_that_has_ended_does_not_resume) {
    const auto first = welcomed();
    ASSERT_TRUE(auth_->sign_out(first.identity));
    EXPECT_FALSE(resume(first));
    const auto second = welcomed();
    ASSERT_TRUE(resume(second));
    // By another process, which this one is told of.
    must(storage_->begin());
    auto account = must(storage_->find_account("ana@acme")).value();
    account.active = false;
    must(storage_->put_account(account));
    must(storage_->commit());
    auth_->forget_standings();
    EXPECT_FALSE(resume(second));
}

TEST_F(ResumeTest, a_token_is_good_for_thirty_days) {
    const auto first = welcomed();
    environment_.advance(Millis{limits::resume_life.count - 1});
    const auto second = resume(first);
    ASSERT_TRUE(second);
    environment_.advance(Millis{1});
    EXPECT_FALSE(resume(first));
    EXPECT_TRUE(resume(*second));
}

TEST_F(ResumeTest, OM33_a_device_that_a_restored_server_does_not_know_keeps_its_number) {
    // Registered after the backup was made: what waits on it has ids of this number. Nobody has
    // told the server that it was restored, and others sign in before.
    const DeviceNumber lost = sign_in().device + 1;
    const std::uint64_t salt = std::uint64_t{4} << 32U | 9;
    const DeviceNumber other = sign_in().device;
    EXPECT_NE(other, lost) << "numbers are drawn, not counted";
    EXPECT_EQ(sign_in(lost, salt).device, lost);
    const SignInAnswer back = sign_in(lost, salt);
    EXPECT_EQ(back.device, lost) << "the first answer was lost";
    EXPECT_EQ(admit(back.tokens, lost, back.salt).identity.device, lost);
    EXPECT_NE(sign_in(server_device).device, server_device) << "the server's own";
}

TEST(ResumeSeal, gives_back_what_it_sealed) {
    const ResumeSeal seal(TokenKey(std::string(TokenKey::bytes_count, 'k')));
    const ResumeToken token{.session = "public-id-of-a-session",
                            .device = 1031,
                            .salt = 0xfedc'ba98'7654'3210,
                            .issued_at = {1'767'268'800'000}};
    const std::string nonce(ResumeSeal::nonce_bytes, 'n');
    EXPECT_EQ(seal.open(seal.seal(token, nonce)), token);
    const ResumeSeal another(TokenKey(std::string(TokenKey::bytes_count, 'j')));
    EXPECT_FALSE(another.open(seal.seal(token, nonce)));
    EXPECT_FALSE(seal.open(""));
}

}  // namespace
}  // namespace holdfast::auth
