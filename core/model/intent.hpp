#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/id.hpp"
#include "core/base/time.hpp"

namespace holdfast {

/// What a person can ask for. Persisted in outboxes and on the wire since version 1.
enum class IntentKind : std::uint16_t {
    message_post = 1,
    message_react = 2,
    message_delete = 3,
    channel_read = 4,
    channel_create = 5,
    channel_rename = 6,
    channel_add_member = 7,
    channel_remove_member = 8,
    profile_update = 9,
    answer_submit = 10,
    task_create = 20,
    task_change_state = 21,
    task_set_role = 22,
    task_attach_answer = 23,
    view_save = 24,
    view_delete = 25,
    entitlement_request = 26,
    task_edit = 28,
};

/// "message.post" and back; the names are those of app/src/bridge/types.ts.
[[nodiscard]] std::string_view intent_name(IntentKind kind);
[[nodiscard]] std::optional<IntentKind> parse_intent_kind(std::string_view name);

/// Whether it may be done in Offline Mode (OM29, OM30): messages, replies, reactions, read
/// marks, forms (OM24), and saved views.
[[nodiscard]] bool works_offline(IntentKind kind);

/// Whether the arguments are work that is kept with the receipt when the server refuses it (OM33).
[[nodiscard]] bool is_kept_when_refused(IntentKind kind);

/// How many ids of its device's counter an intent takes: its own, and those of the rows that it
/// makes besides (docs/internals/workflow.md).
[[nodiscard]] std::uint32_t ids_reserved(IntentKind kind);

/// Bytes of arguments that an intent of this kind may have: limits.hpp.
[[nodiscard]] std::size_t args_bytes_max(IntentKind kind);

/// One thing that a person did. `id` is minted by the device and is its identity for ever: the
/// server does each id once (OM32). A row that it makes takes the same id.
struct Intent {
    Id id{};
    Id lane{};  ///< its target: order is kept within it, and a refused intent holds up it alone
    IntentKind kind{};
    std::uint16_t version = 1;  ///< of the arguments' shape
    std::string args{};         ///< JSON object
    WallTime claimed_at{};      ///< by the device's clock: shown, never used to order
    std::int64_t elapsed_ms = -1;
};

/// Where an intent's lane is not named by its arguments.
struct LaneOwner {
    Id user{};
    Id intent{};
};

/// The lane of an intent with these arguments: the channel, which is the task's too; the user for a
/// profile and for views; the intent itself for a task that it begins, so that what follows in the
/// task's channel stays behind it. Nothing where the arguments do not say.
[[nodiscard]] std::optional<Id> lane_of(IntentKind kind, std::string_view args, LaneOwner owner);

enum class OutcomeStatus : std::uint8_t {
    applied = 1,
    adjusted = 2,  ///< done, but not quite as asked; `code` and `detail` say what
    rejected = 3,  ///< has no effect and never will
    later = 4,     ///< not judged yet: send it again after `retry_after`
};

/// A place in a bucket's history.
struct Position {
    BucketId bucket{};
    std::uint64_t version = 0;
    constexpr auto operator<=>(const Position&) const = default;
};

/// What became of an intent. Stored in the transaction of its effects and never changed
/// (`later` is not stored).
struct Outcome {
    Id intent{};
    OutcomeStatus status = OutcomeStatus::applied;
    ErrorCode code = ErrorCode::none;
    std::string detail{};  ///< JSON parameters of the code's sentence, or empty
    std::vector<Position> positions{};
    WallTime at{};
    bool replayed = false;  ///< this is the stored answer to a repeated intent
    Millis retry_after{};
    /// Which intent it was that was judged under this id, hashed; 0: not known. The server's own.
    std::uint64_t content = 0;
};

}  // namespace holdfast
