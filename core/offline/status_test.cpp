#include "core/offline/status.hpp"

#include <gtest/gtest.h>

#include "core/offline/testing/phone.hpp"

namespace holdfast::offline {
namespace {

using fixture::granted;
using fixture::Phone;

// ------------------------------------------------------------------------- OM7-OM10: indicators

TEST(Status, OM7_the_bar_is_amber_while_records_arrive) {
    Phone phone;
    phone.connect().tell(input::Progress{18'240, 25'610});
    const Status status = phone.status();
    EXPECT_EQ(status.bar.kind, BarKind::synchronizing);
    EXPECT_EQ(status.bar.received, 18'240U);
    EXPECT_EQ(status.bar.expected, 25'610U);
    EXPECT_EQ(status.banner.kind, BannerKind::none);
}

TEST(Status, OM7_the_bar_is_amber_while_work_waits_to_be_confirmed) {
    Phone phone;
    phone.connect().complete().tell(input::Outbox{2});
    EXPECT_EQ(phone.status().bar.kind, BarKind::synchronizing);
    EXPECT_EQ(phone.status().bar.waiting, 2U);
    phone.tell(input::Outbox{0});
    EXPECT_EQ(phone.status().bar.kind, BarKind::ready);
}

TEST(Status, OM8_the_bar_is_green_when_all_is_here_and_nothing_waits) {
    Phone phone;
    phone.connect().tell(input::Progress{7, 7}).wait(1500).complete();
    const Status status = phone.status();
    EXPECT_EQ(status.bar.kind, BarKind::ready);
    EXPECT_EQ(status.bar.complete_at, (WallTime{Phone::server_start.ms + 1500}));
    EXPECT_EQ(status.bar.received, status.bar.expected);
}

TEST(Status, OM9_a_lost_connection_shows_at_once_in_banner_and_bar) {
    Phone phone;
    phone.connect().complete().wait(60'000).lose();
    const Status status = phone.status();
    EXPECT_EQ(status.banner.kind, BannerKind::no_connection);
    EXPECT_EQ(status.bar.kind, BarKind::halted);
    EXPECT_EQ(status.bar.complete_at, Phone::server_start);
    EXPECT_EQ(status.connection.cause, Cause::no_network);
}

TEST(Status, OM9_a_first_try_without_any_answer_counts_as_lost_after_its_patience) {
    Phone phone;
    phone.tell(input::Connecting{}).wait(first_try_patience.count - 1).tell(input::TimePassed{});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none);
    EXPECT_EQ(phone.status().bar.kind, BarKind::hidden);
    EXPECT_EQ(phone.machine.next_deadline(), Phone::start + first_try_patience);
    phone.wait(1).tell(input::TimePassed{});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::no_connection);
    EXPECT_EQ(phone.status().bar.kind, BarKind::halted);
    EXPECT_EQ(phone.status().connection.state, ConnectionKind::connecting);
    EXPECT_EQ(phone.status().connection.cause, Cause::server_unreachable);
    EXPECT_FALSE(phone.machine.next_deadline());
}

TEST(Status, OM9_four_causes_are_told_apart) {
    Phone phone;
    for (const Cause cause : {Cause::no_network, Cause::server_unreachable, Cause::refused}) {
        phone.connect().tell(input::Lost{.cause = cause});
        EXPECT_EQ(phone.status().connection.cause, cause);
    }
    phone.tell(input::Stopped{Cause::signed_out, {ErrorCode::auth_session_revoked}});
    EXPECT_EQ(phone.status().connection.cause, Cause::signed_out);
    EXPECT_EQ(phone.status().connection.error, ErrorCode::auth_session_revoked);
    EXPECT_EQ(phone.status().banner.kind, BannerKind::signed_out);
    EXPECT_EQ(phone.status().banner.button, Button::sign_in);
}

TEST(Status, OM9_a_refusal_comes_with_its_error_and_the_next_try) {
    Phone phone;
    phone.connect().tell(input::Lost{Cause::refused, {ErrorCode::server_busy, "", R"({"s":9})"}});
    phone.tell(input::Waiting{phone.now().instant + Millis{9000}});
    const Status status = phone.status();
    EXPECT_EQ(status.connection.error, ErrorCode::server_busy);
    EXPECT_EQ(status.connection.error_params, R"({"s":9})");
    EXPECT_EQ(status.connection.next_try_at, (WallTime{Phone::device_start.ms + 9000}));
    phone.tell(input::Connecting{});
    EXPECT_EQ(phone.status().connection.error, ErrorCode::server_busy);
    phone.tell(input::Connected{Phone::server_start});
    EXPECT_FALSE(phone.status().connection.error);
}

TEST(Status, OM10_Offline_Mode_has_its_own_banner_with_the_way_back) {
    Phone phone;
    phone.connect().complete().lose().tell(input::Outbox{3});
    ASSERT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::none);
    const Status status = phone.status();
    EXPECT_EQ(status.banner.kind, BannerKind::offline_active);
    EXPECT_EQ(status.banner.button, Button::online_mode);
    EXPECT_EQ(status.banner.waiting, 3U);
    EXPECT_FALSE(status.banner.connected);
    EXPECT_FALSE(status.banner.incomplete);
    EXPECT_TRUE(status.offline.on);
    EXPECT_EQ(status.bar.kind, BarKind::halted);
}

TEST(Status, OM10_the_banner_says_so_when_the_connection_is_back) {
    Phone phone;
    phone.connect().complete();
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    EXPECT_TRUE(phone.status().banner.connected);
    EXPECT_EQ(phone.status().bar.kind, BarKind::ready);
}

TEST(Banner, is_hidden_by_its_cross_until_the_state_changes) {
    Phone phone;
    phone.connect().lose();
    phone.machine.dismiss_banner();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none);
    phone.tell(input::Waiting{phone.now().instant}).tell(input::Connecting{}).lose();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none);  // a failed try is nothing new
    EXPECT_EQ(phone.status().bar.kind, BarKind::halted);
    phone.connect().lose();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::no_connection);
}

TEST(Banner, of_Offline_Mode_comes_back_when_the_connection_does) {
    Phone phone;
    phone.connect().complete().lose();
    ASSERT_EQ(phone.turn(true, SwitchFrom::banner), ErrorCode::none);
    phone.machine.dismiss_banner();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::none);
    phone.connect();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::offline_active);
}

TEST(Banner, OM38_of_a_full_storage_uncovers_the_next_one_when_it_is_hidden) {
    Phone phone;
    phone.connect().complete();
    ASSERT_EQ(phone.turn(true, SwitchFrom::settings), ErrorCode::none);
    phone.tell(input::Storage{true});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::storage_full);
    EXPECT_EQ(phone.status().banner.button, Button::none);
    phone.machine.dismiss_banner();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::offline_active);
    phone.tell(input::Storage{false}).tell(input::Storage{true});
    EXPECT_EQ(phone.status().banner.kind, BannerKind::storage_full);
}

TEST(Banner, of_a_lost_connection_stands_before_that_of_a_full_storage) {
    Phone phone;
    phone.connect().tell(input::Storage{true}).lose();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::no_connection);
}

TEST(Banner, there_is_nothing_to_hide_where_none_is_shown) {
    Phone phone;
    phone.machine.dismiss_banner();
    phone.connect().lose();
    EXPECT_EQ(phone.status().banner.kind, BannerKind::no_connection);
}

// ------------------------------------------------------------------------- OM7: progress

TEST(Progress, never_runs_backwards_within_one_synchronization) {
    Phone phone;
    phone.connect().tell(input::Progress{500, 1000}).tell(input::Progress{400, 900});
    EXPECT_EQ(phone.status().bar.received, 500U);
    EXPECT_EQ(phone.status().bar.expected, 1000U);
    phone.tell(input::Progress{1200, 900});
    EXPECT_EQ(phone.status().bar.received, 1200U);
    EXPECT_EQ(phone.status().bar.expected, 1200U);
}

TEST(Progress, begins_anew_with_each_synchronization) {
    Phone phone;
    phone.connect().tell(input::Progress{500, 1000}).complete().tell(input::Progress{1, 3});
    EXPECT_EQ(phone.status().bar.received, 1U);
    phone.lose().connect();
    EXPECT_EQ(phone.status().bar.received, 0U);
    EXPECT_EQ(phone.status().bar.expected, 0U);
}

TEST(Progress, without_contact_means_nothing) {
    Phone phone;
    phone.tell(input::Progress{1, 2}).tell(input::Completed{});
    EXPECT_EQ(phone.machine.persisted(), (Persisted{.policy = granted}));
}

TEST(Progress, the_time_left_follows_from_the_rate_after_one_second) {
    Phone phone;
    phone.connect().tell(input::Progress{0, 10'000});
    phone.wait(999).tell(input::Progress{999, 10'000});
    EXPECT_FALSE(phone.status().bar.seconds_left);
    phone.wait(1).tell(input::Progress{1000, 10'000});
    EXPECT_EQ(phone.status().bar.seconds_left, 10U);  // 9000 at 1000 a second, rounded up
}

TEST(Progress, the_time_left_forgets_an_old_rate) {
    Phone phone;
    phone.connect().tell(input::Progress{0, 100'000});
    phone.wait(4000).tell(input::Progress{40, 100'000});      // 10 a second
    phone.wait(4000).tell(input::Progress{40'040, 100'000});  // 10000 a second
    phone.wait(4000).tell(input::Progress{80'040, 100'000});
    EXPECT_EQ(phone.status().bar.seconds_left, 2U);
}

TEST(Progress, the_time_left_is_unknown_while_nothing_arrives_and_at_the_end) {
    Phone phone;
    phone.connect().tell(input::Progress{10, 100}).wait(5000);
    EXPECT_FALSE(phone.status().bar.seconds_left);
    phone.tell(input::Progress{100, 100});
    EXPECT_FALSE(phone.status().bar.seconds_left);
    phone.connect().tell(input::Progress{0, ~std::uint64_t{0}}).wait(5000);
    phone.tell(input::Progress{1, ~std::uint64_t{0}});
    EXPECT_FALSE(phone.status().bar.seconds_left);
}

}  // namespace
}  // namespace holdfast::offline
