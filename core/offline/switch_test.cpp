// Offline Mode: who has it, what turns it on and off, and what it takes.

#include <gtest/gtest.h>

#include "core/offline/reason.hpp"
#include "core/offline/testing/phone.hpp"

namespace holdfast::offline {
namespace {

using fixture::automatic;
using fixture::granted;
using fixture::Phone;

// ------------------------------------------------------------------------- OM14-OM19: the switch

TEST(Status, OM14_nothing_of_Offline_Mode_shows_until_it_is_granted) {
    Phone phone{Persisted{}};
    phone.connect().complete().lose();
    const Status status = phone.status();
    EXPECT_EQ(status.bar.kind, BarKind::hidden);
    EXPECT_EQ(status.banner.kind, BannerKind::no_connection);
    EXPECT_EQ(status.banner.button, Button::none);
    EXPECT_FALSE(status.offline.available);
    EXPECT_TRUE(status.offline.reason.empty());
    EXPECT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::offline_not_available);
}

TEST(Status, OM14_a_grant_that_ends_ends_Offline_Mode) {
    Phone phone;
    phone.connect().complete();
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    phone.tell(input::Policy{});
    EXPECT_FALSE(phone.status().offline.on);
    EXPECT_EQ(phone.machine.persisted().mode, Mode::online);
}

TEST(Status, OM14_a_phone_says_that_Offline_Mode_was_taken_away) {
    Phone phone;
    phone.connect().complete();
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    phone.tell(input::Outbox{2}).tell(input::Policy{{.withdrawn = true}});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::withdrawn);
    EXPECT_EQ(phone.status().banner.button, Button::none);
    EXPECT_EQ(phone.status().banner.waiting, 2U);
    EXPECT_EQ(phone.status().offline.reason, reason::withdrawn);
    phone.machine.dismiss_banner();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none);
    EXPECT_EQ(phone.status().offline.reason, reason::withdrawn) << "Settings say it on";
    phone.tell(input::Policy{granted}).tell(input::Policy{{.withdrawn = true}});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::withdrawn) << "a new loss is told anew";
    Phone desktop({.policy = granted}, DeviceClass::desktop);
    desktop.connect().tell(input::Policy{{.withdrawn = true}});
    EXPECT_EQ(desktop.status().banner.kind, BannerKind::none);
    EXPECT_TRUE(desktop.status().offline.reason.empty());
}

TEST(Status, OM14_a_phone_that_was_too_long_without_contact_asks_to_connect) {
    constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
    Phone phone({.policy = {.granted = true, .offline_days_max = 2}});
    phone.connect().complete().lose();
    ASSERT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::none);
    phone.wait(2 * day_ms - 1).tell(input::Outbox{1});
    EXPECT_TRUE(phone.status().offline.on);
    ASSERT_TRUE(phone.machine.next_deadline());
    EXPECT_EQ(phone.machine.next_deadline()->ms - phone.now().instant.ms, 1);
    phone.wait(1).tell(input::TimePassed{});
    EXPECT_FALSE(phone.status().screens.show_data);
    EXPECT_FALSE(phone.status().screens.accept_input);
    EXPECT_EQ(phone.status().banner.kind, BannerKind::too_long_offline);
    EXPECT_EQ(phone.status().banner.waiting, 1U) << "what waits is kept";
    EXPECT_EQ(phone.status().offline.reason, reason::too_long_offline);
    EXPECT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::offline_too_long);

    // Also when the app was closed meanwhile.
    Phone later(phone.machine.persisted());
    later.wait(2 * day_ms).tell(input::Connecting{}).lose();
    EXPECT_EQ(later.status().banner.kind, BannerKind::too_long_offline);
    EXPECT_EQ(later.turn(true, SwitchFrom::banner), ErrorCode::offline_too_long);
    later.connect();
    EXPECT_TRUE(later.status().screens.show_data);
    later.complete().lose();
    EXPECT_EQ(later.status().banner.button, Button::offline_mode) << "one contact is enough";
}

TEST(Status, OM15_a_desktop_is_an_online_client) {
    Phone desktop({.mode = Mode::offline, .ever_complete = true, .policy = granted},
                  DeviceClass::desktop);
    EXPECT_FALSE(desktop.status().offline.on);
    desktop.connect().complete();
    EXPECT_TRUE(desktop.status().screens.accept_input);
    EXPECT_EQ(desktop.status().bar.kind, BarKind::hidden);
    EXPECT_EQ(desktop.turn(true, SwitchFrom::settings), ErrorCode::offline_not_available);
    desktop.lose();
    EXPECT_FALSE(desktop.status().screens.show_data);
    EXPECT_FALSE(desktop.status().screens.accept_input);
    EXPECT_EQ(desktop.status().banner.button, Button::none);
}

TEST(Status, OM15_OM37_a_browser_that_keeps_nothing_is_an_online_client_and_says_why) {
    Phone phone({.policy = granted}, DeviceClass::mobile, false);
    phone.connect().complete();
    EXPECT_FALSE(phone.status().offline.available);
    EXPECT_EQ(phone.status().offline.reason, reason::keeps_nothing);
    EXPECT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::offline_not_available);
    phone.lose();
    EXPECT_EQ(phone.status().banner.button, Button::none);
    EXPECT_FALSE(phone.status().screens.accept_input);
    phone.tell(input::Policy{});
    EXPECT_EQ(phone.status().offline.reason,
              "");  // OM14: nothing is said of it until it is granted
}

TEST(Status, OM16_the_banner_turns_it_on_before_synchronization_has_completed) {
    Phone phone;
    phone.connect().tell(input::Progress{10, 100}).lose();
    EXPECT_EQ(phone.status().banner.button, Button::offline_mode);
    ASSERT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::none);
    EXPECT_TRUE(phone.status().screens.show_data);
    EXPECT_TRUE(phone.status().banner.incomplete);
    phone.connect().complete();
    EXPECT_FALSE(phone.status().banner.incomplete);
}

TEST(Status, OM16_the_banner_turns_nothing_on_while_connected) {
    Phone phone;
    phone.connect();
    EXPECT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::offline_not_ready);
}

TEST(Status, OM39_the_terms_may_ask_for_a_pin) {
    Phone phone;
    phone.connect();
    EXPECT_FALSE(phone.status().offline.pin_required);
    phone.tell(input::Policy{{.granted = true, .pin_required = true}});
    EXPECT_TRUE(phone.status().offline.pin_required);
    phone.tell(input::Policy{{.withdrawn = true, .pin_required = true}});
    EXPECT_FALSE(phone.status().offline.pin_required);
}

TEST(Status, OM17_settings_turn_it_on_once_synchronization_has_completed) {
    Phone phone;
    phone.connect();
    EXPECT_FALSE(phone.status().offline.can_change);
    EXPECT_EQ(phone.status().offline.reason, reason::not_synchronized);
    EXPECT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::offline_not_ready);
    phone.lose();
    EXPECT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::offline_not_ready);
    phone.connect().complete();
    EXPECT_TRUE(phone.status().offline.can_change);
    EXPECT_TRUE(phone.status().offline.reason.empty());
    EXPECT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
}

TEST(Status, OM17_settings_turn_it_on_without_a_connection_too) {
    Phone phone;
    phone.connect().complete().lose();
    EXPECT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    EXPECT_TRUE(phone.status().screens.show_data);
}

TEST(Status, OM17_signing_out_begins_anew) {
    Phone phone;
    phone.connect().complete().tell(input::Outbox{1});
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    phone.tell(input::SignedOut{});
    EXPECT_EQ(phone.machine.persisted(), Persisted{});
    EXPECT_FALSE(phone.status().screens.show_data);
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none);
    EXPECT_EQ(phone.status().connection.state, ConnectionKind::stopped);
    phone.tell(input::Policy{granted}).connect();
    EXPECT_FALSE(phone.status().offline.can_change);
}

TEST(Status, OM38_a_replica_that_begins_anew_is_not_ready_and_as_of_no_time) {
    Phone phone;
    phone.connect().complete().tell(input::Outbox{1});
    ASSERT_TRUE(phone.status().bar.complete_at);
    phone.tell(input::Emptied{});
    EXPECT_EQ(phone.status().bar.kind, BarKind::synchronizing);
    phone.lose();
    EXPECT_FALSE(phone.status().bar.complete_at);
    EXPECT_FALSE(phone.status().offline.can_change);
    phone.connect().complete();
    EXPECT_TRUE(phone.status().bar.complete_at);
    EXPECT_TRUE(phone.status().offline.can_change);
}

TEST(Status, OM38_an_outbox_that_can_only_be_read_is_told_before_all_else_and_takes_no_input) {
    Phone phone({.mode = Mode::offline, .ever_complete = true, .policy = granted});
    ASSERT_TRUE(phone.status().screens.accept_input);
    phone.tell(input::Stopped{.cause = Cause::refused, .error = {ErrorCode::outbox_read_only}});
    const Status status = phone.status();
    EXPECT_EQ(status.connection.error, ErrorCode::outbox_read_only);
    EXPECT_EQ(status.banner.kind, BannerKind::read_only);
    EXPECT_EQ(status.banner.button, Button::none);
    EXPECT_FALSE(status.screens.show_data);
    EXPECT_FALSE(status.screens.accept_input);
    EXPECT_FALSE(status.offline.available);
    EXPECT_EQ(status.offline.reason, reason::not_upgraded);
    EXPECT_EQ(refusal_of(status, IntentKind::message_post)->code, ErrorCode::outbox_read_only);
    EXPECT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::outbox_read_only);
    phone.machine.dismiss_banner();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none)
        << "that there is no connection is not news";
    phone.wait(60'000).tell(input::TimePassed{});
    EXPECT_FALSE(phone.status().screens.accept_input);
}

TEST(Status, OM18_turning_it_off_touches_nothing_else) {
    Phone phone;
    phone.connect().complete().lose().tell(input::Outbox{3});
    ASSERT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::none);
    ASSERT_EQ(phone.turn(false, SwitchFrom::banner), ErrorCode::none);
    const Status status = phone.status();
    EXPECT_FALSE(status.offline.on);
    EXPECT_EQ(status.bar.waiting, 3U);
    EXPECT_EQ(status.banner.kind, BannerKind::no_connection);
    EXPECT_FALSE(status.screens.show_data);
    EXPECT_EQ(phone.turn(false, SwitchFrom::settings), ErrorCode::none);
}

TEST(Status, OM18_an_incomplete_Offline_Mode_can_be_left_in_settings) {
    Phone phone;
    phone.connect().lose();
    ASSERT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::none);
    EXPECT_TRUE(phone.status().offline.can_change);
}

TEST(Status, OM19_Offline_Mode_survives_a_restart_without_a_network) {
    Phone before;
    before.connect().complete().wait(1000).lose();
    ASSERT_EQ(before.turn(true, SwitchFrom::banner), ErrorCode::none);

    Phone after{parse_persisted(encode(before.machine.persisted()))};
    EXPECT_TRUE(after.status().screens.show_data);  // before anything has been tried
    EXPECT_EQ(after.status().banner.kind, BannerKind::offline_active);
    after.tell(input::Connecting{}).lose();
    EXPECT_TRUE(after.status().screens.show_data);
    EXPECT_TRUE(after.status().screens.accept_input);
    EXPECT_EQ(after.status().bar.complete_at, Phone::server_start);
    EXPECT_EQ(after.status().since, (WallTime{Phone::device_start.ms + 1000}));
}

// ------------------------------------------------------------------------- OM20-OM21, OM30

TEST(Status, OM20_online_mode_without_a_connection_shows_no_data) {
    Phone phone;
    EXPECT_FALSE(phone.status().screens.show_data);
    phone.tell(input::Connecting{});
    EXPECT_EQ(phone.status().connection.state, ConnectionKind::connecting);
    EXPECT_FALSE(phone.status().screens.show_data);
    phone.tell(input::Connected{Phone::server_start});
    EXPECT_TRUE(phone.status().screens.show_data);
    EXPECT_TRUE(phone.status().screens.accept_input);
    phone.lose();
    EXPECT_FALSE(phone.status().screens.show_data);
    EXPECT_FALSE(phone.status().screens.accept_input);
    EXPECT_EQ(phone.status().banner.button, Button::offline_mode);
}

TEST(Status, OM20_what_cannot_be_delivered_is_refused_with_the_reason) {
    Phone phone;
    phone.connect().lose();
    const auto refusal = refusal_of(phone.status(), IntentKind::message_post);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, ErrorCode::offline_no_connection);
    EXPECT_EQ(refusal->reason, reason::no_connection);
    phone.connect();
    EXPECT_FALSE(refusal_of(phone.status(), IntentKind::channel_create));
}

TEST(Status, OM21_the_automatic_policy_turns_it_on_and_off) {
    Phone phone{Persisted{.policy = automatic}};
    phone.connect().complete().lose();
    EXPECT_TRUE(phone.status().offline.on);
    EXPECT_EQ(phone.machine.persisted().mode, Mode::offline_automatic);
    phone.tell(input::Outbox{1}).connect();
    EXPECT_TRUE(phone.status().offline.on);
    phone.complete();
    EXPECT_TRUE(phone.status().offline.on);  // one action still waits
    phone.tell(input::Outbox{0});
    EXPECT_FALSE(phone.status().offline.on);
}

TEST(Status, OM21_the_automatic_policy_works_at_a_start_without_a_network) {
    Phone phone{Persisted{.policy = automatic}};
    phone.tell(input::Connecting{});
    EXPECT_FALSE(phone.status().offline.on);
    phone.wait(first_try_patience.count).tell(input::TimePassed{});
    EXPECT_TRUE(phone.status().offline.on);
    EXPECT_TRUE(phone.status().banner.incomplete);
}

TEST(Status, OM21_the_automatic_policy_does_not_argue_with_the_person) {
    Phone phone{Persisted{.policy = automatic}};
    phone.connect().complete().lose();
    ASSERT_EQ(phone.turn(false, SwitchFrom::banner), ErrorCode::none);
    phone.tell(input::Connecting{}).lose();
    EXPECT_FALSE(phone.status().offline.on);  // until contact is lost again
    phone.connect().complete();
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    EXPECT_TRUE(phone.status().offline.on);  // the person's: it stays
    phone.lose().connect().complete();
    EXPECT_TRUE(phone.status().offline.on);
}

TEST(Status, OM21_the_default_policy_asks) {
    Phone phone;
    phone.connect().complete().lose();
    EXPECT_FALSE(phone.status().offline.on);
}

TEST(Status, OM30_what_does_not_work_in_Offline_Mode_is_refused_with_the_reason) {
    Phone phone;
    phone.connect().complete();
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    const Status status = phone.status();
    EXPECT_FALSE(refusal_of(status, IntentKind::message_post));
    EXPECT_FALSE(refusal_of(status, IntentKind::message_react));
    EXPECT_FALSE(refusal_of(status, IntentKind::channel_read));
    EXPECT_EQ(refusal_of(status, IntentKind::channel_create)->reason, reason::offline_mode);
    EXPECT_EQ(refusal_of(status, IntentKind::message_delete)->code,
              ErrorCode::intent_needs_connection);
}

TEST(Status, OM29_a_policy_may_forbid_messages_in_Offline_Mode) {
    Phone phone;
    phone.tell(input::Policy{{.granted = true, .allow_messages = false}}).connect().complete();
    EXPECT_FALSE(refusal_of(phone.status(), IntentKind::message_post));
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    EXPECT_EQ(refusal_of(phone.status(), IntentKind::message_post)->reason,
              reason::offline_messages);
    EXPECT_FALSE(refusal_of(phone.status(), IntentKind::channel_read));
}

TEST(Status, OM36_a_session_that_ended_leaves_Offline_Mode_alone) {
    Phone phone;
    phone.connect().complete().tell(input::Outbox{2});
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    phone.tell(input::Stopped{Cause::signed_out, {ErrorCode::auth_session_expired}});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::signed_out);
    EXPECT_EQ(phone.status().banner.waiting, 2U);
    EXPECT_TRUE(phone.status().screens.show_data);
    phone.machine.dismiss_banner();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::offline_active);
    phone.connect();
    EXPECT_TRUE(phone.status().offline.on);
}

TEST(Status, OM13_the_contact_before_is_remembered) {
    Phone phone;
    EXPECT_FALSE(phone.status().since);
    phone.connect();
    EXPECT_FALSE(phone.status().since);
    phone.wait(1000).lose();
    EXPECT_EQ(phone.status().since, (WallTime{Phone::device_start.ms + 1000}));
    phone.wait(500).connect().wait(1000).complete();
    EXPECT_EQ(phone.status().since, (WallTime{Phone::device_start.ms + 1000}));
    EXPECT_EQ(phone.machine.persisted().last_online_at, (WallTime{Phone::device_start.ms + 2500}));
}

}  // namespace
}  // namespace holdfast::offline
