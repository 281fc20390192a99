#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/file_claim.hpp"
#include "core/model/intent.hpp"

/// The arguments of intents as values; their JSON is that of `Intent` in app/src/bridge/types.ts.
/// Unknown members are ignored. An absent id, an id of zero or a wrong type is `intent_malformed`;
/// whether the values are allowed is for core/rules/reduce.hpp.
namespace holdfast::args {

struct MessagePost {
    Id channel{};
    std::string text{};
    std::vector<Id> reply_to{};      ///< may be absent
    std::vector<FileClaim> files{};  ///< may be absent; with one the text may be empty
};

struct MessageReact {
    Id channel{};
    Id message{};
    std::string emoji{};
    bool on = false;
};

/// Arguments of message.delete and channel.read.
struct MessageTarget {
    Id channel{};
    Id message{};
};

struct ChannelCreate {
    Id group{};
    std::string name{};
    bool is_private = false;    ///< may be absent
    std::vector<Id> members{};  ///< may be absent; the author is a member anyway
};

struct ChannelRename {
    Id channel{};
    std::string name{};
};

/// Arguments of channel.add_member and channel.remove_member.
struct ChannelMember {
    Id channel{};
    Id user{};
};

struct ProfileUpdate {
    std::string name{};
    std::string last_name{};  ///< may be absent
    std::string phone{};      ///< may be absent
};

struct AnswerSubmit {
    Id channel{};
    Id form{};                        ///< the version's row
    std::string answers = "{}";       ///< JSON object: what was displayed and answered
    std::int64_t offset_minutes = 0;  ///< from UTC, where the person is; may be absent
    std::vector<FileClaim> files{};   ///< those that the answers name; may be absent
    std::string base_state{};        ///< of the channel's task, as the person saw it; may be absent
    std::uint32_t base_version = 0;  ///< the same, as of TaskChangeState
};

/// Answers the start form of a workflow.
struct TaskCreate {
    Id group{};
    std::string workflow{};           ///< its code
    Id parent{};                      ///< of a subtask: a task of the group; may be absent
    std::string base_state{};         ///< of the parent, as the person saw it; absent without one
    std::uint32_t base_version = 0;   ///< the same, as of TaskChangeState
    Id form{};                        ///< the version's row
    std::string answers = "{}";       ///< as of AnswerSubmit
    std::int64_t offset_minutes = 0;  ///< from UTC, where the person is; may be absent
    bool offline = false;             ///< done in Offline Mode; may be absent
    std::vector<FileClaim> files{};   ///< as of AnswerSubmit
};

/// Moves a task: by its button, or by the state start form.
struct TaskChangeState {
    Id group{};
    Id task{};
    std::string target{};             ///< code of the state
    std::string base_state{};         ///< what the person saw
    std::uint32_t base_version = 0;   ///< the same, as the task's state_version; may be absent
    Id form{};                        ///< the version's row; absent for a button
    std::string answers = "{}";       ///< as of AnswerSubmit; absent for a button
    std::int64_t offset_minutes = 0;  ///< from UTC, where the person is; may be absent
    bool offline = false;             ///< done in Offline Mode; may be absent
    std::vector<FileClaim> files{};   ///< as of AnswerSubmit
};

/// Changes what a task says of itself, in the members of `patch` alone (workflow::TaskPatch, as
/// JSON; people have TaskSetRole).
struct TaskEdit {
    Id group{};
    Id task{};
    std::string patch = "{}";
};

/// Says what somebody is to a task: "assignee", "editor", "follower", "visibility" or "none".
struct TaskSetRole {
    Id group{};
    Id task{};
    Id user{};
    std::string role{};
};

/// Adds an answer that stands in a task's channel to the task: late evidence of what was done.
struct TaskAttachAnswer {
    Id group{};
    Id task{};
    Id answer{};
    std::string base_state{};        ///< what the person saw; may be absent
    std::uint32_t base_version = 0;  ///< the same, as of TaskChangeState
};

/// Saves a view of a group's tasks.
struct ViewSave {
    Id group{};
    Id view{};                      ///< one that is there; absent: a new one
    bool shared = false;            ///< with everybody who reads the group; may be absent
    std::string definition = "{}";  ///< JSON of workflow::View, with its name
};

struct ViewDelete {
    Id group{};
    Id view{};
};

/// Asks the operator for Offline Mode (OM14).
struct EntitlementRequest {
    std::string reason{};
};

[[nodiscard]] Result<MessagePost> parse_message_post(std::string_view text);
[[nodiscard]] Result<MessageReact> parse_message_react(std::string_view text);
[[nodiscard]] Result<MessageTarget> parse_message_target(std::string_view text);
[[nodiscard]] Result<ChannelCreate> parse_channel_create(std::string_view text);
[[nodiscard]] Result<ChannelRename> parse_channel_rename(std::string_view text);
[[nodiscard]] Result<ChannelMember> parse_channel_member(std::string_view text);
[[nodiscard]] Result<ProfileUpdate> parse_profile_update(std::string_view text);
[[nodiscard]] Result<AnswerSubmit> parse_answer_submit(std::string_view text);
[[nodiscard]] Result<TaskCreate> parse_task_create(std::string_view text);
[[nodiscard]] Result<TaskChangeState> parse_task_change_state(std::string_view text);
[[nodiscard]] Result<TaskEdit> parse_task_edit(std::string_view text);
[[nodiscard]] Result<TaskSetRole> parse_task_set_role(std::string_view text);
[[nodiscard]] Result<TaskAttachAnswer> parse_task_attach_answer(std::string_view text);
[[nodiscard]] Result<ViewSave> parse_view_save(std::string_view text);
[[nodiscard]] Result<ViewDelete> parse_view_delete(std::string_view text);
[[nodiscard]] Result<EntitlementRequest> parse_entitlement_request(std::string_view text);

/// The arguments with the word whether they were taken in Offline Mode, which is the engine's to
/// say, where the kind has one; others, and what cannot be read, as they are.
[[nodiscard]] std::string said_offline(IntentKind kind, std::string args, bool offline);

[[nodiscard]] std::string encode(const MessagePost& value);
[[nodiscard]] std::string encode(const MessageReact& value);
[[nodiscard]] std::string encode(const MessageTarget& value);
[[nodiscard]] std::string encode(const ChannelCreate& value);
[[nodiscard]] std::string encode(const ChannelRename& value);
[[nodiscard]] std::string encode(const ChannelMember& value);
[[nodiscard]] std::string encode(const ProfileUpdate& value);
[[nodiscard]] std::string encode(const AnswerSubmit& value);
[[nodiscard]] std::string encode(const TaskCreate& value);
[[nodiscard]] std::string encode(const TaskChangeState& value);
[[nodiscard]] std::string encode(const TaskEdit& value);
[[nodiscard]] std::string encode(const TaskSetRole& value);
[[nodiscard]] std::string encode(const TaskAttachAnswer& value);
[[nodiscard]] std::string encode(const ViewSave& value);
[[nodiscard]] std::string encode(const ViewDelete& value);
[[nodiscard]] std::string encode(const EntitlementRequest& value);

}  // namespace holdfast::args
