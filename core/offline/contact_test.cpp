#include <gtest/gtest.h>

#include "core/offline/testing/phone.hpp"

// One test for each arrow of the picture in core/offline/status.hpp.

namespace holdfast::offline {
namespace {

using fixture::Phone;

template <class State>
[[nodiscard]] bool is(const Phone& phone) {
    return std::holds_alternative<State>(phone.machine.contact());
}

[[nodiscard]] bool is_current(const Phone& phone) {
    const auto* connected = std::get_if<contact::Connected>(&phone.machine.contact());
    return connected != nullptr &&
           std::holds_alternative<contact::Current>(connected->synchronization);
}

const input::Connecting connecting{};
const input::Connected connected{Phone::server_start};
const input::Lost lost{Cause::no_network};
const input::Stopped ended{Cause::signed_out, {ErrorCode::auth_session_expired}};
const input::Stopped refused{Cause::refused, {ErrorCode::protocol_unsupported}};

TEST(Contact, idle_to_connecting) {
    Phone phone;
    EXPECT_TRUE(is<contact::Idle>(phone));
    phone.tell(connecting);
    EXPECT_TRUE(is<contact::Connecting>(phone));
    EXPECT_FALSE(is_lost(phone.machine.contact()));
}

TEST(Contact, idle_to_waiting) {
    Phone phone;
    phone.tell(lost);
    EXPECT_TRUE(is<contact::Waiting>(phone));
}

TEST(Contact, idle_to_stopped) {
    Phone phone;
    phone.tell(ended);
    EXPECT_TRUE(is<contact::Stopped>(phone));
}

TEST(Contact, connecting_to_connected) {
    Phone phone;
    phone.tell(connecting).tell(connected);
    EXPECT_TRUE(is<contact::Connected>(phone));
    EXPECT_FALSE(is_current(phone));
}

TEST(Contact, connecting_to_waiting) {
    Phone phone;
    phone.tell(connecting).tell(lost);
    EXPECT_TRUE(is<contact::Waiting>(phone));
    EXPECT_TRUE(is_lost(phone.machine.contact()));
}

TEST(Contact, connecting_to_lost_by_time) {
    Phone phone;
    phone.tell(connecting).wait(first_try_patience.count).tell(input::TimePassed{});
    EXPECT_TRUE(is<contact::Connecting>(phone));
    EXPECT_TRUE(is_lost(phone.machine.contact()));
}

TEST(Contact, connecting_again_keeps_its_start) {
    Phone phone;
    phone.tell(connecting).wait(2000).tell(connecting);
    EXPECT_EQ(phone.machine.next_deadline(), Phone::start + first_try_patience);
}

TEST(Contact, catching_up_to_current_and_back) {
    Phone phone;
    phone.connect().complete();
    EXPECT_TRUE(is_current(phone));
    phone.tell(input::Progress{0, 1});
    EXPECT_FALSE(is_current(phone));
    phone.complete().complete();
    EXPECT_TRUE(is_current(phone));
}

TEST(Contact, connected_to_waiting) {
    Phone phone;
    phone.connect().tell(lost);
    EXPECT_TRUE(is<contact::Waiting>(phone));
}

TEST(Contact, connected_to_connecting_is_a_loss) {
    Phone phone;
    phone.connect().tell(connecting);
    EXPECT_TRUE(is<contact::Connecting>(phone));
    EXPECT_TRUE(is_lost(phone.machine.contact()));
}

TEST(Contact, connected_to_connected_begins_a_synchronization) {
    Phone phone;
    phone.connect().complete().tell(connected);
    EXPECT_FALSE(is_current(phone));
}

TEST(Contact, waiting_to_connecting_stays_lost) {
    Phone phone;
    phone.tell(lost).tell(connecting);
    EXPECT_TRUE(is<contact::Connecting>(phone));
    EXPECT_TRUE(is_lost(phone.machine.contact()));
    EXPECT_EQ(phone.status().connection.cause, Cause::no_network);
    EXPECT_FALSE(phone.machine.next_deadline());
}

TEST(Contact, waiting_to_connected) {
    Phone phone;
    phone.tell(lost).tell(connected);
    EXPECT_TRUE(is<contact::Connected>(phone));
    EXPECT_FALSE(is_lost(phone.machine.contact()));
}

TEST(Contact, stopped_from_all) {
    for (const bool was_connected : {true, false}) {
        Phone phone;
        was_connected ? phone.connect() : phone.tell(lost);
        phone.tell(refused);
        EXPECT_TRUE(is<contact::Stopped>(phone));
        EXPECT_TRUE(is_lost(phone.machine.contact()));
        phone.tell(ended);
        EXPECT_FALSE(is_lost(phone.machine.contact()));
    }
}

TEST(Contact, stopped_to_connecting_is_a_first_try) {
    Phone phone;
    phone.tell(ended).tell(connecting);
    EXPECT_TRUE(is<contact::Connecting>(phone));
    EXPECT_FALSE(is_lost(phone.machine.contact()));
}

TEST(Contact, stopped_hears_nothing_of_its_closing_socket) {
    Phone phone;
    phone.tell(ended).tell(lost).tell(connected).tell(input::Waiting{{5}}).complete();
    EXPECT_TRUE(is<contact::Stopped>(phone));
    EXPECT_FALSE(phone.machine.persisted().ever_complete);
}

TEST(Contact, signed_out_from_all) {
    for (const Input& before : {Input{connecting}, Input{connected}, Input{lost}, Input{ended}}) {
        Phone phone;
        phone.tell(before).tell(input::SignedOut{});
        EXPECT_TRUE(is<contact::Idle>(phone));
    }
}

}  // namespace
}  // namespace holdfast::offline
