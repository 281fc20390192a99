#include "client/engine/calls.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/limits.hpp"
#include "core/model/json.hpp"

namespace holdfast::client::calls {
namespace {

using Json = nlohmann::json;

/// Reads the members of a call's arguments; what is missing or of another type is noted.
class Members {
public:
    explicit Members(const Json& object) : object_(object) {}

    Members& read(const char* name, std::string& out) {
        if (const Json* value = find(name, &Json::is_string)) {
            out = value->get<std::string>();
        }
        return *this;
    }
    Members& read(const char* name, bool& out) {
        if (const Json* value = find(name, &Json::is_boolean)) {
            out = value->get<bool>();
        }
        return *this;
    }
    /// Fractions, as of screens, are cut off.
    Members& read(const char* name, std::int32_t& out) {
        if (const Json* value = find(name, &Json::is_number)) {
            const double number = value->get<double>();
            out = number > -1e9 && number < 1e9 ? static_cast<std::int32_t>(number) : 0;
        }
        return *this;
    }
    Members& read(const char* name, std::int64_t& out) {
        if (const Json* value = find(name, &Json::is_number_integer)) {
            out = value->get<std::int64_t>();
        }
        return *this;
    }
    /// The same where it may be absent.
    template <class Value>
    Members& read(const char* name, std::optional<Value>& out) {
        return object_.contains(name) ? read(name, out.emplace()) : *this;
    }
    Members& read(const char* name, Id& out) {
        std::string text;
        read(name, text);
        const auto id = parse_id(text);
        wrong_ = wrong_ || !id;
        out = id.value_or(Id{});
        return *this;
    }

    template <class T>
    Result<Args> done(T value) const {
        if (wrong_) {
            return fail(ErrorCode::request_malformed, "arguments");
        }
        return Args(std::move(value));
    }

private:
    const Json* find(const char* name, bool (Json::*is)() const noexcept) {
        const auto found = object_.find(name);
        if (found == object_.end() || !((*found).*is)()) {
            wrong_ = true;
            return nullptr;
        }
        return &*found;
    }

    const Json& object_;
    bool wrong_ = false;
};

Result<Args> parse_start(const Json& args) {
    Start start;
    return Members(args)
        .read("mobile_hint", start.signals.mobile_hint)
        .read("coarse_pointer", start.signals.coarse_pointer)
        .read("touch_points", start.signals.touch_points)
        .read("screen_width", start.signals.screen_width)
        .read("online", start.online)
        .read("visible", start.visible)
        .read("persistent_storage", start.persistent_storage)
        .read("device_name", start.device_name)
        .read("utc_offset_minutes", start.utc_offset_minutes)
        .done(std::move(start));
}

Result<Args> parse_submit(const Json& args) {
    std::string kind;
    Members(args).read("kind", kind);
    const auto known = parse_intent_kind(kind);
    const auto inside = args.find("args");
    if (!known || inside == args.end() || !inside->is_object()) {
        return fail(ErrorCode::request_malformed, "submit");
    }
    return Args(Submit{*known, json::dump(*inside)});
}

Result<Args> parse_subscribe(const Json& args) {
    HF_TRY(Query query, parse_query(json::dump(args)));
    return Args(Subscribe{std::move(query)});
}

Result<Args> parse_open_form(const Json& args) {
    OpenForm value;
    if (!args.contains("group")) {
        return Members(args).read("channel", value.channel).read("form", value.form).done(value);
    }
    value.task = parse_task_form(json::dump(args));
    if (!value.task) {
        return fail(ErrorCode::request_malformed, "open_form");
    }
    value.channel = value.task->task;  // a task's channel has its id
    return Members(args).read("form", value.form).done(value);
}

Result<Args> parse_set_answer(const Json& args) {
    SetAnswer value;
    const auto inside = args.find("value");
    value.value = inside == args.end() ? "null" : json::dump(*inside);
    return Members(args).read("draft", value.draft).read("path", value.path).done(value);
}

Result<Args> parse_add_part(const Json& args) {
    AddPart value;
    return Members(args)
        .read("draft", value.draft)
        .read("path", value.path)
        .read("form", value.form)
        .done(value);
}

Result<Args> parse_remove_part(const Json& args) {
    RemovePart value;
    return Members(args).read("draft", value.draft).read("path", value.path).done(value);
}

Result<Args> parse_move_part(const Json& args) {
    MovePart value;
    return Members(args)
        .read("draft", value.draft)
        .read("path", value.path)
        .read("to", value.to)
        .done(value);
}

Result<Args> parse_search_choices(const Json& args) {
    SearchChoices value;
    return Members(args)
        .read("draft", value.draft)
        .read("path", value.path)
        .read("level", value.level)
        .read("text", value.text)
        .done(value);
}

template <class T>
Result<Args> parse_draft(const Json& args) {
    T value;
    return Members(args).read("draft", value.draft).done(value);
}

template <class T>
Result<Args> parse_intent(const Json& args) {
    T value;
    return Members(args).read("intent", value.intent).done(value);
}

Result<Args> parse_begin_file(const Json& args) {
    BeginFile value;
    Members members(args);
    if (args.contains("draft")) {
        members.read("draft", value.draft);
    } else {
        members.read("channel", value.channel);
    }
    return members.read("name", value.name)
        .read("bytes", value.bytes)
        .read("thumbnail", value.thumbnail)
        .done(value);
}

template <class T>
Result<Args> parse_file(const Json& args) {
    T value;
    return Members(args).read("file", value.file).done(value);
}

Result<Args> parse_file_call(std::string_view call, const Json& args) {
    if (call == "begin_file") {
        return parse_begin_file(args);
    }
    if (call == "add_bytes") {
        return parse_file<AddBytes>(args);
    }
    if (call == "read_file") {
        ReadFile value;
        return Members(args).read("file", value.file).read("at", value.at).done(value);
    }
    if (call == "drop_file") {
        return parse_file<DropFile>(args);
    }
    if (call == "retry_file") {
        return parse_file<RetryFile>(args);
    }
    if (call == "link_file") {
        LinkFile value;
        return Members(args).read("channel", value.channel).read("file", value.file).done(value);
    }
    if (call == "fetch_files") {
        FetchFiles value;
        return Members(args).read("group", value.group).done(value);
    }
    if (call == "begin_saving") {
        const auto closed = args.find("closed");
        return Args(BeginSaving{.closed = closed != args.end() && *closed == Json(true)});
    }
    if (call == "end_saving") {
        EndSaving value;
        return Members(args).read("taken", value.taken).done(value);
    }
    if (call == "read_saving") {
        ReadSaving value;
        return Members(args).read("saving", value.saving).done(value);
    }
    if (call == "recovery_key") {
        return Args(RecoveryKey{});
    }
    return fail(ErrorCode::request_malformed, "unknown call");
}

Result<Args> parse_form_call(std::string_view call, const Json& args) {
    if (call == "open_form") {
        return parse_open_form(args);
    }
    if (call == "set_answer") {
        return parse_set_answer(args);
    }
    if (call == "add_part") {
        return parse_add_part(args);
    }
    if (call == "remove_part") {
        return parse_remove_part(args);
    }
    if (call == "move_part") {
        return parse_move_part(args);
    }
    if (call == "search_choices") {
        return parse_search_choices(args);
    }
    if (call == "submit_form") {
        return parse_draft<SubmitForm>(args);
    }
    if (call == "review_form") {
        return parse_draft<ReviewForm>(args);
    }
    if (call == "discard_draft") {
        return parse_draft<DiscardDraft>(args);
    }
    if (call == "reopen_answer") {
        return parse_intent<ReopenAnswer>(args);
    }
    if (call == "attach_answer") {
        return parse_intent<AttachAnswer>(args);
    }
    return parse_file_call(call, args);
}

Result<Args> parse_args(std::string_view call, const Json& args) {
    if (call == "start") {
        return parse_start(args);
    }
    if (call == "sign_in") {
        SignIn value;
        return Members(args)
            .read("email", value.email)
            .read("password", value.password)
            .done(value);
    }
    if (call == "sign_out") {
        SignOut value;
        return Members(args).read("discard", value.discard).done(value);
    }
    if (call == "change_password") {
        ChangePassword value;
        return Members(args)
            .read("old_password", value.old_password)
            .read("new_password", value.new_password)
            .done(value);
    }
    if (call == "submit") {
        return parse_submit(args);
    }
    if (call == "retry") {
        return parse_intent<Retry>(args);
    }
    if (call == "discard") {
        return parse_intent<Discard>(args);
    }
    if (call == "acknowledge") {
        return parse_intent<Acknowledge>(args);
    }
    if (call == "set_offline_mode") {
        SetOfflineMode value;
        return Members(args).read("on", value.on).done(value);
    }
    if (call == "dismiss_banner") {
        return Args(DismissBanner{});
    }
    if (call == "try_now") {
        return Args(TryNow{});
    }
    if (call == "platform") {
        Platform value;
        return Members(args)
            .read("online", value.online)
            .read("visible", value.visible)
            .read("utc_offset_minutes", value.utc_offset_minutes)
            .read("storage_free", value.storage_free)
            .read("unmetered", value.unmetered)
            .done(value);
    }
    if (call == "subscribe") {
        return parse_subscribe(args);
    }
    if (call == "show_older") {
        ShowOlder value;
        return Members(args).read("channel", value.channel).done(value);
    }
    if (call == "unsubscribe") {
        Unsubscribe value;
        return Members(args).read("subscription", value.subscription).done(value);
    }
    return parse_form_call(call, args);
}

template <class... Calls>
bool is_one_of(const Args& args) {
    return (std::holds_alternative<Calls>(args) || ...);
}

}  // namespace

bool only_looks(const Args& args) {
    return is_one_of<Start, Platform, Subscribe, Unsubscribe, DismissBanner, TryNow>(args) ||
           is_one_of<ReadFile, ShowOlder, BeginSaving, ReadSaving, EndSaving, RecoveryKey>(args);
}

Parsed parse(std::string_view json) {
    if (json.size() > limits::call_bytes_max) {
        return {0, fail_at_limit(ErrorCode::request_too_large, limits::call_bytes_max)};
    }
    const Json root = json::parse(json);
    if (!root.is_object() || !root.contains("id") || !root["id"].is_number_integer()) {
        return {0, fail(ErrorCode::request_malformed, "no number")};
    }
    const std::int64_t number = root["id"].get<std::int64_t>();
    const auto call = root.find("call");
    if (call == root.end() || !call->is_string()) {
        return {number, fail(ErrorCode::request_malformed, "no call")};
    }
    const auto args = root.find("args");
    const Json none = Json::object();
    const bool has_args = args != root.end() && args->is_object();
    return {number, parse_args(call->get_ref<const std::string&>(), has_args ? *args : none)};
}

}  // namespace holdfast::client::calls
