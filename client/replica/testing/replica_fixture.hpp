#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/replica/replica.hpp"
#include "core/base/sum.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::testing_support {

/// What the server would hold: rows of one bucket, and pages of them.
class PageServer {
public:
    static constexpr BucketId timeline{100};
    static constexpr Id channel{7};

    void put(Id id, std::int64_t sort, std::string body) {
        rows_[id] = {.kind = RowKind::message,
                     .id = id,
                     .version = ++version_,
                     .sort = sort,
                     .body = std::move(body)};
    }
    void erase(Id id) {
        rows_[id] = {
            .kind = RowKind::message, .id = id, .version = ++version_, .sort = 0, .body = {}};
    }

    [[nodiscard]] Bucket head() const {
        Bucket head{
            .id = timeline, .kind = BucketKind::timeline, .owner = channel, .parent = Id{3}};
        head.epoch = epoch;
        head.version = version_;
        for (const auto& [id, row] : rows_) {
            if (!row.body.empty()) {
                head.rows += 1;
                head.sum += row_sum(
                    static_cast<std::uint8_t>(row.kind), id, row.version, row.sort, row.body);
            }
        }
        return head;
    }

    [[nodiscard]] wire::Page delta(std::uint64_t from) const {
        wire::Page page{
            .head = head(), .mode = wire::PullMode::delta, .from = from, .to = version_};
        page.complete = true;
        for (const auto& [id, row] : rows_) {
            if (row.version > from) {
                page.rows.push_back(reference(row));
            }
        }
        return page;
    }

    [[nodiscard]] wire::Page snapshot(Id after, std::size_t count, std::uint64_t as_of) const {
        wire::Page page{.head = head(), .mode = wire::PullMode::snapshot, .from = 0, .to = as_of};
        for (auto at = rows_.upper_bound(after); at != rows_.end(); ++at) {
            if (at->second.body.empty()) {
                continue;
            }
            if (page.rows.size() == count) {
                page.after_kind = RowKind::message;
                page.after_id = page.rows.back().id;
                return page;
            }
            page.rows.push_back(reference(at->second));
        }
        page.complete = true;
        return page;
    }

    [[nodiscard]] wire::Page tail(std::size_t count) const {
        wire::Page page{.head = head(), .mode = wire::PullMode::tail, .from = 0, .to = 0};
        for (auto at = rows_.rbegin(); at != rows_.rend() && page.rows.size() < count; ++at) {
            if (!at->second.body.empty()) {
                page.rows.push_back(reference(at->second));
            }
        }
        return page;
    }

    [[nodiscard]] std::uint64_t version() const { return version_; }
    std::uint32_t epoch = 1;

private:
    static RowRef reference(const Row& row) {
        return {.kind = row.kind,
                .id = row.id,
                .version = row.version,
                .sort = row.sort,
                .body = row.body};
    }
    std::map<Id, Row> rows_;
    std::uint64_t version_ = 0;
};

class ReplicaTest : public ::testing::Test {
protected:
    static constexpr BucketId timeline = PageServer::timeline;
    static constexpr Id channel = PageServer::channel;

    [[nodiscard]] std::string path() const { return (directory_ / "replica.db").string(); }
    client::Replica open() {
        auto replica = client::Replica::open({.path = path(), .vfs = {}});
        EXPECT_TRUE(replica.has_value()) << (replica ? "" : replica.error().detail);
        return *std::move(replica);
    }

    static void fill(PageServer& server, int count) {
        for (int i = 1; i <= count; ++i) {
            server.put(Id{static_cast<std::uint64_t>(i)},
                       1000 + i,
                       R"({"text":")" + std::to_string(i) + R"("})");
        }
    }

    static std::vector<Id> ids(const std::vector<Row>& rows) {
        std::vector<Id> all;
        for (const Row& row : rows) {
            all.push_back(row.id);
        }
        return all;
    }

    static void expect_equal(const sync::BucketCursor& cursor, const PageServer& server) {
        EXPECT_EQ(cursor.rows, server.head().rows);
        EXPECT_EQ(cursor.sum, server.head().sum);
        EXPECT_EQ(cursor.version, server.version());
        EXPECT_TRUE(cursor.complete);
    }

    TempFolder directory_;
};

}  // namespace holdfast::testing_support
