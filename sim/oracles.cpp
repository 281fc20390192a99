#include "sim/oracles.hpp"

#include <map>
#include <string>
#include <tuple>

#include "core/base/sum.hpp"
#include "core/model/body.hpp"
#include "core/model/row.hpp"
#include "platform/sqlite/database.hpp"
#include "server/services/access.hpp"
#include "server/services/bucket_index.hpp"

namespace holdfast::sim {
namespace {

using RowText = std::tuple<std::uint64_t, std::int64_t, std::string>;  // version, sort, body
using Rows = std::map<RowKey, RowText>;

/// Every row of a table; both sides have it in the same shape.
Result<Rows> read_rows(sqlite::Database& database, const std::string& table) {
    HF_TRY(auto all,
           database.prepare("SELECT bucket, kind, id, version, sort, body FROM " + table));
    Rows rows;
    for (;;) {
        HF_TRY(const bool more, all.step());
        if (!more) {
            return rows;
        }
        const RowKey key{BucketId{all.unsigned_integer(0)},
                         static_cast<RowKind>(all.integer(1)),
                         Id{all.unsigned_integer(2)}};
        rows.emplace(key,
                     RowText{all.unsigned_integer(3), all.integer(4), std::string(all.text(5))});
    }
}

std::map<std::string, int> count_texts(const Rows& rows) {
    std::map<std::string, int> texts;
    for (const auto& [key, row] : rows) {
        if (key.kind == RowKind::message) {
            if (const auto message = body::parse_message(std::get<2>(row))) {
                texts[message->text] += 1;
            }
        }
    }
    return texts;
}

std::map<BucketId, Sum> sums_of(const Rows& rows) {
    std::map<BucketId, Sum> sums;
    for (const auto& [key, row] : rows) {
        const auto& [version, sort, body] = row;
        sums[key.bucket] +=
            row_sum(static_cast<std::uint8_t>(key.kind), key.id, version, sort, body);
    }
    return sums;
}

}  // namespace

void check_promises(Ledger& ledger,
                    storage::SqliteStorage& storage,
                    const std::vector<std::unique_ptr<Device>>& devices) {
    const auto rows = read_rows(storage.database(), "bucket_row");
    ledger.expect(rows.has_value(), "the server's rows cannot be read");
    if (!rows) {
        return;
    }
    const auto texts = count_texts(*rows);
    for (const auto& [intent, promise] : ledger.promises) {
        const std::string name =
            promise.kind + " " + to_string(intent) + " of device " + std::to_string(promise.device);
        const auto outcome = storage.find_outcome(intent);
        ledger.expect(outcome && *outcome,
                      name + " was promised and has no outcome: it is lost (OM33)");
        if (!outcome || !*outcome) {
            continue;
        }
        const bool applied = (*outcome)->status == OutcomeStatus::applied ||
                             (*outcome)->status == OutcomeStatus::adjusted;
        const auto& shown = devices[promise.device]->shown_outbox();
        ledger.expect(applied != shown.contains(intent),
                      name + (applied ? " is done and still in the outbox"
                                      : " was refused and its content is gone"));
        if (promise.kind == "message.post") {
            const auto found = texts.find(promise.text);
            const int times = found == texts.end() ? 0 : found->second;
            ledger.expect(times == (applied ? 1 : 0),
                          name + " has effect " + std::to_string(times) + " times (OM32)");
        }
    }
}

void check_replica(Ledger& ledger, storage::SqliteStorage& storage, Device& device, Id user) {
    const std::string name = device.describe();
    device.die(false);  // what is on its disk is what counts
    device.disk().restart();
    auto replica = sqlite::Database::open(
        {.path = "replica.db", .vfs = device.disk().vfs(), .exclusive = true});
    const auto server = read_rows(storage.database(), "bucket_row");
    ledger.expect(replica && server, name + ": the replica cannot be read");
    if (!replica || !server) {
        return;
    }
    const auto held = read_rows(*replica, "row");
    ledger.expect(held.has_value(), name + ": the replica cannot be read");
    services::BucketIndex index(storage);
    services::Access access(storage, index);
    const auto readable = access.readable(user);
    ledger.expect(readable.has_value(), name + ": access cannot be read");
    if (!held || !readable) {
        return;
    }
    const auto sums = sums_of(*held);
    Rows expected;
    for (const Bucket& head : *readable) {
        for (auto row = server->lower_bound(RowKey{head.id, RowKind{}, Id{}});
             row != server->end() && row->first.bucket == head.id;
             ++row) {
            expected.insert(*row);
        }
        const auto sum = sums.find(head.id);
        ledger.expect((sum == sums.end() ? Sum{} : sum->second) == head.sum,
                      name + ": the sum of a bucket differs (OM6)");
    }
    ledger.expect(*held == expected,
                  name + " does not hold what the server has: " + std::to_string(held->size()) +
                      " rows for " + std::to_string(expected.size()));
}

}  // namespace holdfast::sim
