#include "client/replica/replica.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "client/replica/limits.hpp"
#include "client/replica/testing/replica_fixture.hpp"
#include "platform/sqlite/testing/full_disk.hpp"

namespace holdfast::client {
namespace {

using testing_support::PageServer;
using testing_support::ReplicaTest;

/// Whether the file has one connection and no shared memory.
class ReplicaInBulk : public ReplicaTest, public testing::WithParamInterface<bool> {};

TEST_P(ReplicaInBulk, OM3_what_came_is_there_after_an_end_in_the_middle) {
    PageServer server;
    fill(server, 100);
    const Replica::Options options{.path = path(), .vfs = {}, .exclusive = GetParam()};
    {
        auto replica = Replica::open(options);
        ASSERT_TRUE(replica);
        ASSERT_TRUE(replica->store_page(server.snapshot(Id{}, 20, server.version())));
        ASSERT_TRUE(replica->use_journal(sqlite::Journal::rollback));
        ASSERT_TRUE(replica->store_page(server.snapshot(Id{20}, 30, server.version())));
        ASSERT_TRUE(replica->flush());
        ASSERT_TRUE(replica->store_page(server.snapshot(Id{50}, 30, server.version())));
    }
    auto replica = Replica::open(options);
    ASSERT_TRUE(replica);
    EXPECT_EQ(replica->bucket(timeline)->rows, 50U);  // what flush() has kept
    ASSERT_TRUE(replica->use_journal(sqlite::Journal::rollback));
    ASSERT_TRUE(replica->store_page(server.snapshot(Id{50}, 50, server.version())));
    ASSERT_TRUE(replica->use_journal(sqlite::Journal::log));
    EXPECT_FALSE(replica->has_unflushed());
    expect_equal(*replica->bucket(timeline), server);
}

INSTANTIATE_TEST_SUITE_P(Files, ReplicaInBulk, testing::Bool());

TEST_F(ReplicaTest, OM38_moves_from_memory_into_its_file_with_everything) {
    PageServer server;
    fill(server, 10);
    auto kept = Replica::open({.path = ":memory:", .vfs = {}});
    ASSERT_TRUE(kept);
    ASSERT_TRUE(kept->store_page(server.snapshot(Id{}, 100, server.version())));
    ASSERT_FALSE(kept->copy_to({.path = (directory_ / "none" / "replica.db").string(), .vfs = {}}));
    {
        const auto moved = kept->copy_to({.path = path(), .vfs = {}, .exclusive = true});
        ASSERT_TRUE(moved);
        expect_equal(*moved->bucket(timeline), server);
    }
    auto again = Replica::open({.path = path(), .vfs = {}});
    ASSERT_TRUE(again);
    EXPECT_THAT(*again->newest(timeline, RowKind::message, 3), testing::SizeIs(3));
    expect_equal(*again->bucket(timeline), server);
}

TEST_F(ReplicaTest, pages_are_kept_together_and_only_then_survive_the_process) {
    PageServer server;
    fill(server, 10);
    const std::uint64_t as_of = server.version();
    {
        Replica replica = open();
        ASSERT_TRUE(replica.store_page(server.snapshot({}, 4, as_of)));
        ASSERT_TRUE(replica.flush());
        ASSERT_TRUE(replica.store_page(server.snapshot(Id{4}, 100, as_of)));
        EXPECT_TRUE(replica.has_unflushed());
        EXPECT_THAT(*replica.newest(timeline, RowKind::message, 100), testing::SizeIs(10));
    }
    {
        Replica replica = open();
        EXPECT_EQ(replica.bucket(timeline)->rows, 4U);
        EXPECT_THAT(*replica.newest(timeline, RowKind::message, 100), testing::SizeIs(4));
        ASSERT_TRUE(replica.store_page(server.snapshot(Id{4}, 100, as_of)));
        // Every other change keeps the pages before it.
        const Bucket head = server.head();
        ASSERT_TRUE(replica.store_heads({&head, 1}));
        EXPECT_FALSE(replica.has_unflushed());
    }
    expect_equal(*open().bucket(timeline), server);
}

TEST_F(ReplicaTest, OM38_pages_that_find_no_room_are_undone_together) {
    PageServer server;
    fill(server, 10);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    ASSERT_TRUE(replica.flush());
    const sync::BucketCursor before = *replica.bucket(timeline);
    for (int i = 11; i <= 30; ++i) {
        server.put(Id{static_cast<std::uint64_t>(i)}, 1000 + i, std::string(20'000, 'x'));
        ASSERT_TRUE(replica.store_page(server.delta(server.version() - 1)));
    }
    {
        const testing_support::FullDisk full(std::filesystem::file_size(path() + "-wal"));
        const auto kept = replica.flush();
        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().code, ErrorCode::storage_full);
        EXPECT_TRUE(replica.take_undone());
        EXPECT_FALSE(replica.take_undone());
        EXPECT_EQ(replica.bucket(timeline)->version, before.version);
        EXPECT_EQ(replica.bucket(timeline)->sum, before.sum);
        EXPECT_THAT(*replica.newest(timeline, RowKind::message, 100), testing::SizeIs(10));
        ASSERT_TRUE(replica.flush());  // nothing is left to keep
    }
    ASSERT_TRUE(replica.store_page(server.delta(before.version)));
    ASSERT_TRUE(replica.flush());
    expect_equal(*replica.bucket(timeline), server);
}

TEST_F(ReplicaTest, OM5_what_was_hidden_stays_hidden_when_pages_are_undone) {
    PageServer server;
    fill(server, 40);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 40, server.version())));
    ASSERT_TRUE(replica.flush());
    server.put(Id{50}, 2000, std::string(200'000, 'x'));
    ASSERT_TRUE(replica.store_page(server.delta(server.version() - 1)));
    const testing_support::FullDisk full(std::filesystem::file_size(path() + "-wal"));
    const BucketId lost = timeline;
    EXPECT_FALSE(replica.drop_buckets({&lost, 1}));
    EXPECT_TRUE(replica.take_undone());
    EXPECT_EQ(replica.bucket(timeline), nullptr);
}

TEST_F(ReplicaTest, OM5_one_that_cannot_mark_what_was_dropped_goes_on_in_memory) {
    PageServer server;
    fill(server, 40);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 40, server.version())));
    ASSERT_TRUE(replica.flush());
    const testing_support::FullDisk full(0);
    const BucketId lost = timeline;
    ASSERT_FALSE(replica.drop_buckets({&lost, 1}));
    EXPECT_TRUE(replica.forgets_drops());
    auto memory = replica.copy_to_memory();
    ASSERT_TRUE(memory) << memory.error().detail;
    expect_equal(*memory->bucket(timeline), server);
    EXPECT_TRUE(memory->drop_buckets({&lost, 1}));
    EXPECT_FALSE(memory->forgets_drops());
    EXPECT_EQ(memory->bucket(timeline), nullptr);
}

TEST_F(ReplicaTest, OM3_a_snapshot_goes_on_after_a_cut_from_what_is_stored) {
    PageServer server;
    fill(server, 10);
    const std::uint64_t as_of = server.version();
    {
        Replica replica = open();
        const auto stored = replica.store_page(server.snapshot({}, 4, as_of));
        ASSERT_TRUE(stored);
        EXPECT_EQ(stored->new_rows, 4U);
        EXPECT_FALSE(stored->cursor.complete);
        ASSERT_TRUE(replica.flush());
    }
    server.put(Id{2}, 1002, R"({"text":"edited"})");
    Replica replica = open();
    const auto cursors = replica.cursors();
    ASSERT_EQ(cursors.size(), 1U);
    EXPECT_EQ(cursors[0].after_id, Id{4});
    EXPECT_EQ(cursors[0].snapshot_as_of, as_of);
    const auto last = replica.store_page(server.snapshot(cursors[0].after_id, 100, as_of));
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->cursor.complete);
    const auto delta = replica.store_page(server.delta(as_of));
    ASSERT_TRUE(delta);
    EXPECT_EQ(delta->new_rows, 1U);
    expect_equal(delta->cursor, server);
}

TEST_F(ReplicaTest, OM2_rows_of_a_tail_come_first_and_are_not_counted_twice) {
    PageServer server;
    fill(server, 10);
    Replica replica = open();
    const auto tail = replica.store_page(server.tail(3));
    ASSERT_TRUE(tail);
    EXPECT_TRUE(tail->cursor.tail_done);
    EXPECT_EQ(tail->cursor.version, 0U);
    EXPECT_EQ(tail->new_rows, 3U);
    const auto snapshot = replica.store_page(server.snapshot({}, 100, server.version()));
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->new_rows, 7U);
    expect_equal(snapshot->cursor, server);
}

TEST_F(ReplicaTest, a_row_of_the_tail_that_was_deleted_before_the_snapshot_goes_with_it) {
    PageServer server;
    fill(server, 10);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.tail(3)));
    server.erase(Id{9});
    const auto snapshot = replica.store_page(server.snapshot({}, 100, server.version()));
    ASSERT_TRUE(snapshot);
    expect_equal(snapshot->cursor, server);
    EXPECT_FALSE(*replica.find({timeline, RowKind::message, Id{9}}));
    EXPECT_EQ(snapshot->removed, (std::vector{RowKey{timeline, RowKind::message, Id{9}}}));
}

TEST_F(ReplicaTest, repeated_and_older_pages_change_nothing) {
    PageServer server;
    fill(server, 5);
    Replica replica = open();
    const wire::Page old = server.delta(0);
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    const std::vector<Row> copies = *replica.rows(timeline, RowKind::message);
    server.put(Id{3}, 1003, R"({"text":"new"})");
    server.erase(Id{4});
    ASSERT_TRUE(replica.store_page(server.delta(5)));
    const auto again = replica.store_page(server.delta(5));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->new_rows, 0U);
    wire::Page late{.head = server.head(), .mode = wire::PullMode::delta, .from = 0, .to = 5};
    for (const Row& row : copies) {
        if (row.id != Id{4}) {  // a deletion is not remembered by the device, only by its cursor
            late.rows.push_back({row.kind, row.id, row.version, row.sort, row.body});
        }
    }
    const auto stale = replica.store_page(late);
    ASSERT_TRUE(stale);
    EXPECT_EQ(stale->new_rows, 0U);
    expect_equal(stale->cursor, server);
}

TEST_F(ReplicaTest, OM6_a_bucket_of_another_epoch_stays_readable_and_ends_exact) {
    PageServer server;
    fill(server, 10);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    PageServer other;  // the same bucket in another history: fewer rows, lower versions
    other.epoch = 2;
    other.put(Id{2}, 1002, R"({"text":"kept"})");
    other.put(Id{20}, 1020, R"({"text":"added"})");
    ASSERT_TRUE(replica.store_heads(std::vector{other.head()}));
    EXPECT_EQ(replica.bucket(timeline)->rows, 0U);
    EXPECT_EQ(replica.newest(timeline, RowKind::message, 50)->size(), 10U);
    replica = open();
    const auto stored = replica.store_page(other.snapshot({}, 100, other.version()));
    ASSERT_TRUE(stored);
    expect_equal(stored->cursor, other);
    EXPECT_THAT(ids(*replica.newest(timeline, RowKind::message, 50)),
                testing::ElementsAre(Id{20}, Id{2}));
}

TEST_F(ReplicaTest, heads_of_another_epoch_reset_the_bucket) {
    PageServer server;
    fill(server, 3);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    server.epoch = 2;
    ASSERT_TRUE(replica.store_heads(std::vector{server.head()}));
    EXPECT_FALSE(replica.bucket(timeline)->complete);
    EXPECT_EQ(replica.bucket(timeline)->head.epoch, 2U);
}

TEST_F(ReplicaTest, OM5_lost_access_hides_at_once_and_deletes_in_slices) {
    PageServer server;
    fill(server, static_cast<int>(limits::sweep_rows) + 10);
    {
        Replica replica = open();
        ASSERT_TRUE(replica.store_page(server.snapshot({}, 100'000, server.version())));
        ASSERT_TRUE(replica.drop_buckets(std::vector{timeline}));
        EXPECT_EQ(replica.bucket(timeline), nullptr);
        EXPECT_EQ(replica.bucket(BucketKind::timeline, channel), nullptr);
        EXPECT_FALSE(*replica.find({timeline, RowKind::message, Id{1}}));
        EXPECT_TRUE(replica.newest(timeline, RowKind::message, 10)->empty());
    }
    Replica replica = open();
    EXPECT_TRUE(replica.cursors().empty());
    EXPECT_TRUE(replica.sweep_pending());
    EXPECT_TRUE(*replica.sweep());
    EXPECT_FALSE(*replica.sweep());
    EXPECT_FALSE(replica.sweep_pending());
}

TEST_F(ReplicaTest, OM5_access_that_comes_back_begins_without_old_rows) {
    PageServer server;
    fill(server, 10);
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    ASSERT_TRUE(replica.drop_buckets(std::vector{timeline}));
    ASSERT_TRUE(replica.store_heads(std::vector{server.head()}));
    EXPECT_TRUE(replica.newest(timeline, RowKind::message, 10)->empty());
    const auto stored = replica.store_page(server.snapshot({}, 100, server.version()));
    ASSERT_TRUE(stored);
    expect_equal(stored->cursor, server);
}

TEST_F(ReplicaTest, windows_of_a_timeline_are_in_order) {
    PageServer server;
    fill(server, 10);
    server.put(Id{11}, 1005, "{}");  // the same time as message 5: the id decides
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    EXPECT_THAT(ids(*replica.newest(timeline, RowKind::message, 2)),
                testing::ElementsAre(Id{10}, Id{9}));
    EXPECT_THAT(ids(*replica.before(timeline, RowKind::message, {1006, Id{6}}, 3)),
                testing::ElementsAre(Id{11}, Id{5}, Id{4}));
    EXPECT_THAT(ids(*replica.after(timeline, RowKind::message, {1005, Id{5}}, 2)),
                testing::ElementsAre(Id{11}, Id{6}));
    int visited = 0;
    ASSERT_TRUE(replica.visit_after(timeline, RowKind::message, {1008, Id{8}}, [&](const RowRef&) {
        visited += 1;
        return true;
    }));
    EXPECT_EQ(visited, 2);
    std::vector<Id> all;
    ASSERT_TRUE(replica.visit(timeline, RowKind::message, Id{}, [&](const RowRef& row) {
        all.push_back(row.id);
        return row.id != Id{3};
    }));
    EXPECT_THAT(all, testing::ElementsAre(Id{1}, Id{2}, Id{3})) << "by id, until it is enough";
    EXPECT_EQ(*replica.count(timeline, RowKind::message), 11U);
    EXPECT_EQ(*replica.count(timeline, RowKind::member), 0U);
}

TEST_F(ReplicaTest, buckets_are_found_by_kind_owner_and_parent) {
    PageServer server;
    fill(server, 1);
    Replica replica = open();
    ASSERT_TRUE(replica.store_heads(std::vector{server.head()}));
    replica = open();
    ASSERT_NE(replica.bucket(BucketKind::timeline, channel), nullptr);
    EXPECT_EQ(replica.bucket(BucketKind::channel, channel), nullptr);
    EXPECT_EQ(replica.children(BucketKind::timeline, Id{3}).size(), 1U);
    EXPECT_TRUE(replica.children(BucketKind::channel, Id{3}).empty());
    EXPECT_EQ(replica.buckets(BucketKind::timeline).size(), 1U);
}

TEST_F(ReplicaTest, OM38_a_damaged_file_or_another_schema_is_made_anew) {
    std::ofstream(path()) << std::string(10'000, 'x');
    {
        Replica replica = open();
        EXPECT_TRUE(replica.cursors().empty());
        PageServer server;
        fill(server, 3);
        ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    }
    {
        auto database = sqlite::Database::open({.path = path(), .vfs = {}});
        ASSERT_TRUE(database);
        ASSERT_TRUE(database->execute("PRAGMA user_version = 99"));
    }
    EXPECT_TRUE(open().cursors().empty());
}

TEST_F(ReplicaTest, random_histories_end_with_the_sum_of_the_server) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        std::mt19937 random(seed);
        const auto pick = [&](std::uint64_t count) { return random() % count; };
        auto replica = Replica::open({.path = ":memory:", .vfs = {}});
        ASSERT_TRUE(replica);
        PageServer server;
        const auto work = [&](int steps) {
            for (int i = 0; i < steps; ++i) {
                const Id id{1 + pick(60)};
                pick(4) == 0
                    ? server.erase(id)
                    : server.put(id, static_cast<std::int64_t>(pick(50)), std::to_string(random()));
            }
        };
        work(100);
        ASSERT_TRUE(replica->store_page(server.tail(5)));
        work(10);
        const std::uint64_t as_of = server.version();
        Id after;
        do {
            const auto stored = replica->store_page(server.snapshot(after, 7, as_of));
            ASSERT_TRUE(stored);
            after = stored->cursor.after_id;
            work(5);
        } while (after);
        const auto stored = replica->store_page(server.delta(as_of));
        ASSERT_TRUE(stored);
        expect_equal(stored->cursor, server);
    }
}

}  // namespace
}  // namespace holdfast::client
