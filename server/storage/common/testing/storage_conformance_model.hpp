#pragma once

#include <algorithm>
#include <map>
#include <random>

#include "server/storage/common/testing/storage_conformance_fixture.hpp"

namespace holdfast::storage {

/// What the rows of a storage should be, in the plainest form.
struct StorageModel {
    std::map<RowKey, Row> rows;  ///< an empty body is a tombstone
    std::map<BucketId, std::uint64_t> versions;

    std::vector<Position> write(const std::vector<RowChange>& changes) {
        std::map<BucketId, std::uint64_t> touched;
        for (const RowChange& change : changes) {
            if (!changes_something(change)) {
                continue;
            }
            const std::uint64_t version = ++versions[change.key.bucket];
            const std::int64_t sort = change.deletes() ? 0 : change.sort;
            rows[change.key] = {change.key.kind, change.key.id, version, sort, change.body};
            touched[change.key.bucket] = version;
        }
        std::vector<Position> positions;
        for (const auto& [bucket, version] : touched) {
            positions.push_back({bucket, version});
        }
        return positions;
    }

    [[nodiscard]] bool changes_something(const RowChange& change) const {
        const auto old = rows.find(change.key);
        if (old == rows.end() || old->second.body.empty()) {
            return !change.deletes();
        }
        return old->second.sort != change.sort || old->second.body != change.body;
    }

    [[nodiscard]] std::vector<Row> snapshot(BucketId bucket) const {
        std::vector<Row> live;
        for (const auto& [key, row] : rows) {
            if (key.bucket == bucket && !row.body.empty()) {
                live.push_back(row);
            }
        }
        return live;
    }

    [[nodiscard]] std::vector<Row> delta(BucketId bucket, std::uint64_t version) const {
        std::vector<Row> behind;
        for (const auto& [key, row] : rows) {
            if (key.bucket == bucket && row.version > version) {
                behind.push_back(row);
            }
        }
        std::ranges::sort(behind, {}, &Row::version);
        return behind;
    }
};

class StorageModelConformance : public StorageConformance {
protected:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    /// Few keys and few bodies, so that every case meets every other.
    std::vector<RowChange> random_changes() {
        std::vector<RowChange> changes(below(8));
        for (RowChange& change : changes) {
            change.key = {ids_[below(ids_.size())],
                          below(2) == 0 ? RowKind::message : RowKind::member,
                          Id{below(8) + 1}};
            change.sort = static_cast<std::int64_t>(below(3));
            change.body = std::string(below(4), 'x');
            if (below(50) == 0) {
                change.body.assign(20'000, 'y');
            }
        }
        return changes;
    }

    void write_and_compare() {
        const auto changes = random_changes();
        EXPECT_EQ(show(must(storage_->write_rows(changes))), show(model_.write(changes)));
    }

    void transact() {
        const StorageModel before = model_;
        must(storage_->begin());
        write_and_compare();
        if (below(3) == 0) {
            const StorageModel within = model_;
            const bool keep = below(2) == 0;
            EXPECT_EQ(must(storage_->nested([&]() -> Result<bool> {
                          write_and_compare();
                          return keep;
                      })),
                      keep);
            model_ = keep ? model_ : within;
            write_and_compare();
        }
        if (below(4) == 0) {
            storage_->rollback();
            model_ = before;
        } else {
            must(storage_->commit());
        }
    }

    void compare() {
        for (const BucketId id : ids_) {
            const PageLimits limits{below(5) + 1, below(30)};
            EXPECT_EQ(show(snapshot(id, limits)), show(model_.snapshot(id)));
            const std::uint64_t from = below(model_.versions[id] + 2);
            EXPECT_EQ(show(delta(id, from, limits)), show(model_.delta(id, from)));
            EXPECT_EQ(head(id).version, model_.versions[id]);
            expect_sound(id);
        }
    }

    void run(std::uint64_t seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random_.seed(seed);
        model_ = {};
        ids_ = {make_bucket(), make_bucket(), make_bucket()};
        for (int i = 0; i < 60 && !HasFailure(); ++i) {
            transact();
            if (below(20) == 0) {
                reopen();
            }
            if (below(5) == 0) {
                compare();
            }
        }
        compare();
    }

    std::mt19937_64 random_;
    std::vector<BucketId> ids_;
    StorageModel model_;
};

TEST_P(StorageModelConformance, does_what_the_model_does) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        run(seed);
    }
}

}  // namespace holdfast::storage
