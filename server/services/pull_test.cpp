#include "server/services/pull.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <variant>

#include "core/base/sum.hpp"
#include "core/model/row_sum.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/faulty_storage.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::services {
namespace {

using testing::Company;
using testing::FaultyStorage;
using testing::must;

/// A device's copy of one bucket, as a device keeps it.
struct Copy {
    std::map<std::pair<RowKind, Id>, Row> rows;
    Sum sum() const {
        Sum all;
        for (const auto& [key, row] : rows) {
            all += row_sum(row);
        }
        return all;
    }
    void take(const wire::Page& page) {
        for (const RowRef& row : page.rows) {
            const std::pair key{row.kind, row.id};
            if (const auto held = rows.find(key);
                held != rows.end() && held->second.version > row.version) {
                continue;
            }
            if (row.deleted()) {
                rows.erase(key);
            } else {
                rows[key] = {row.kind, row.id, row.version, row.sort, std::string(row.body)};
            }
        }
    }
};

class PullTest : public ::testing::Test {
protected:
    void write_messages(int count) {
        must(storage_->begin());
        for (int i = 0; i < count; ++i) {
            const Id id = must(storage_->mint_id());
            written_.push_back(id);
            company_.put({timeline_, RowKind::message, id},
                         body::encode(body::Message{.author = company_.ana, .text = to_string(id)}),
                         1000 + static_cast<std::int64_t>(written_.size()));
        }
        must(storage_->commit());
    }
    void remove(Id message) {
        must(storage_->begin());
        company_.put({timeline_, RowKind::message, message}, {});
        must(storage_->commit());
    }
    wire::Want want(wire::PullMode mode) {
        return {.bucket = timeline_, .mode = mode, .epoch = head().epoch};
    }
    Bucket head() { return must(storage_->find_bucket(timeline_))->bucket; }

    /// Frames of one answer; their rows borrow from `answer_`.
    std::vector<wire::Frame> pull(const std::vector<wire::Want>& wants,
                                  std::uint32_t bytes = 1'000'000) {
        return pull_as(company_.ana, wants, bytes);
    }
    std::vector<wire::Frame> pull_as(Id user,
                                     const std::vector<wire::Want>& wants,
                                     std::uint32_t bytes = 1'000'000) {
        const wire::Bytes body = wire::encode(wire::Pull{.wants = wants, .bytes = bytes});
        answer_ = must(service_.answer(user, body)).bytes;
        std::vector<wire::Frame> frames;
        wire::FrameReader reader(answer_);
        while (auto frame = must(reader.next())) {
            frames.push_back(must(wire::decode(*frame)));
        }
        EXPECT_TRUE(reader.at_end());
        return frames;
    }
    wire::Page page(const wire::Want& one, std::uint32_t bytes = 1) {
        auto frames = pull({one}, bytes);
        EXPECT_EQ(frames.size(), 1U);
        return std::get<wire::Page>(std::move(frames.at(0)));
    }
    ErrorCode refusal(Id user, const wire::Want& one) {
        const auto frames = pull_as(user, {one});
        return std::get<wire::Unwanted>(frames.at(0)).code;
    }

    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    FaultyStorage spied_{*storage_};
    Company company_{*storage_, "acme"};
    Id channel_ = company_.make_channel(company_.yard, false, {company_.ana});
    BucketId timeline_ = company_.timeline(channel_);
    BucketIndex index_{*storage_};
    Access access_{*storage_, index_};
    PullService service_{spied_, access_, {.rows = 3, .body_bytes = 100'000}};
    std::vector<Id> written_;
    wire::Bytes answer_;
    bool interrupting_ = false;
};

TEST_F(PullTest, OM3_a_snapshot_in_pieces_and_a_delta_rebuild_the_bucket_exactly) {
    write_messages(10);
    Copy copy;
    wire::Want next = want(wire::PullMode::snapshot);
    std::uint64_t as_of = 0;
    for (int pages = 0;; ++pages) {
        ASSERT_LT(pages, 20);
        const wire::Page got = page(next);  // a budget of one byte: one page an answer
        copy.take(got);
        as_of = got.to;
        EXPECT_EQ(got.to, 10U);
        EXPECT_FALSE(got.complete);
        if (!got.after_id) {
            break;
        }
        next.from = got.to;
        next.after_kind = got.after_kind;
        next.after_id = got.after_id;
        if (pages == 1) {  // the bucket moves under the snapshot
            write_messages(2);
            remove(written_[0]);
            remove(written_[9]);
            must(storage_->begin());
            company_.put({timeline_, RowKind::message, written_[1]}, "{\"text\":\"new\"}");
            must(storage_->commit());
        }
    }
    next = want(wire::PullMode::delta);
    next.from = as_of;
    for (int pages = 0;; ++pages) {
        ASSERT_LT(pages, 20);
        const wire::Page got = page(next);
        EXPECT_EQ(got.from, next.from);
        copy.take(got);
        next.from = got.to;
        if (got.complete) {
            EXPECT_EQ(got.to, got.head.version);
            EXPECT_EQ(copy.sum(), got.head.sum);
            EXPECT_EQ(copy.rows.size(), got.head.rows);
            break;
        }
    }
    EXPECT_EQ(copy.sum(), head().sum);
}

TEST_F(PullTest, OM6_a_snapshot_of_a_resting_bucket_is_complete_with_its_last_page) {
    write_messages(6);  // exactly two pages
    const auto frames = pull({want(wire::PullMode::snapshot)});
    ASSERT_EQ(frames.size(), 2U);
    Copy copy;
    for (const wire::Frame& frame : frames) {
        copy.take(std::get<wire::Page>(frame));
    }
    const auto& last = std::get<wire::Page>(frames.back());
    EXPECT_TRUE(last.complete);
    EXPECT_FALSE(last.after_id);
    EXPECT_EQ(copy.sum(), last.head.sum);
}

TEST_F(PullTest, an_empty_bucket_is_complete_at_once) {
    const wire::Page got = page(want(wire::PullMode::snapshot));
    EXPECT_TRUE(got.complete);
    EXPECT_EQ(got.to, 0U);
    EXPECT_TRUE(got.rows.empty());
    EXPECT_TRUE(page(want(wire::PullMode::delta)).complete);
}

TEST_F(PullTest, OM2_a_tail_brings_the_newest_first_and_promises_nothing) {
    write_messages(10);
    wire::Want tail = want(wire::PullMode::tail);
    tail.limit = 2;
    EXPECT_EQ(page(tail, 1).rows.size(), 1U) << "the newest comes whatever the budget";
    const wire::Page got = page(tail, 1'000'000);
    ASSERT_EQ(got.rows.size(), 2U);
    EXPECT_EQ(got.rows[0].id, written_[9]);
    EXPECT_EQ(got.rows[1].id, written_[8]);
    EXPECT_FALSE(got.complete);
    EXPECT_EQ(got.to, 0U);
}

TEST_F(PullTest, answers_until_the_budget_is_full_and_leaves_the_rest) {
    write_messages(10);
    const wire::Want directory{
        .bucket = company_.directory, .mode = wire::PullMode::snapshot, .epoch = 0};
    EXPECT_EQ(pull({want(wire::PullMode::snapshot), directory}, 1).size(), 1U);
    const auto all = pull({want(wire::PullMode::snapshot), directory});
    EXPECT_GT(all.size(), 5U);
    EXPECT_EQ(std::get<wire::Page>(all.back()).head.id, company_.directory);
}

TEST_F(PullTest, OM5_refuses_what_the_user_may_not_read) {
    const Id closed = company_.make_channel(company_.yard, true, {company_.ben});
    const wire::Want secret{.bucket = company_.timeline(closed), .mode = wire::PullMode::tail};
    EXPECT_EQ(refusal(company_.ana, secret), ErrorCode::access_forbidden);
    EXPECT_TRUE(std::holds_alternative<wire::Page>(pull_as(company_.ben, {secret}).at(0)));
    const wire::Want nowhere{.bucket = BucketId{999'999}, .mode = wire::PullMode::tail};
    EXPECT_EQ(refusal(company_.ana, nowhere), ErrorCode::access_forbidden);
    // A refusal does not keep the rest from coming.
    EXPECT_EQ(pull({secret, want(wire::PullMode::snapshot)}).size(), 2U);
}

TEST_F(PullTest, refuses_a_place_in_another_history) {
    write_messages(4);
    wire::Want delta = want(wire::PullMode::delta);
    delta.epoch += 1;
    EXPECT_EQ(refusal(company_.ana, delta), ErrorCode::sync_stale_epoch);
    delta.epoch -= 1;
    delta.from = 5;  // of the future: a backup was restored
    EXPECT_EQ(refusal(company_.ana, delta), ErrorCode::sync_stale_epoch);
    wire::Want snapshot = want(wire::PullMode::snapshot);
    snapshot.epoch += 1;
    EXPECT_TRUE(std::holds_alternative<wire::Page>(pull({snapshot}).at(0))) << "it begins anew";
    snapshot.from = 4;
    snapshot.after_kind = RowKind::message;
    snapshot.after_id = written_[0];
    EXPECT_EQ(refusal(company_.ana, snapshot), ErrorCode::sync_stale_epoch);
}

TEST_F(PullTest, reads_a_page_again_when_another_process_has_come_between) {
    write_messages(2);
    int interruptions = 2;
    spied_.after_read = [&] {
        if (interruptions > 0) {
            --interruptions;
            write_messages(1);
        }
    };
    Copy copy;
    for (const wire::Frame& frame : pull({want(wire::PullMode::delta)})) {
        const auto& got = std::get<wire::Page>(frame);
        copy.take(got);
        EXPECT_EQ(got.head.version, 4U);
        if (got.complete) {
            EXPECT_EQ(copy.sum(), got.head.sum);
        }
    }
    EXPECT_EQ(copy.sum(), head().sum);

    spied_.after_read = [&] {
        if (!interrupting_) {
            interrupting_ = true;
            const bool in_transaction = !storage_->begin();
            if (!in_transaction) {
                storage_->rollback();
                write_messages(1);
            }
            interrupting_ = false;
        }
    };
    const auto frames =
        pull({want(wire::PullMode::tail)});  // never at rest: the last try is in a transaction
    ASSERT_FALSE(frames.empty());
}

TEST_F(PullTest, refuses_a_body_that_is_no_pull) {
    EXPECT_EQ(service_.answer(company_.ana, "nonsense").error().code, ErrorCode::request_malformed);
    EXPECT_EQ(service_.answer(company_.ana, wire::encode(wire::Ping{1})).error().code,
              ErrorCode::request_malformed);
}

// ------------------------------------------------------------------------------ repair

TEST_F(PullTest, OM6_sums_of_ranges_are_those_of_their_rows) {
    write_messages(10);
    wire::Want asked = want(wire::PullMode::sums);
    asked.limit = 4;
    const auto sums = std::get<wire::Sums>(pull({asked}).at(0));
    EXPECT_EQ(sums.head.version, 10U);
    ASSERT_EQ(sums.ranges.size(), 3U);
    EXPECT_EQ(sums.ranges[0].to, (RowPlace{RowKind::message, written_[3]}));
    EXPECT_EQ(sums.ranges[1].to, (RowPlace{RowKind::message, written_[7]}));
    EXPECT_TRUE(sums.ranges[2].to.is_open());
    EXPECT_EQ(sums.ranges[0].rows, 4U);
    EXPECT_EQ(sums.ranges[2].rows, 2U);
    Sum all;
    for (const RangeSum& range : sums.ranges) {
        all += range.sum;
    }
    EXPECT_EQ(all, head().sum);

    // Within bounds, the last range ends where the want does.
    asked.range = {{RowKind::message, written_[1]}, {RowKind::message, written_[4]}};
    asked.limit = 100;
    const auto part = std::get<wire::Sums>(pull({asked}).at(0));
    EXPECT_EQ(part.after, asked.range.after);
    ASSERT_EQ(part.ranges.size(), 1U);
    EXPECT_EQ(part.ranges[0].to, asked.range.to);
    EXPECT_EQ(part.ranges[0].rows, 3U);
}

TEST_F(PullTest, sums_end_where_the_budget_does_and_leave_the_rest_over) {
    write_messages(static_cast<int>(services::limits::sums_rows_min) + 50);
    wire::Want asked = want(wire::PullMode::sums);
    asked.limit = 100;
    const auto sums = std::get<wire::Sums>(pull({asked}, 1).at(0));
    EXPECT_EQ(sums.ranges.size(), services::limits::sums_rows_min / 100);
    EXPECT_FALSE(sums.ranges.back().to.is_open());
}

TEST_F(PullTest, an_empty_range_has_a_sum_too) {
    wire::Want asked = want(wire::PullMode::sums);
    asked.limit = 5;
    const auto sums = std::get<wire::Sums>(pull({asked}).at(0));
    ASSERT_EQ(sums.ranges.size(), 1U);
    EXPECT_EQ(sums.ranges[0], RangeSum{});
}

TEST_F(PullTest, OM6_a_range_says_which_keys_each_of_its_pages_answers_for) {
    write_messages(6);  // three rows a page
    wire::Want asked = want(wire::PullMode::range);
    asked.range = {{RowKind::message, written_[0]}, {RowKind::message, written_[4]}};
    const auto frames = pull({asked});
    ASSERT_EQ(frames.size(), 2U);
    const auto& first = std::get<wire::Page>(frames[0]);
    const auto& second = std::get<wire::Page>(frames[1]);
    EXPECT_EQ(first.rows.size(), 3U);
    EXPECT_EQ(first.range.after, asked.range.after);
    EXPECT_EQ(first.range.to, (RowPlace{RowKind::message, written_[3]}));
    EXPECT_EQ(second.rows.size(), 1U);
    EXPECT_EQ(second.range.after, first.range.to);
    EXPECT_EQ(second.range.to, asked.range.to);
    EXPECT_FALSE(second.complete);
}

TEST_F(PullTest, ranges_of_another_epoch_are_not_answered_and_of_any_are) {
    write_messages(1);
    wire::Want asked = want(wire::PullMode::sums);
    asked.epoch = 9;
    EXPECT_EQ(refusal(company_.ana, asked), ErrorCode::sync_stale_epoch);
    asked.epoch = 0;
    EXPECT_TRUE(std::holds_alternative<wire::Sums>(pull({asked}).at(0)));
}

TEST_F(PullTest, OM6_a_delta_from_below_the_horizon_is_not_answered) {
    write_messages(static_cast<int>(storage::tombstones_kept_min) + 1);
    must(storage_->begin());
    for (const Id id : written_) {
        company_.put({timeline_, RowKind::message, id}, {});
    }
    must(storage_->commit());
    const std::uint64_t horizon = head().horizon;
    ASSERT_GT(horizon, 0U);
    wire::Want asked = want(wire::PullMode::delta);
    asked.from = horizon - 1;
    EXPECT_EQ(refusal(company_.ana, asked), ErrorCode::sync_stale_epoch);
    asked.from = horizon;
    EXPECT_TRUE(std::holds_alternative<wire::Page>(pull({asked}).at(0)));
    EXPECT_FALSE(must(delta_page(*storage_, head(), horizon - 1, {})));
}

}  // namespace
}  // namespace holdfast::services
