#include "server/auth/auth_service.hpp"

#include <gtest/gtest.h>

#include "server/auth/auth_json.hpp"
#include "server/auth/passwords.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::auth {
namespace {

using testing::Company;
using testing::FakeEnvironment;
using testing::must;

constexpr std::string_view email = "ana@acme";
constexpr std::string_view password = "correct horse";

class AuthTest : public ::testing::Test {
protected:
    AuthTest() {
        must(storage_->begin());
        auto account = must(storage_->find_account(email)).value();
        account.password_hash = must(hash_password(password, minimum_cost()));
        must(storage_->put_account(account));
        must(storage_->commit());
        auth_ = must(AuthService::create(*storage_, environment_));
    }
    Result<SignInAnswer> try_sign_in(std::string_view who,
                                     std::string_view word,
                                     DeviceNumber device = 0,
                                     std::string_view address = "10.0.0.1",
                                     std::uint64_t salt = 0) {
        HF_TRY(const auto check, auth_->begin_sign_in(who, address));
        // The hash that no password has costs a real one's time: not waited for here.
        const bool known = check.hash != dummy_hash();
        return auth_->finish_sign_in(check,
                                     known && verify_password(check.hash, word),
                                     {.number = device, .salt = salt, .name = "phone"});
    }
    SignInAnswer sign_in(DeviceNumber device = 0, std::uint64_t salt = 0) {
        return must(try_sign_in(email, password, device, "10.0.0.1", salt));
    }
    ErrorCode access_error(const std::string& token) {
        const auto identity = auth_->check_access(token);
        return identity ? ErrorCode::none : identity.error().code;
    }
    Result<services::Authenticator::Admission> admit(const TokenPair& tokens,
                                                     DeviceNumber device,
                                                     std::uint64_t salt) {
        must(storage_->begin());
        auto admission = auth_->admit({.token = tokens.access, .device = device, .salt = salt});
        if (admission) {
            must(storage_->commit());
        } else {
            storage_->rollback();
        }
        return admission;
    }
    void change_device(DeviceNumber number, auto&& change) {
        must(storage_->begin());
        auto device = must(storage_->find_device(number)).value();
        change(device);
        must(storage_->put_device(device));
        must(storage_->commit());
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    std::unique_ptr<AuthService> auth_;
};

// ------------------------------------------------------------------------------ sign-in

TEST_F(AuthTest, signs_in_and_is_known_by_the_access_token) {
    const SignInAnswer answer = sign_in();
    EXPECT_EQ(answer.user, company_.ana);
    EXPECT_EQ(answer.organization, company_.id);
    EXPECT_GE(answer.device, server_device_limit);
    EXPECT_NE(answer.salt, 0U);
    EXPECT_TRUE(answer.policy.granted);
    const Identity identity = must(auth_->check_access(answer.tokens.access));
    EXPECT_EQ(identity.user, company_.ana);
    EXPECT_EQ(identity.organization, company_.id);
    EXPECT_EQ(identity.device, answer.device);
}

TEST_F(AuthTest, OM14_a_person_is_signed_in_on_so_many_phones_as_the_entitlement_says) {
    must(storage_->begin());
    company_.put(
        {company_.directory, RowKind::entitlement, company_.id},
        body::encode(body::Entitlement{
            .state = body::EntitlementState::granted, .devices_max = 2, .offline_days_max = 7}));
    must(storage_->commit());
    const SignInAnswer first = sign_in();
    EXPECT_EQ(first.policy.offline_days_max, 7);
    (void)sign_in();
    const auto third = try_sign_in(email, password);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, ErrorCode::entitlement_too_many_devices);
    EXPECT_EQ(third.error().params, R"({"limit":2})");
    (void)sign_in(first.device, first.salt);  // one of the two comes again
    const auto check = must(auth_->begin_sign_in(email, "10.0.0.1"));
    EXPECT_TRUE(auth_->finish_sign_in(
        check, true, {.number = 0, .name = "desk", .device_class = wire::DeviceClass::desktop}))
        << "a desktop keeps nothing and counts for nothing";
    const Identity one = must(auth_->check_access(sign_in(first.device, first.salt).tokens.access));
    must(auth_->sign_out(one));
    EXPECT_TRUE(try_sign_in(email, password)) << "there is room again";
}

TEST_F(AuthTest, an_unknown_account_looks_like_a_wrong_password) {
    EXPECT_EQ(try_sign_in(email, "wrong").error().code, ErrorCode::auth_wrong_password);
    EXPECT_EQ(try_sign_in("nobody@acme", password).error().code, ErrorCode::auth_wrong_password);
    EXPECT_EQ(must(auth_->begin_sign_in("nobody@acme", "a")).hash, dummy_hash());
    EXPECT_FALSE(verify_password(dummy_hash(), password));
}

TEST_F(AuthTest, an_address_of_mixed_case_is_the_same_account) {
    EXPECT_TRUE(try_sign_in("Ana@ACME", password));
}

TEST_F(AuthTest, an_account_that_is_not_active_is_refused_and_its_sessions_end) {
    const SignInAnswer answer = sign_in();
    must(storage_->begin());
    auto account = must(storage_->find_account(email)).value();
    account.active = false;
    must(storage_->put_account(account));
    must(storage_->commit());
    EXPECT_EQ(try_sign_in(email, password).error().code, ErrorCode::auth_wrong_password);
    EXPECT_EQ(access_error(answer.tokens.access), ErrorCode::auth_access_revoked);
    EXPECT_EQ(auth_->refresh(answer.tokens.refresh).error().code, ErrorCode::auth_access_revoked);
}

TEST_F(AuthTest, OM36_a_device_that_was_revoked_is_told_so_whatever_became_of_its_session) {
    const SignInAnswer answer = sign_in();
    must(storage_->begin());
    auto device = must(storage_->find_device(answer.device)).value();
    device.revoked = true;
    must(storage_->put_device(device));
    for (auto session : must(storage_->sessions_of(answer.user))) {
        session.revoked = true;
        must(storage_->put_session(session));
    }
    must(storage_->commit());
    EXPECT_EQ(auth_->refresh(answer.tokens.refresh).error().code, ErrorCode::auth_access_revoked);
    EXPECT_NE(sign_in(answer.device, answer.salt).device, answer.device);
}

TEST_F(AuthTest, ten_wrong_passwords_close_the_door_for_ten_minutes) {
    for (std::size_t i = 0; i < limits::tries_per_account_and_address_max; ++i) {
        EXPECT_EQ(try_sign_in(email, "wrong").error().code, ErrorCode::auth_wrong_password);
        environment_.advance(Millis{1000});
    }
    const auto refused = try_sign_in(email, password);
    EXPECT_EQ(refused.error().code, ErrorCode::auth_too_many_tries);
    EXPECT_EQ(refused.error().params, "{\"retry_after_ms\":590000}");
    EXPECT_TRUE(try_sign_in(email, password, 0, "10.9.9.9"))
        << "the owner elsewhere is not shut out";
    environment_.advance(limits::tries_window);
    EXPECT_TRUE(try_sign_in(email, password));
}

TEST_F(AuthTest, one_address_cannot_try_many_accounts) {
    for (std::size_t i = 0; i < limits::tries_per_address_max; ++i) {
        EXPECT_EQ(try_sign_in("user" + std::to_string(i), "x").error().code,
                  ErrorCode::auth_wrong_password);
    }
    EXPECT_EQ(try_sign_in(email, password).error().code, ErrorCode::auth_too_many_tries);
}

TEST_F(AuthTest, right_passwords_do_not_count_as_tries) {
    for (int i = 0; i < 60; ++i) {
        ASSERT_TRUE(try_sign_in(email, password));
    }
}

TEST_F(AuthTest, OM36_a_pass_outlives_its_session_and_not_its_device) {
    const SignInAnswer first = sign_in();
    const std::string pass = first.tokens.sealing.pass;
    EXPECT_EQ(first.tokens.sealing.key, auth_->sealing_key());
    EXPECT_EQ(must(auth_->refresh(first.tokens.refresh)).sealing.pass, pass);
    ASSERT_TRUE(auth_->sign_out(must(auth_->check_access(first.tokens.access))));
    const Identity known = must(auth_->check_pass(pass, first.device));
    EXPECT_EQ(known.user, company_.ana);
    EXPECT_EQ(known.device, first.device);
    EXPECT_TRUE(auth_->check_pass(pass, company_.make_device(company_.ana)));
    EXPECT_FALSE(auth_->check_pass(pass, company_.make_device(company_.ben)));
    EXPECT_FALSE(auth_->check_pass(pass, 0));
    for (const std::string& other :
         {pass + "x", pass.substr(1), first.tokens.access, first.tokens.refresh, std::string()}) {
        EXPECT_EQ(auth_->check_pass(other, first.device).error().code, ErrorCode::sealed_refused);
    }
    EXPECT_EQ(access_error(pass), ErrorCode::auth_session_expired) << "it opens nothing";
    EXPECT_EQ(auth_->refresh(pass).error().code, ErrorCode::auth_session_expired);
    change_device(first.device, [](auto& device) { device.revoked = true; });
    EXPECT_EQ(auth_->check_pass(pass, first.device).error().code, ErrorCode::sealed_refused);
}

TEST_F(AuthTest, OM39_who_has_the_password_opens_a_device_again_unless_it_was_revoked) {
    const SignInAnswer first = sign_in();
    const std::string key = first.tokens.sealing.recovery;
    EXPECT_EQ(must(auth_->refresh(first.tokens.refresh)).sealing.recovery, key);
    const auto recover = [&](std::string_view word, DeviceNumber device) {
        const auto check = must(auth_->begin_sign_in(email, "10.0.0.1"));
        return auth_->finish_recovery(check, verify_password(check.hash, word), device);
    };
    EXPECT_EQ(must(recover(password, first.device)), key);
    EXPECT_EQ(access_error(first.tokens.access), ErrorCode::none) << "the session goes on";
    EXPECT_NE(must(recover(password, company_.make_device(company_.ana))), key);
    EXPECT_EQ(recover("wrong", first.device).error().code, ErrorCode::auth_wrong_password);
    for (const DeviceNumber other : {company_.make_device(company_.ben), DeviceNumber{0}}) {
        EXPECT_EQ(recover(password, other).error().code, ErrorCode::auth_session_revoked);
    }
    change_device(first.device, [](auto& device) { device.revoked = true; });
    EXPECT_EQ(recover(password, first.device).error().code, ErrorCode::auth_session_revoked);
    for (int tries = 0; tries < 10; ++tries) {
        EXPECT_FALSE(recover("wrong", first.device));
    }
    EXPECT_EQ(auth_->begin_sign_in(email, "10.0.0.1").error().code, ErrorCode::auth_too_many_tries);
}

TEST_F(AuthTest, OM36_a_closed_door_hears_whether_its_device_may_still_work_here_and_no_more) {
    const SignInAnswer first = sign_in();
    const std::string door = first.tokens.sealing.door;
    EXPECT_FALSE(must(auth_->is_barred(door)));
    EXPECT_EQ(access_error(door), ErrorCode::auth_session_expired) << "it opens nothing";
    EXPECT_EQ(auth_->check_pass(door, first.device).error().code, ErrorCode::sealed_refused);
    for (const std::string& other : {first.tokens.sealing.pass, door + "x", std::string("hfb.1")}) {
        EXPECT_EQ(auth_->is_barred(other).error().code, ErrorCode::auth_session_revoked);
    }
    change_device(first.device, [](auto& device) { device.revoked = true; });
    EXPECT_TRUE(must(auth_->is_barred(door)));
    const std::string next = sign_in(first.device, first.salt).tokens.sealing.door;
    EXPECT_FALSE(must(auth_->is_barred(next))) << "a number of its own";
    EXPECT_TRUE(must(auth_->is_barred(door)));
}

TEST_F(AuthTest, a_device_keeps_its_number_with_its_user_only) {
    const SignInAnswer first = sign_in();
    const SignInAnswer again = sign_in(first.device, first.salt);
    EXPECT_EQ(again.device, first.device);
    EXPECT_NE(again.salt, first.salt);
    EXPECT_EQ(access_error(first.tokens.access), ErrorCode::auth_session_revoked)
        << "one session a device";
    EXPECT_EQ(auth_->take_ended().size(), 1U);

    const DeviceNumber bens = company_.make_device(company_.ben);
    EXPECT_NE(sign_in(bens).device, bens);
    change_device(first.device, [](auto& device) { device.revoked = true; });
    EXPECT_NE(sign_in(first.device, again.salt).device, first.device);
}

TEST_F(AuthTest, OM38_of_two_images_that_sign_in_the_second_gets_a_number_of_its_own) {
    const SignInAnswer image = sign_in();
    const auto welcomed = must(admit(image.tokens, image.device, image.salt));
    ASSERT_TRUE(auth_->sign_out(welcomed.identity));

    const SignInAnswer lost = sign_in(image.device, welcomed.salt);
    const SignInAnswer one = sign_in(image.device, welcomed.salt);
    EXPECT_EQ(lost.device, image.device);
    EXPECT_EQ(one.device, image.device) << "its first answer was lost";
    const auto gone_on = must(admit(one.tokens, one.device, one.salt));
    EXPECT_EQ(gone_on.identity.device, image.device);

    const SignInAnswer other = sign_in(image.device, welcomed.salt);
    EXPECT_NE(other.device, image.device);
    EXPECT_EQ(access_error(one.tokens.access), ErrorCode::none) << "it ends nobody's session";
    EXPECT_EQ(sign_in(image.device, gone_on.salt).device, image.device);
    EXPECT_NE(sign_in(image.device).device, image.device) << "a number alone proves nothing";
}

TEST_F(AuthTest, OM38_two_images_that_sign_in_by_turns_do_not_stay_with_one_number) {
    const SignInAnswer image = sign_in();
    std::uint64_t one = must(admit(image.tokens, image.device, image.salt)).salt;
    std::uint64_t other = image.salt;  // what the image holds: its welcome may have been lost
    int taken_for_the_device = 0;
    for (std::uint64_t* mine : {&other, &one, &other, &one}) {
        const SignInAnswer answer = sign_in(image.device, *mine);
        taken_for_the_device += answer.device == image.device ? 1 : 0;
        *mine = must(admit(answer.tokens, answer.device, answer.salt)).salt;
    }
    EXPECT_LE(taken_for_the_device, 2);
}

TEST_F(AuthTest, a_user_has_only_so_many_sessions) {
    const SignInAnswer first = sign_in();
    for (std::size_t i = 0; i < limits::sessions_per_user_max; ++i) {
        environment_.advance(Millis{1});
        ASSERT_TRUE(try_sign_in(email, password));
    }
    EXPECT_EQ(access_error(first.tokens.access), ErrorCode::auth_session_revoked);
}

// ------------------------------------------------------------------------------ tokens

TEST_F(AuthTest, an_access_token_expires_and_cannot_be_forged) {
    const SignInAnswer answer = sign_in();
    std::string forged = answer.tokens.access;
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(access_error(forged), ErrorCode::auth_session_expired);
    EXPECT_EQ(access_error(answer.tokens.refresh), ErrorCode::auth_session_expired);
    EXPECT_EQ(access_error(""), ErrorCode::auth_session_expired);
    EXPECT_EQ(access_error(std::string(5000, '.')), ErrorCode::auth_session_expired);
    environment_.advance(limits::access_life);
    EXPECT_EQ(access_error(answer.tokens.access), ErrorCode::auth_session_expired);
}

TEST_F(AuthTest, tokens_outlive_a_restart_but_not_the_servers_key) {
    const SignInAnswer answer = sign_in();
    auth_ = must(AuthService::create(*storage_, environment_));
    EXPECT_EQ(access_error(answer.tokens.access), ErrorCode::none);
    must(storage_->begin());
    must(storage_->put_secret("token-key", std::string(32, 'k')));
    must(storage_->commit());
    auth_ = must(AuthService::create(*storage_, environment_));
    EXPECT_EQ(access_error(answer.tokens.access), ErrorCode::auth_session_expired);
}

TEST_F(AuthTest, OM36_a_refresh_whose_answer_was_lost_gives_the_same_again) {
    const SignInAnswer answer = sign_in();
    const TokenPair first = must(auth_->refresh(answer.tokens.refresh));
    const TokenPair again = must(auth_->refresh(answer.tokens.refresh));
    EXPECT_EQ(first.refresh, again.refresh);
    EXPECT_EQ(access_error(again.access), ErrorCode::none);
    const TokenPair next = must(auth_->refresh(again.refresh));
    EXPECT_NE(next.refresh, again.refresh);
}

TEST_F(AuthTest, an_old_refresh_token_used_again_ends_the_session) {
    const SignInAnswer answer = sign_in();
    const TokenPair first = must(auth_->refresh(answer.tokens.refresh));
    const TokenPair second = must(auth_->refresh(first.refresh));
    EXPECT_EQ(auth_->refresh(answer.tokens.refresh).error().code, ErrorCode::auth_session_revoked);
    EXPECT_EQ(auth_->refresh(second.refresh).error().code, ErrorCode::auth_session_revoked);
    EXPECT_EQ(access_error(second.access), ErrorCode::auth_session_revoked);
    EXPECT_EQ(auth_->take_ended().size(), 1U) << "and its connection is closed";
}

TEST_F(AuthTest, a_session_idle_for_too_long_expires) {
    const SignInAnswer answer = sign_in();
    environment_.advance(Millis{limits::session_idle_max.count - 1});
    const TokenPair renewed = must(auth_->refresh(answer.tokens.refresh));
    environment_.advance(limits::session_idle_max);
    EXPECT_EQ(auth_->refresh(renewed.refresh).error().code, ErrorCode::auth_session_expired);
}

TEST_F(AuthTest, errors_and_stored_sessions_hold_no_secret) {
    const SignInAnswer answer = sign_in();
    const auto refused = auth_->refresh(answer.tokens.access);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail.find(answer.tokens.access), std::string::npos);
    const auto wrong = try_sign_in(email, "wrong horse");
    EXPECT_EQ(wrong.error().detail.find("horse"), std::string::npos);
    const auto session = must(storage_->sessions_of(company_.ana)).at(0);
    EXPECT_EQ(session.id.find(answer.tokens.refresh.substr(answer.tokens.refresh.rfind('.') + 1)),
              std::string::npos);
}

TEST_F(AuthTest, signing_out_ends_this_session_only) {
    const SignInAnswer one = sign_in();
    const SignInAnswer two = sign_in();
    const Identity identity = must(auth_->check_access(one.tokens.access));
    must(auth_->sign_out(identity));
    must(auth_->sign_out(identity));
    EXPECT_EQ(access_error(one.tokens.access), ErrorCode::auth_session_revoked);
    EXPECT_EQ(access_error(two.tokens.access), ErrorCode::none);
    EXPECT_EQ(auth_->take_ended(), std::vector{identity.session});
}

TEST_F(AuthTest, a_new_password_ends_the_other_sessions) {
    const SignInAnswer one = sign_in();
    const SignInAnswer two = sign_in();
    const Identity identity = must(auth_->check_access(one.tokens.access));
    const auto check = must(auth_->begin_change_password(identity, "a"));
    EXPECT_EQ(auth_->finish_change_password(identity, check, false, "x").error().code,
              ErrorCode::auth_wrong_password);
    const std::string hash = must(hash_password("another horse", minimum_cost()));
    must(auth_->finish_change_password(
        identity, check, verify_password(check.hash, password), hash));
    EXPECT_EQ(access_error(one.tokens.access), ErrorCode::none);
    EXPECT_EQ(access_error(two.tokens.access), ErrorCode::auth_session_revoked);
    EXPECT_EQ(try_sign_in(email, password).error().code, ErrorCode::auth_wrong_password);
    EXPECT_TRUE(try_sign_in(email, "another horse"));
}

TEST_F(AuthTest, a_new_password_has_ten_characters) {
    const auto refused = AuthService::check_new_password("ñandúes12");  // nine, in more bytes
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::auth_password_too_short);
    EXPECT_EQ(refused.error().params, "{\"limit\":10}");
    EXPECT_TRUE(AuthService::check_new_password("ñandúes123"));
}

// ------------------------------------------------------------------------------ the handshake

TEST_F(AuthTest, every_welcome_gives_a_new_salt_and_the_one_before_stays_good) {
    const SignInAnswer answer = sign_in();
    const auto first = must(admit(answer.tokens, answer.device, answer.salt));
    EXPECT_EQ(first.identity.device, answer.device);
    EXPECT_NE(first.salt, answer.salt);
    const auto lost = must(admit(answer.tokens, answer.device, answer.salt));  // welcome was lost
    EXPECT_EQ(lost.identity.device, answer.device);
    const auto next = must(admit(answer.tokens, answer.device, lost.salt));
    EXPECT_EQ(next.identity.device, answer.device);
    EXPECT_EQ(must(auth_->check_access(answer.tokens.access)), next.identity);
}

TEST_F(AuthTest, a_first_contact_without_a_salt_is_taken) {
    const SignInAnswer answer = sign_in();
    EXPECT_EQ(must(admit(answer.tokens, answer.device, 0)).identity.device, answer.device);
}

TEST_F(AuthTest, OM38_a_copied_image_gets_a_number_of_its_own) {
    const SignInAnswer answer = sign_in();
    std::uint64_t salt = answer.salt;
    for (int i = 0; i < 3; ++i) {
        salt = must(admit(answer.tokens, answer.device, salt)).salt;
    }
    const auto copy = must(admit(answer.tokens, answer.device, answer.salt));
    EXPECT_GT(copy.identity.device, answer.device) << "its work is sent in the order of its ids";
    // Its welcome was lost: it comes again as before, and gets the same number.
    const auto again = must(admit(answer.tokens, answer.device, answer.salt));
    EXPECT_EQ(again.identity.device, copy.identity.device);
    const auto settled = must(admit(answer.tokens, again.identity.device, again.salt));
    EXPECT_EQ(settled.identity.device, copy.identity.device);
    // The original has to sign in again, and keeps its number.
    const auto original = admit(answer.tokens, answer.device, salt);
    EXPECT_EQ(original.error().code, ErrorCode::auth_wrong_device);
    EXPECT_EQ(sign_in(answer.device, salt).device, answer.device);
}

TEST_F(AuthTest, OM36_a_device_that_is_not_the_tokens_or_was_revoked_is_refused) {
    const SignInAnswer answer = sign_in();
    const SignInAnswer other = sign_in();
    must(admit(answer.tokens, answer.device, answer.salt));
    EXPECT_EQ(admit(answer.tokens, other.device, other.salt).error().code,
              ErrorCode::auth_wrong_device);
    const Identity identity = must(auth_->check_access(answer.tokens.access));
    EXPECT_TRUE(auth_->check(identity));
    change_device(answer.device, [](auto& device) { device.revoked = true; });
    EXPECT_EQ(admit(answer.tokens, answer.device, answer.salt).error().code,
              ErrorCode::auth_access_revoked);
    EXPECT_EQ(auth_->check(identity).error().code, ErrorCode::auth_access_revoked);
}

}  // namespace
}  // namespace holdfast::auth
