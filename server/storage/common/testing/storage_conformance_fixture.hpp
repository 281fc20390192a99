#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "core/model/row_sum.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::storage {

/// What the conformance suite runs against.
struct StorageBackend {
    std::string name;
    /// Opens the database that belongs to a folder, made by the suite and empty at first. Opening
    /// it again finds what was kept; two may be open at once.
    std::function<Result<std::unique_ptr<Storage>>(const std::filesystem::path& folder)> open;
};

inline void PrintTo(const StorageBackend& backend, std::ostream* out) {
    *out << backend.name;
}

/// The value, or the end of the test program with the reason.
template <class T>
T must(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << "error " << static_cast<int>(result.error().code) << ": "
                      << result.error().detail;
        std::abort();
    }
    return *std::move(result);
}
inline void must(const Result<>& result) {
    if (!result) {
        ADD_FAILURE() << "error " << static_cast<int>(result.error().code) << ": "
                      << result.error().detail;
        std::abort();
    }
}

inline RowChange put(BucketId bucket, std::uint64_t id, std::string body, std::int64_t sort = 0) {
    return {.key = {bucket, RowKind::message, Id{id}}, .sort = sort, .body = std::move(body)};
}
inline RowChange drop(BucketId bucket, std::uint64_t id) {
    return put(bucket, id, "");
}

/// A row as text, so that tests compare and print it easily: "7/12 v3 s0 body".
inline std::string show(const Row& row) {
    return std::to_string(static_cast<int>(row.kind)) + "/" + to_string(row.id) + " v" +
           std::to_string(row.version) + " s" + std::to_string(row.sort) + " " + row.body;
}
inline std::vector<std::string> show(const std::vector<Row>& rows) {
    std::vector<std::string> lines;
    for (const Row& row : rows) {
        lines.push_back(show(row));
    }
    return lines;
}
inline std::vector<std::string> show(const std::vector<Position>& positions) {
    std::vector<std::string> lines;
    for (const Position& position : positions) {
        lines.push_back(std::to_string(position.bucket.value) + ":" +
                        std::to_string(position.version));
    }
    return lines;
}

using Lines = std::vector<std::string>;

/// One empty database for each test.
class StorageConformance : public ::testing::TestWithParam<StorageBackend> {
protected:
    StorageConformance() { storage_ = another(); }

    [[nodiscard]] std::unique_ptr<Storage> another() const {
        return must(GetParam().open(folder_.path()));
    }
    void reopen() {
        storage_.reset();
        storage_ = another();
    }

    void commit(const std::function<void()>& body) {
        must(storage_->begin());
        body();
        must(storage_->commit());
    }

    BucketId make_bucket(BucketKind kind, std::uint64_t owner) {
        BucketId id;
        commit([&] {
            BucketRecord record{.bucket = {.id = {}, .kind = kind}, .organization = Id{1}};
            record.bucket.owner = Id{owner};
            id = must(storage_->create_bucket(record));
        });
        return id;
    }
    BucketId make_bucket() { return make_bucket(BucketKind::timeline, ++owners_); }

    std::vector<Position> write(const std::vector<RowChange>& changes) {
        std::vector<Position> positions;
        commit([&] { positions = must(storage_->write_rows(changes)); });
        return positions;
    }

    [[nodiscard]] Bucket head(BucketId id) {
        auto record = must(storage_->find_bucket(id));
        EXPECT_TRUE(record);
        return record ? record->bucket : Bucket{};
    }

    [[nodiscard]] std::vector<Row> snapshot(BucketId bucket, PageLimits limits = {}) {
        std::vector<Row> rows;
        for (;;) {
            const RowKind kind = rows.empty() ? RowKind{} : rows.back().kind;
            const Id id = rows.empty() ? Id{} : rows.back().id;
            auto page = must(storage_->rows_after_key(bucket, kind, id, limits));
            EXPECT_TRUE(!page.more || !page.rows.empty());
            rows.insert(rows.end(), page.rows.begin(), page.rows.end());
            if (!page.more) {
                return rows;
            }
        }
    }

    [[nodiscard]] std::vector<Row> delta(BucketId bucket,
                                         std::uint64_t version,
                                         PageLimits limits = {}) {
        std::vector<Row> rows;
        for (;;) {
            auto page = must(storage_->rows_after_version(bucket, version, limits));
            EXPECT_TRUE(!page.more || !page.rows.empty());
            rows.insert(rows.end(), page.rows.begin(), page.rows.end());
            if (!page.more) {
                return rows;
            }
            version = rows.back().version;
        }
    }

    /// The bucket's counts and sum are those of its rows, and its history ends at its version.
    void expect_sound(BucketId id) {
        const Bucket bucket = head(id);
        Sum sum;
        std::uint64_t bytes = 0;
        const std::vector<Row> rows = snapshot(id);
        for (const Row& row : rows) {
            sum += row_sum(row);
            bytes += row.body.size();
        }
        EXPECT_EQ(bucket.rows, rows.size());
        EXPECT_EQ(bucket.bytes, bytes);
        EXPECT_EQ(bucket.sum, sum);

        std::uint64_t last = 0;
        for (const Row& row : delta(id, 0)) {
            EXPECT_GT(row.version, last);
            last = row.version;
        }
        EXPECT_EQ(last, bucket.version);
    }

    testing_support::TempFolder folder_;
    std::unique_ptr<Storage> storage_;
    std::uint64_t owners_ = 100;
};

}  // namespace holdfast::storage
