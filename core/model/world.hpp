#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/bucket.hpp"
#include "core/model/intent.hpp"
#include "core/model/row.hpp"

namespace holdfast {

class FactCache;
class FormCache;

/// What the rules may read: the server's tables inside a transaction, or a device's replica with
/// the overlay of what waits. Absence is normal; an error is a failed read.
class World {
public:
    virtual ~World() = default;

    [[nodiscard]] virtual Result<std::optional<Row>> find(RowKey key) const = 0;

    /// The bucket of this kind and owner. Nothing where the world does not hold it: a device does
    /// not know other people's buckets. What names it is right; its head may be an older one.
    [[nodiscard]] virtual Result<std::optional<Bucket>> bucket(BucketKind kind, Id owner) const = 0;

    /// The organization's directory bucket.
    [[nodiscard]] virtual Result<BucketId> directory() const = 0;

    /// A new bucket id. Errors  intent_needs_connection on a device: only the server makes buckets.
    [[nodiscard]] virtual Result<BucketId> mint_bucket() = 0;

    /// The group of this code. Only final worlds are asked.
    [[nodiscard]] virtual Result<std::optional<Id>> group_of_code(std::string_view /*code*/) const {
        return std::nullopt;
    }

    /// The collection of this code. Only final worlds are asked.
    [[nodiscard]] virtual Result<std::optional<Id>> collection_of_code(
        std::string_view /*code*/) const {
        return std::nullopt;
    }

    /// The row of this kind in the bucket whose body has this `code`. Only final worlds are asked.
    [[nodiscard]] virtual Result<std::optional<Id>> row_of_code(BucketId /*bucket*/,
                                                                RowKind /*kind*/,
                                                                std::string_view /*code*/) const {
        return std::nullopt;
    }

    /// Whether what the rules say here is final: the server's world. On a device they leave out
    /// what only the server can give (buckets, serial numbers).
    [[nodiscard]] virtual bool is_final() const { return true; }

    /// The newest rows of a kind by (sort, id), newest first. Only final worlds are asked.
    [[nodiscard]] virtual Result<std::vector<Row>> newest(BucketId /*bucket*/,
                                                          RowKind /*kind*/,
                                                          std::size_t /*count*/) const {
        return std::vector<Row>{};
    }

    /// The first action that waits in a lane and counts as one upon its task (OM27). The server has
    /// none.
    [[nodiscard]] virtual const Intent* waiting_upon(Id /*lane*/) const { return nullptr; }

    /// Where versions of forms are kept between two judgements (core/rules/form_cache.hpp); null:
    /// they are made anew each time.
    [[nodiscard]] virtual FormCache* form_cache() const { return nullptr; }

    /// Where bodies that were read are kept (core/model/fact_cache.hpp); null: they are read anew.
    [[nodiscard]] virtual FactCache* fact_cache() const { return nullptr; }
};

/// A run of a routine that an action sets off: the server begins it after the commit.
struct QueuedRun {
    Id id{};                ///< none: the server mints one
    std::string routine{};  ///< code
    Id user{};              ///< who set it off
    Id group{};             ///< of the task
    Id task{};              ///< of a start form: the id that the task will have
    Id channel{};
    std::string context{};  ///< JSON that its expressions see; empty on a device
    WallTime due_at{};      ///< 0: at once
};

/// Everything that an intent does (core/rules/reduce.hpp), to be written in one transaction.
struct Effects {
    struct NewBucket {
        BucketId id{};
        BucketKind kind{};
        Id owner{};
        Id parent{};
        bool open = false;  ///< readable by everyone who may read the parent group
    };
    std::vector<NewBucket> buckets{};
    std::vector<RowChange> rows{};
    std::vector<QueuedRun> runs{};  ///< in the order in which they begin
    /// `applied`, or what the rules say besides: with the reason and its sentence's parameters. A
    /// rejected action may have rows: its answer, kept where people look for it (OM33).
    OutcomeStatus status = OutcomeStatus::applied;
    ErrorCode code = ErrorCode::none;
    std::string params{};
    bool answer_kept = false;  ///< of a rejected action: its answer is among the rows
    /// A message or a form that commands a routine which may change the channel's task (OM27).
    bool upon_task = false;
};

/// Who asks, and when by the clock of the side that runs the rules.
struct Occasion {
    Id user{};
    Id organization{};
    WallTime now{};
    /// On a device: the action was taken once, and is laid over rows that have changed since. Rules
    /// that ask the clock judged it then; the server judges it by its own.
    bool again = false;
};

/// The permissions of a user: the union over the roles; empty for one who does not exist or is not
/// active.
using Permissions = std::set<std::string, std::less<>>;
[[nodiscard]] Result<Permissions> permissions_of(const World& world, Id user);

/// Permission names that the rules themselves know; organizations add their own for groups.
namespace permission {
inline constexpr std::string_view admin = "admin";  ///< may do everything
inline constexpr std::string_view message_write = "message-write";
inline constexpr std::string_view channel_create = "channel-create";
inline constexpr std::string_view channel_manage =
    "channel-manage";  ///< rename, add, remove in any channel it sees
}  // namespace permission

/// Whether `held` includes one of `wanted`, or `admin`. An empty `wanted` asks for nothing.
[[nodiscard]] bool holds_any(const Permissions& held, const std::vector<std::string>& wanted);

/// Whether the user may write in, or manage, a channel now. The error is the reason.
[[nodiscard]] Result<> may_write(const World& world, Id user, Id channel);
[[nodiscard]] Result<> may_manage(const World& world, Id user, Id channel);
[[nodiscard]] Result<> may_create_channel(const World& world, Id user, Id group);

/// Rows that grants a user group or channel: {grant, id = target} in the user's own bucket.
/// A user reads a group's bucket with a grant for it; the buckets of an open channel with a grant
/// for its group; the buckets of a private channel with a grant for the channel.
[[nodiscard]] Result<bool> may_read_channel(const World& world, Id user, Id channel);

}  // namespace holdfast
