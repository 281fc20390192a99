#include "cli/replica_check.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "cli/data_folder.hpp"
#include "client/outbox/outbox.hpp"
#include "client/replica/replica.hpp"
#include "core/model/row_sum.hpp"
#include "platform/sqlite/copy.hpp"
#include "server/ops/audit.hpp"
#include "server/services/access.hpp"
#include "server/services/bucket_index.hpp"

namespace holdfast::cli {
namespace {

using State = ReplicaFinding::State;
using sync::BucketCursor;

/// Copies one of the client's databases.
Result<std::string> copy(const std::string& folder, const char* name, const std::string& to) {
    const std::string path = folder + "/" + name;
    std::error_code none;
    if (!std::filesystem::is_regular_file(path, none)) {
        return fail(ErrorCode::setup_file, fmt::format("there is no {} in {}", name, folder));
    }
    HF_TRY(auto original, sqlite::Database::open({.path = path, .vfs = {}, .read_only = true}));
    std::string copied = to + "/" + name;
    HF_CHECK(sqlite::copy_database(original, copied));
    return copied;
}

/// What the rows of a bucket on the device come to.
struct Counted {
    std::uint64_t rows = 0;
    Sum sum;
};

Result<Counted> count(client::Replica& replica, BucketId bucket) {
    Counted counted;
    constexpr SortKey before_all{.sort = std::numeric_limits<std::int64_t>::min(), .id = {}};
    for (int kind = 1; kind <= std::numeric_limits<std::uint8_t>::max(); ++kind) {
        HF_CHECK(replica.visit_after(
            bucket, static_cast<RowKind>(kind), before_all, [&](const RowRef& row) {
                ++counted.rows;
                counted.sum += row_sum(row);
                return true;
            }));
    }
    return counted;
}

ReplicaFinding compare(const Bucket& head, const BucketCursor* cursor) {
    ReplicaFinding finding{.head = head, .state = State::same, .text = {}};
    const auto is = [&](State state, std::string text) {
        finding.state = state;
        finding.text = std::move(text);
    };
    if (cursor == nullptr) {
        is(State::missing, "It is not on the device yet.");
    } else if (cursor->head.epoch != head.epoch) {
        is(State::other_epoch,
           fmt::format("The device's copy is of epoch {}, the server's of epoch {}.",
                       cursor->head.epoch,
                       head.epoch));
    } else if (cursor->version > head.version) {
        is(State::ahead,
           fmt::format("The device stands at version {}, the server at {}: was the server restored "
                       "from a backup?",
                       cursor->version,
                       head.version));
    } else if (head.version != 0 && (!cursor->complete || cursor->version < head.version)) {
        is(State::behind,
           cursor->complete ? fmt::format("The device stands at version {}, the server at {}.",
                                          cursor->version,
                                          head.version)
                            : fmt::format("The device is receiving it: {} of {} rows are there.",
                                          cursor->rows,
                                          head.rows));
    } else if (cursor->rows != head.rows || cursor->sum != head.sum) {
        is(State::differs,
           fmt::format("Both stand at version {}; the device has {} rows with the sum {}, the "
                       "server {} rows with the sum {}.",
                       head.version,
                       cursor->rows,
                       ops::print(cursor->sum),
                       head.rows,
                       ops::print(head.sum)));
    }
    return finding;
}

/// The device's own figures against its rows. A bucket that is begun again keeps old rows that it
/// does not count: only a complete one can be judged.
Result<> recount(client::Replica& replica, const BucketCursor& cursor, ReplicaFinding& finding) {
    if (!cursor.complete || finding.is_fault()) {
        return {};
    }
    HF_TRY(const Counted counted, count(replica, cursor.head.id));
    if (counted.rows != cursor.rows || counted.sum != cursor.sum) {
        finding.state = State::miscounted;
        finding.text = fmt::format(
            "The device records {} rows with the sum {}, its rows come to {} with the sum {}.",
            cursor.rows,
            ops::print(cursor.sum),
            counted.rows,
            ops::print(counted.sum));
    }
    return {};
}

Result<client::Account> read_account(const client::Outbox& outbox) {
    if (!outbox.account()) {
        return fail(ErrorCode::tool_not_found, "nobody is signed in on this device");
    }
    return *outbox.account();
}

Result<client::Replica> open_replica(const std::string& folder, const std::string& to) {
    HF_TRY(const std::string path, copy(folder, "replica.db", to));
    HF_TRY(auto replica, client::Replica::open({.path = path, .vfs = {}}));
    if (replica.cursors().empty()) {
        return fail(ErrorCode::storage_corrupt,
                    "the replica holds nothing that this program can read: it is empty, damaged, "
                    "or of another version; the client makes it anew by itself");
    }
    return replica;
}

}  // namespace

std::string_view state_name(State state) {
    switch (state) {
        case State::same:
            return "same";
        case State::behind:
            return "behind";
        case State::missing:
            return "missing";
        case State::not_readable:
            return "not_readable";
        case State::other_epoch:
            return "other_epoch";
        case State::ahead:
            return "ahead";
        case State::differs:
            return "differs";
        case State::miscounted:
            break;
    }
    return "miscounted";
}

Result<ReplicaCheck> check_replica(storage::Inspection& inspection,
                                   const std::string& device_folder) {
    HF_TRY(const TemporaryFolder copies, TemporaryFolder::make());
    HF_TRY(const std::string outbox_path, copy(device_folder, "outbox.db", copies.path()));
    HF_TRY(const auto outbox, client::Outbox::open({.path = outbox_path, .vfs = {}}));
    HF_TRY(const client::Account account, read_account(outbox));
    HF_TRY(auto replica, open_replica(device_folder, copies.path()));

    services::BucketIndex index(inspection.tables());
    services::Access access(inspection.tables(), index);
    auto readable = access.readable(account.user);
    if (!readable) {
        const bool unknown = readable.error().code == ErrorCode::access_forbidden;
        return fail(
            unknown ? ErrorCode::tool_not_found : readable.error().code,
            "user " + to_string(account.user) + " of this device: " + readable.error().detail);
    }
    ReplicaCheck check{.user = account.user,
                       .device = account.device,
                       .waiting = outbox.waiting(),
                       .findings = {}};
    std::map<BucketId, BucketCursor> kept;
    for (const BucketCursor& cursor : replica.cursors()) {
        kept.emplace(cursor.head.id, cursor);
    }
    for (const Bucket& head : *readable) {
        const auto cursor = kept.find(head.id);
        ReplicaFinding finding = compare(head, cursor == kept.end() ? nullptr : &cursor->second);
        if (cursor != kept.end()) {
            HF_CHECK(recount(replica, cursor->second, finding));
            kept.erase(cursor);
        }
        check.findings.push_back(std::move(finding));
    }
    for (const auto& [id, cursor] : kept) {
        check.findings.push_back({.head = cursor.head,
                                  .state = State::not_readable,
                                  .text = "It is on the device, and the user may not read it: the "
                                          "next synchronization removes it."});
    }
    return check;
}

}  // namespace holdfast::cli
