#include "core/model/args.hpp"

#include <limits>
#include <utility>

#include "core/model/file_claim_json.hpp"
#include "core/model/json.hpp"

namespace holdfast::args {

namespace {

/// Reads a member that must be there and must name something.
void read_target(json::Reader& reader, const char* name, Id& out) {
    reader.require(name).read(name, out);
    if (!out) {
        reader.refuse(name);
    }
}

/// Reads the version of a task that the person saw.
void read_version(json::Reader& reader, std::uint32_t& out) {
    std::int64_t version = 0;
    reader.read("base_version", version);
    if (version < 0 || version > std::numeric_limits<std::uint32_t>::max()) {
        reader.refuse("base_version");
    }
    out = static_cast<std::uint32_t>(version);
}

json::Value explicit_text(const std::string& text) {
    return json::Value(text);
}

/// The arguments with the answers as an object, also where nothing is answered.
std::string with_answers(json::Writer& writer, const std::string& answers) {
    json::Value args = writer.take();
    args["answers"] = json::parse(answers);
    return json::dump(args);
}

}  // namespace

Result<MessagePost> parse_message_post(std::string_view text) {
    MessagePost value;
    json::Reader reader(text);
    read_target(reader, "channel", value.channel);
    reader.require("text").read("text", value.text).read("reply_to", value.reply_to);
    read_files(reader, value.files);
    return json::finish(reader, std::move(value));
}

Result<MessageReact> parse_message_react(std::string_view text) {
    MessageReact value;
    json::Reader reader(text);
    read_target(reader, "channel", value.channel);
    read_target(reader, "message", value.message);
    reader.require("emoji").read("emoji", value.emoji).require("on").read("on", value.on);
    return json::finish(reader, std::move(value));
}

Result<MessageTarget> parse_message_target(std::string_view text) {
    MessageTarget value;
    json::Reader reader(text);
    read_target(reader, "channel", value.channel);
    read_target(reader, "message", value.message);
    return json::finish(reader, value);
}

Result<ChannelCreate> parse_channel_create(std::string_view text) {
    ChannelCreate value;
    json::Reader reader(text);
    read_target(reader, "group", value.group);
    reader.require("name")
        .read("name", value.name)
        .read("private", value.is_private)
        .read("members", value.members);
    return json::finish(reader, std::move(value));
}

Result<ChannelRename> parse_channel_rename(std::string_view text) {
    ChannelRename value;
    json::Reader reader(text);
    read_target(reader, "channel", value.channel);
    reader.require("name").read("name", value.name);
    return json::finish(reader, std::move(value));
}

Result<ChannelMember> parse_channel_member(std::string_view text) {
    ChannelMember value;
    json::Reader reader(text);
    read_target(reader, "channel", value.channel);
    read_target(reader, "user", value.user);
    return json::finish(reader, value);
}

Result<ProfileUpdate> parse_profile_update(std::string_view text) {
    ProfileUpdate value;
    json::Reader reader(text);
    reader.require("name")
        .read("name", value.name)
        .read("last_name", value.last_name)
        .read("phone", value.phone);
    return json::finish(reader, std::move(value));
}

Result<AnswerSubmit> parse_answer_submit(std::string_view text) {
    AnswerSubmit value;
    json::Reader reader = json::Reader::of(json::parse(text));
    read_target(reader, "channel", value.channel);
    read_target(reader, "form", value.form);
    reader.require("answers")
        .read_object("answers", value.answers)
        .read("offset", value.offset_minutes)
        .read("base_state", value.base_state);
    read_version(reader, value.base_version);
    read_files(reader, value.files);
    return json::finish(reader, std::move(value));
}

Result<TaskCreate> parse_task_create(std::string_view text) {
    TaskCreate value;
    json::Reader reader = json::Reader::of(json::parse(text));
    read_target(reader, "group", value.group);
    read_target(reader, "form", value.form);
    reader.require("workflow")
        .read("workflow", value.workflow)
        .read("parent", value.parent)
        .read("base_state", value.base_state)
        .require("answers")
        .read_object("answers", value.answers)
        .read("offset", value.offset_minutes)
        .read("offline", value.offline);
    read_files(reader, value.files);
    read_version(reader, value.base_version);
    return json::finish(reader, std::move(value));
}

Result<TaskChangeState> parse_task_change_state(std::string_view text) {
    TaskChangeState value;
    json::Reader reader = json::Reader::of(json::parse(text));
    read_target(reader, "group", value.group);
    read_target(reader, "task", value.task);
    reader.require("target")
        .read("target", value.target)
        .require("base_state")
        .read("base_state", value.base_state)
        .read("form", value.form)
        .read_object("answers", value.answers)
        .read("offset", value.offset_minutes)
        .read("offline", value.offline);
    read_files(reader, value.files);
    read_version(reader, value.base_version);
    return json::finish(reader, std::move(value));
}

Result<TaskEdit> parse_task_edit(std::string_view text) {
    TaskEdit value;
    json::Reader reader = json::Reader::of(json::parse(text));
    read_target(reader, "group", value.group);
    read_target(reader, "task", value.task);
    reader.require("patch").read_object("patch", value.patch);
    return json::finish(reader, std::move(value));
}

Result<TaskSetRole> parse_task_set_role(std::string_view text) {
    TaskSetRole value;
    json::Reader reader(text);
    read_target(reader, "group", value.group);
    read_target(reader, "task", value.task);
    read_target(reader, "user", value.user);
    reader.require("role").read("role", value.role);
    return json::finish(reader, std::move(value));
}

Result<TaskAttachAnswer> parse_task_attach_answer(std::string_view text) {
    TaskAttachAnswer value;
    json::Reader reader(text);
    read_target(reader, "group", value.group);
    read_target(reader, "task", value.task);
    read_target(reader, "answer", value.answer);
    reader.read("base_state", value.base_state);
    read_version(reader, value.base_version);
    return json::finish(reader, std::move(value));
}

Result<ViewSave> parse_view_save(std::string_view text) {
    ViewSave value;
    json::Reader reader = json::Reader::of(json::parse(text));
    read_target(reader, "group", value.group);
    reader.read("view", value.view)
        .read("shared", value.shared)
        .require("definition")
        .read_object("definition", value.definition);
    return json::finish(reader, std::move(value));
}

Result<ViewDelete> parse_view_delete(std::string_view text) {
    ViewDelete value;
    json::Reader reader(text);
    read_target(reader, "group", value.group);
    read_target(reader, "view", value.view);
    return json::finish(reader, value);
}

Result<EntitlementRequest> parse_entitlement_request(std::string_view text) {
    EntitlementRequest value;
    json::Reader reader(text);
    reader.require("reason").read("reason", value.reason);
    return json::finish(reader, std::move(value));
}

std::string said_offline(IntentKind kind, std::string args, bool offline) {
    if (kind == IntentKind::task_create) {
        if (auto wanted = parse_task_create(args)) {
            wanted->offline = offline;
            return encode(*wanted);
        }
    } else if (kind == IntentKind::task_change_state) {
        if (auto wanted = parse_task_change_state(args)) {
            wanted->offline = offline;
            return encode(*wanted);
        }
    }
    return args;
}

std::string encode(const MessagePost& value) {
    return json::Writer{}
        .write("channel", value.channel)
        .write("text", explicit_text(value.text))
        .write("reply_to", value.reply_to)
        .write("files", files_value(value.files))
        .text();
}

std::string encode(const MessageReact& value) {
    return json::Writer{}
        .write("channel", value.channel)
        .write("message", value.message)
        .write("emoji", explicit_text(value.emoji))
        .write("on", json::Value(value.on))
        .text();
}

std::string encode(const MessageTarget& value) {
    return json::Writer{}.write("channel", value.channel).write("message", value.message).text();
}

std::string encode(const ChannelCreate& value) {
    return json::Writer{}
        .write("group", value.group)
        .write("name", explicit_text(value.name))
        .write("private", value.is_private, false)
        .write("members", value.members)
        .text();
}

std::string encode(const ChannelRename& value) {
    return json::Writer{}
        .write("channel", value.channel)
        .write("name", explicit_text(value.name))
        .text();
}

std::string encode(const ChannelMember& value) {
    return json::Writer{}.write("channel", value.channel).write("user", value.user).text();
}

std::string encode(const ProfileUpdate& value) {
    return json::Writer{}
        .write("name", explicit_text(value.name))
        .write("last_name", value.last_name)
        .write("phone", value.phone)
        .text();
}

std::string encode(const AnswerSubmit& value) {
    json::Writer writer;
    writer.write("channel", value.channel)
        .write("form", value.form)
        .write("base_state", value.base_state)
        .write("base_version", static_cast<std::int64_t>(value.base_version))
        .write("offset", value.offset_minutes)
        .write("files", files_value(value.files));
    return with_answers(writer, value.answers);
}

std::string encode(const TaskCreate& value) {
    json::Writer writer;
    writer.write("group", value.group)
        .write("workflow", explicit_text(value.workflow))
        .write("form", value.form)
        .write("parent", value.parent)
        .write("base_state", value.base_state)
        .write("base_version", static_cast<std::int64_t>(value.base_version))
        .write("offset", value.offset_minutes)
        .write("offline", value.offline, false)
        .write("files", files_value(value.files));
    return with_answers(writer, value.answers);
}

std::string encode(const TaskChangeState& value) {
    json::Writer writer;
    writer.write("group", value.group)
        .write("task", value.task)
        .write("target", explicit_text(value.target))
        .write("base_state", explicit_text(value.base_state))
        .write("base_version", static_cast<std::int64_t>(value.base_version))
        .write("form", value.form)
        .write("offset", value.offset_minutes)
        .write("offline", value.offline, false)
        .write("files", files_value(value.files));
    return value.form ? with_answers(writer, value.answers) : writer.text();
}

std::string encode(const TaskEdit& value) {
    return json::Writer{}
        .write("group", value.group)
        .write("task", value.task)
        .write("patch", json::parse(value.patch))
        .text();
}

std::string encode(const TaskSetRole& value) {
    return json::Writer{}
        .write("group", value.group)
        .write("task", value.task)
        .write("user", value.user)
        .write("role", explicit_text(value.role))
        .text();
}

std::string encode(const TaskAttachAnswer& value) {
    return json::Writer{}
        .write("group", value.group)
        .write("task", value.task)
        .write("answer", value.answer)
        .write("base_state", value.base_state)
        .write("base_version", static_cast<std::int64_t>(value.base_version))
        .text();
}

std::string encode(const ViewSave& value) {
    return json::Writer{}
        .write("group", value.group)
        .write("view", value.view)
        .write("shared", value.shared, false)
        .write("definition", json::parse(value.definition))
        .text();
}

std::string encode(const ViewDelete& value) {
    return json::Writer{}.write("group", value.group).write("view", value.view).text();
}

std::string encode(const EntitlementRequest& value) {
    return json::Writer{}.write("reason", value.reason).text();
}

}  // namespace holdfast::args
