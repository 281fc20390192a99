// The history window (OM14): what is older than it moves to an archive, which phones are not
// served.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/model/body_files.hpp"
#include "core/model/entitlement.hpp"
#include "server/services/testing/hub_fixture.hpp"

namespace holdfast::services {
namespace {

using body::EntitlementState;
using holdfast::testing::HubTest;
using holdfast::testing::must;

constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;

class HubArchive : public HubTest {
protected:
    void grant(std::int64_t days, EntitlementState state = EntitlementState::granted) {
        must(storage_->begin());
        company_.put({company_.directory, RowKind::entitlement, company_.id},
                     body::encode(body::Entitlement{.state = state, .history_days = days}));
        must(storage_->commit());
        hub_->refresh();
        settle();
    }
    /// More steps than any test here needs.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            tick(limits::archive_pause);
        }
    }
    /// Rows of a channel that came so many days ago; their ids.
    std::vector<Id> write_old(std::size_t count,
                              std::int64_t days,
                              RowKind kind = RowKind::message) {
        must(storage_->begin());
        const BucketId timeline = company_.timeline(channel_);
        std::vector<Id> ids;
        for (std::size_t i = 0; i < count; ++i) {
            ids.push_back(must(storage_->mint_id()));
            const std::string body =
                kind == RowKind::file
                    ? body::encode(body::File{.author = company_.ana, .name = "a.jpg"})
                    : body::encode(body::Message{.author = company_.ana, .text = "old"});
            company_.put({timeline, kind, ids.back()},
                         body,
                         environment_.wall().ms - days * day_ms + static_cast<std::int64_t>(i));
        }
        must(storage_->commit());
        return ids;
    }
    std::size_t rows_in(BucketKind kind, RowKind row = RowKind::message) {
        const auto record = must(storage_->find_bucket(kind, channel_));
        return record ? must(storage_->newest_rows(record->bucket.id, row, 5'000)).size() : 0;
    }
    BucketId archive() { return company_.bucket(BucketKind::archive, channel_).id; }
    bool is_told(ConnectionId id, BucketId bucket) {
        for (const auto& heads : inbox(id).all<wire::Heads>()) {
            if (holdfast::testing::contains(heads.heads, bucket)) {
                return true;
            }
        }
        for (const auto& welcome : inbox(id).all<wire::Welcome>()) {
            if (holdfast::testing::contains(welcome.heads, bucket)) {
                return true;
            }
        }
        return !inbox(id).pages_of(bucket).empty();
    }
    ErrorCode pull(BucketId bucket) {
        const auto answer =
            must(hub_->pull(phone_,
                            wire::encode(wire::Pull{
                                .wants = {{.bucket = bucket, .mode = wire::PullMode::snapshot}}})));
        wire::FrameReader reader(answer);
        const auto frame = must(wire::decode(*must(reader.next())));
        const auto* unwanted = std::get_if<wire::Unwanted>(&frame);
        return unwanted == nullptr ? ErrorCode::none : unwanted->code;
    }
    /// Reacts to a message; how it was judged.
    Outcome react(ConnectionId from, Id message) {
        const Id intent = next_id(from);
        send(from,
             wire::Push{
                 .intents = {
                     {.id = intent,
                      .lane = channel_,
                      .kind = IntentKind::message_react,
                      .args = args::encode(args::MessageReact{
                          .channel = channel_, .message = message, .emoji = "+", .on = true})}}});
        run();
        return must(storage_->find_outcome(intent)).value();
    }

    Id channel_ = company_.make_channel(company_.yard, false, {});
};

TEST_F(HubArchive, OM14_phones_lose_what_is_older_than_the_window_and_computers_keep_it) {
    write_old(5, 100);
    write_old(3, 10);
    const auto phone = connect_phone(company_.ana);
    const auto desktop = connect(company_.eva, company_);
    forget_messages();
    grant(30);
    EXPECT_EQ(rows_in(BucketKind::archive), 5U);
    EXPECT_EQ(rows_in(BucketKind::timeline), 3U);
    EXPECT_TRUE(is_told(desktop, archive()));
    EXPECT_FALSE(is_told(phone, archive()));
    EXPECT_EQ(pull(archive()), ErrorCode::access_forbidden);
    EXPECT_EQ(pull(company_.timeline(channel_)), ErrorCode::none);

    const auto pages = inbox(phone).pages_of(company_.timeline(channel_));
    ASSERT_EQ(pages.size(), 1U) << "what leaves is a deletion as any other";
    const auto frame = must(wire::decode(*pages.front()));
    const auto& rows = std::get<wire::Page>(frame).rows;
    EXPECT_EQ(rows.size(), 5U);
    EXPECT_TRUE(std::ranges::all_of(rows, [](const RowRef& row) { return row.deleted(); }));

    const auto later = connect_phone(company_.ben);
    EXPECT_FALSE(is_told(later, archive()));
}

TEST_F(HubArchive, OM14_the_window_goes_on_each_day) {
    grant(30);
    write_old(4, 29);
    tick(Millis{day_ms / 2});
    settle();
    EXPECT_EQ(rows_in(BucketKind::archive), 0U);
    tick(Millis{2 * day_ms});
    settle();
    EXPECT_EQ(rows_in(BucketKind::archive), 4U);
    EXPECT_EQ(rows_in(BucketKind::timeline), 0U);
}

TEST_F(HubArchive, OM14_rows_come_back_where_the_window_grows_or_ends) {
    write_old(4, 100);
    write_old(2, 50);
    grant(30);
    EXPECT_EQ(rows_in(BucketKind::archive), 6U);
    grant(60);
    EXPECT_EQ(rows_in(BucketKind::archive), 4U);
    EXPECT_EQ(rows_in(BucketKind::timeline), 2U);
    grant(60, EntitlementState::withdrawn);
    EXPECT_EQ(rows_in(BucketKind::archive), 0U);
    EXPECT_EQ(rows_in(BucketKind::timeline), 6U);
}

TEST_F(HubArchive, OM14_much_is_moved_in_slices_with_others_work_between) {
    write_old(3 * limits::archive_rows_max, 100);
    const auto desktop = connect(company_.eva, company_);
    must(storage_->begin());
    company_.put(
        {company_.directory, RowKind::entitlement, company_.id},
        body::encode(body::Entitlement{.state = EntitlementState::granted, .history_days = 30}));
    must(storage_->commit());
    hub_->refresh();
    tick(Millis{1});
    EXPECT_EQ(rows_in(BucketKind::archive), limits::archive_rows_max);
    const Id said = say(desktop, channel_, "meanwhile");
    EXPECT_TRUE(must(storage_->find_row({company_.timeline(channel_), RowKind::message, said})));
    settle();
    EXPECT_EQ(rows_in(BucketKind::archive), 3 * limits::archive_rows_max);
    EXPECT_EQ(rows_in(BucketKind::timeline), 1U);
}

TEST_F(HubArchive, OM14_OM33_what_waits_for_an_old_message_reaches_it) {
    const WallTime written = environment_.wall();
    const Id old = write_old(1, 100).front();
    const auto phone = connect_phone(company_.ana);
    grant(30);
    const Outcome outcome = react(phone, old);
    EXPECT_EQ(outcome.status, OutcomeStatus::applied);
    ASSERT_EQ(outcome.positions.size(), 1U);
    EXPECT_EQ(outcome.positions.front().bucket, archive());
    const auto row = must(storage_->find_row({archive(), RowKind::message, old}));
    EXPECT_EQ(must(body::parse_message(row->body)).reactions.count("+"), 1U);
    EXPECT_EQ(row->sort, written.ms - 100 * day_ms) << "where it stands is not touched";
}

TEST_F(HubArchive, OM14_OM33_a_file_stays_until_it_is_here_and_is_found_wherever_it_is) {
    const Id file = write_old(1, 100, RowKind::file).front();
    write_old(1, 100);
    const KnownFile before = must(hub_->find_file(company_.ana, channel_, file));
    grant(30);
    EXPECT_EQ(rows_in(BucketKind::archive), 1U);
    EXPECT_EQ(rows_in(BucketKind::archive, RowKind::file), 0U);
    must(hub_->settle_file(before.key));
    grant(31);
    EXPECT_EQ(rows_in(BucketKind::archive, RowKind::file), 1U);
    const KnownFile after = must(hub_->find_file(company_.ana, channel_, file));
    EXPECT_EQ(after.key.bucket, archive());
    must(hub_->settle_file(before.key, ErrorCode::file_unknown));
    EXPECT_NE(must(hub_->find_file(company_.ana, channel_, file)).file.refused, 0U)
        << "the key is from before it moved";
}

TEST_F(HubArchive, a_task_keeps_its_record_whole) {
    write_old(4, 100);
    must(storage_->begin());
    const BucketId tasks = company_.make_bucket(BucketKind::tasks, company_.yard, {}, false);
    company_.put({tasks, RowKind::task, channel_}, "{}");
    must(storage_->commit());
    grant(30);
    EXPECT_EQ(rows_in(BucketKind::timeline), 4U);
    EXPECT_EQ(rows_in(BucketKind::archive), 0U);
}

}  // namespace
}  // namespace holdfast::services
