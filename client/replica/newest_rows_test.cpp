#include "client/replica/newest_rows.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "client/replica/replica.hpp"

namespace holdfast::client {
namespace {

constexpr BucketId timeline{100};

/// A bucket whose rows come, change, go and are replaced.
class NewestRowsTest : public testing::Test {
protected:
    void SetUp() override { take_bucket(); }

    Bucket head() const {
        return {.id = timeline,
                .kind = BucketKind::timeline,
                .owner = Id{7},
                .parent = Id{3},
                .epoch = 1,
                .version = version_};
    }
    void take_bucket() {
        const Bucket now = head();
        ASSERT_TRUE(replica_.store_heads({&now, 1}));
    }

    /// New ids come with the newest places, mostly; others move anywhere, or go.
    Row change() {
        const bool is_new = random_() % 2 == 0;
        const std::uint64_t id = is_new ? ++ids_ : 1 + random_() % (ids_ + 1);
        const auto sort =
            static_cast<std::int64_t>(random_() % 4 == 0 ? random_() % (ids_ + 1) : ids_);
        return {.kind = RowKind::message,
                .id = Id{id},
                .version = ++version_,
                .sort = sort,
                .body = !is_new && random_() % 3 == 0 ? "" : std::to_string(version_)};
    }

    void store(wire::PullMode mode) {
        std::map<Id, Row> rows;  // ascending, each once
        for (std::size_t i = 1 + random_() % 3; i > 0; --i) {
            Row row = change();
            rows.insert_or_assign(row.id, std::move(row));
        }
        wire::Page page{.head = head(), .mode = mode, .from = 0, .to = version_};
        for (const auto& [id, row] : rows) {
            const bool deletes = row.body.empty() && mode == wire::PullMode::range;
            if (!deletes) {
                page.rows.push_back({row.kind, row.id, row.version, row.sort, row.body});
            }
        }
        if (mode == wire::PullMode::range) {  // from the first of them on nothing else is left
            page.range.after = {RowKind::message, Id{rows.begin()->first.value - 1}};
            ASSERT_TRUE(replica_.replace_range(page));
        } else {
            ASSERT_TRUE(replica_.store_page(page));
        }
    }

    void compare() {
        const std::size_t count = 1 + random_() % 30;
        const auto kept = replica_.newest(timeline, RowKind::message, count);
        ASSERT_TRUE(kept);
        std::size_t at = 0;
        ASSERT_TRUE(replica_.visit_newest(timeline, RowKind::message, [&](const RowRef& row) {
            if (at == count) {
                return false;
            }
            EXPECT_LT(at, kept->size());
            if (at < kept->size()) {
                const Row& shown = (*kept)[at++];
                EXPECT_EQ(std::tuple(shown.id, shown.version, shown.sort, shown.body),
                          std::tuple(row.id, row.version, row.sort, std::string(row.body)));
            }
            return !HasFailure();
        }));
        EXPECT_EQ(at, kept->size());
    }

    std::mt19937 random_{20261126};
    Replica replica_ = Replica::open({.path = ":memory:"}).value();
    std::uint64_t version_ = 1;
    std::uint64_t ids_ = 1;
};

TEST_F(NewestRowsTest, are_those_of_the_file_whatever_comes) {
    for (int i = 0; i < 3000 && !HasFailure(); ++i) {
        switch (random_() % 100) {
            case 0: {
                const BucketId gone = timeline;
                ASSERT_TRUE(replica_.drop_buckets({&gone, 1}));
                compare();
                take_bucket();
                break;
            }
            case 1:
                store(wire::PullMode::range);
                break;
            case 2:
                ASSERT_TRUE(replica_.flush());
                break;
            default:
                store(wire::PullMode::delta);
        }
        compare();
    }
}

TEST(NewestRows, keep_no_more_windows_than_their_limit) {
    NewestRows rows;
    for (std::uint64_t i = 1; i <= limits::windows_kept_max + 1; ++i) {
        rows.put(BucketId{i}, RowKind::message, 5, {});
    }
    EXPECT_FALSE(rows.find(BucketId{1}, RowKind::message, 5).known);
    EXPECT_TRUE(rows.find(BucketId{2}, RowKind::message, 5).known);
    rows.put(BucketId{9}, RowKind::message, limits::window_rows_kept_max + 1, {});
    EXPECT_FALSE(rows.find(BucketId{9}, RowKind::message, 1).known);
}

}  // namespace
}  // namespace holdfast::client
