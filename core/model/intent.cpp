#include "core/model/intent.hpp"

#include <array>

#include "core/model/json.hpp"
#include "core/model/limits.hpp"

namespace holdfast {

namespace {

struct Entry {
    IntentKind kind;
    std::string_view name;
    bool offline;
    const char* lane;  ///< the argument that names the target, or one of those below
    std::uint32_t ids = 1;
    bool has_answers = false;
};

constexpr const char* users_lane = nullptr;
constexpr const char* own_lane = "";
/// One for a form's message, and spare ones for what the server may have to add.
constexpr std::uint32_t task_ids = 17;

constexpr std::array<Entry, 18> entries{{
    {IntentKind::message_post, "message.post", true, "channel"},
    {IntentKind::message_react, "message.react", true, "channel"},
    {IntentKind::message_delete, "message.delete", false, "channel"},
    {IntentKind::channel_read, "channel.read", true, "channel"},
    {IntentKind::channel_create, "channel.create", false, "group"},
    {IntentKind::channel_rename, "channel.rename", false, "channel"},
    {IntentKind::channel_add_member, "channel.add_member", false, "channel"},
    {IntentKind::channel_remove_member, "channel.remove_member", false, "channel"},
    {IntentKind::profile_update, "profile.update", false, users_lane},
    {IntentKind::answer_submit, "answer.submit", true, "channel", 1, true},
    {IntentKind::task_create, "task.create", true, own_lane, task_ids, true},
    {IntentKind::task_change_state, "task.change_state", true, "task", task_ids, true},
    {IntentKind::task_edit, "task.edit", false, "task", task_ids},
    {IntentKind::task_set_role, "task.set_role", false, "task", task_ids},
    {IntentKind::task_attach_answer, "task.attach_answer", true, "task", task_ids},
    {IntentKind::view_save, "view.save", true, users_lane},
    {IntentKind::view_delete, "view.delete", true, users_lane},
    {IntentKind::entitlement_request, "entitlement.request", false, users_lane},
}};

const Entry* find_entry(IntentKind kind) {
    for (const Entry& entry : entries) {
        if (entry.kind == kind) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace

std::string_view intent_name(IntentKind kind) {
    const Entry* entry = find_entry(kind);
    return entry == nullptr ? std::string_view{"unknown"} : entry->name;
}

std::optional<IntentKind> parse_intent_kind(std::string_view name) {
    for (const Entry& entry : entries) {
        if (entry.name == name) {
            return entry.kind;
        }
    }
    return std::nullopt;
}

bool works_offline(IntentKind kind) {
    const Entry* entry = find_entry(kind);
    return entry != nullptr && entry->offline;
}

bool is_kept_when_refused(IntentKind kind) {
    const Entry* entry = find_entry(kind);
    return entry != nullptr && entry->has_answers;
}

std::uint32_t ids_reserved(IntentKind kind) {
    const Entry* entry = find_entry(kind);
    return entry == nullptr ? 1 : entry->ids;
}

std::size_t args_bytes_max(IntentKind kind) {
    return is_kept_when_refused(kind) ? limits::answer_args_bytes_max : limits::intent_bytes_max;
}

std::optional<Id> lane_of(IntentKind kind, std::string_view args, LaneOwner owner) {
    const Entry* entry = find_entry(kind);
    if (entry == nullptr) {
        return std::nullopt;
    }
    if (entry->lane == own_lane) {
        return owner.intent ? std::optional(owner.intent) : std::nullopt;
    }
    json::Reader reader(args);
    Id lane = owner.user;
    if (entry->lane != users_lane) {
        reader.require(entry->lane).read(entry->lane, lane);
    }
    if (!reader.done() || !lane) {
        return std::nullopt;
    }
    return lane;
}

}  // namespace holdfast
