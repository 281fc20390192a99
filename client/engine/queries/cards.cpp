#include "client/engine/queries/cards.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>

#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/query.hpp"
#include "core/model/args.hpp"
#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "core/offline/reason.hpp"

namespace holdfast::client::cards {
namespace {

/// Each has a contrast of at least 4.5:1 with white.
constexpr std::array<std::string_view, 12> palette{"#8a3b12",
                                                   "#7a1f3d",
                                                   "#5b2a86",
                                                   "#3b3f9c",
                                                   "#0b5394",
                                                   "#0a6073",
                                                   "#0b6b4f",
                                                   "#3f6212",
                                                   "#6b4f00",
                                                   "#92400e",
                                                   "#9d174d",
                                                   "#4a5568"};

/// The bytes of the first character of a text.
std::string first_character(std::string_view text) {
    std::size_t size = text.empty() ? 0 : 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) {
        size += 1;
    }
    std::string first(text.substr(0, size));
    if (first.size() == 1 && first[0] >= 'a' && first[0] <= 'z') {
        first[0] = static_cast<char>(first[0] - 'a' + 'A');
    }
    return first;
}

std::string_view presence_name(std::optional<wire::Contact> contact) {
    if (!contact) {
        return "unknown";
    }
    switch (*contact) {
        case wire::Contact::online:
            return "online";
        case wire::Contact::away:
            return "away";
        case wire::Contact::offline:
            break;
    }
    return "offline";
}

}  // namespace

std::string initials(const body::User& user) {
    return first_character(user.name) + first_character(user.last_name);
}

std::string_view color(Id user) {
    // Neighbouring ids get colours that are far apart.
    const std::uint64_t mixed = user.value * 0x9e37'79b9'7f4a'7c15ULL;
    return palette[static_cast<std::size_t>(mixed >> 32) % palette.size()];
}

Json person(const View& view, Id id, const body::User& user) {
    return {{"id", to_string(id)},
            {"name", user.name},
            {"last_name", user.last_name},
            {"email", user.email},
            {"phone", user.phone},
            {"job", user.job},
            {"initials", initials(user)},
            {"color", color(id)},
            {"presence", presence_name(view.contact(id))}};
}

Result<Json> author(const View& view, Id id) {
    HF_TRY(const auto user, view.find_user(id));
    return Json{{"id", to_string(id)},
                {"name", user ? full_name(*user) : std::string{}},
                {"initials", user ? initials(*user) : std::string{}},
                {"color", color(id)}};
}

Result<std::string> name_of(const View& view, Id user) {
    HF_TRY(const auto found, view.find_user(user));
    return found ? full_name(*found) : std::string{};
}

namespace {

/// Texts by language; empty where the form is not on the device.
Json title_of(const View& view, Id version) {
    const auto form = form_cards::find(view, version);
    return form ? form_cards::title(**form) : Json::object();
}

Result<Json> last_of(const View& view, Id channel, const body::Message& message) {
    HF_TRY(Json last, gist(view, channel, message, {1, limits::excerpt_bytes_max}));
    HF_TRY(last["author"], name_of(view, message.author));
    last["system"] = !message.system.empty();
    return last;
}

/// The newest of what stands in the channel and what waits for it; null where nothing does.
Result<Json> last_message(const View& view, Id channel) {
    const Outbox& outbox = view.outbox();
    for (auto at = outbox.items().rbegin(); at != outbox.items().rend(); ++at) {
        const Outbox::Item& item = at->second;
        if (item.intent.lane != channel || !writes_message(item.intent.kind) ||
            item.state == Outbox::State::rejected) {
            continue;
        }
        HF_TRY(const auto stored, view.stored_message(channel, item.intent.id));
        if (stored) {
            break;  // it has arrived: the timeline knows better
        }
        HF_TRY(Json last, last_of(view, channel, message_of(item.intent, view.user())));
        last["at"] = item.intent.claimed_at.ms;
        last["waiting"] = item.state == Outbox::State::waiting;
        return last;
    }
    HF_TRY(const auto rows, view.newest_messages(channel, 1));
    const auto message = rows.empty() ? fail(ErrorCode::none) : body::parse_message(rows[0].body);
    if (!message) {
        return Json(nullptr);
    }
    HF_TRY(Json last, last_of(view, channel, *message));
    last["at"] = rows[0].sort;
    last["waiting"] = false;
    return last;
}

}  // namespace

Result<Json> channel(const View& view, const View::NamedChannel& channel) {
    HF_TRY(const UnreadCount unread, view.unread(channel.id));
    HF_TRY(Json last, last_message(view, channel.id));
    return Json{{"id", to_string(channel.id)},
                {"name", channel.channel.name},
                {"private", channel.channel.is_private},
                {"unread", unread.count},
                {"last", std::move(last)}};
}

Json group(const View& view, const View::NamedGroup& group) {
    const bool is_link = group.group.kind == body::GroupKind::link;
    const bool connected = view.status().connection.state == offline::ConnectionKind::connected;
    return {{"id", to_string(group.id)},
            {"name", group.group.name},
            {"kind", body::group_kind_name(group.group.kind)},
            {"icon", group.group.icon},
            {"color", group.group.color},
            {"unread", 0},
            {"url", is_link ? Json(group.group.url) : Json(nullptr)},
            {"available", !is_link || connected},
            {"children", Json::array()}};
}

Result<std::uint64_t> unread_of_group(const View& view, Id group) {
    std::uint64_t sum = 0;
    for (const Id channel : view.channels_with_messages(group)) {
        HF_TRY(const UnreadCount unread, view.unread(channel));
        sum += unread.count;
    }
    return std::min(sum, limits::unread_max);
}

bool is_visible(const body::Group& group, const Permissions& held) {
    return holds_any(held, group.view);
}

bool stands_before(const View::NamedGroup& a, const View::NamedGroup& b) {
    return std::tuple(a.group.weight, folded(a.group.name), a.id) <
           std::tuple(b.group.weight, folded(b.group.name), b.id);
}

Json error(ErrorCode code, std::string_view params) {
    Json parsed = json::parse(params);
    if (!parsed.is_object()) {
        parsed = Json::object();
    }
    return {{"code", error_name(code)}, {"params", std::move(parsed)}};
}

Json permission(std::string_view reason) {
    return {{"allowed", reason.empty()}, {"reason", reason.empty() ? Json(nullptr) : Json(reason)}};
}

std::string_view reason_against(const View& view, IntentKind kind, const Result<>& rules) {
    if (const auto refusal = offline::refusal_of(view.status(), kind)) {
        return refusal->reason;
    }
    return rules ? std::string_view{} : offline::reason_of(rules.error());
}

std::string_view delivery_state(const View& view, const Outbox::Item& item) {
    switch (item.state) {
        case Outbox::State::rejected:
            return "needs_you";
        case Outbox::State::applied:
            return "done";
        case Outbox::State::waiting:
            break;
    }
    return view.in_flight(item.intent.id) ? "sending" : "saved";
}

bool writes_message(IntentKind kind) {
    return kind == IntentKind::message_post || kind == IntentKind::answer_submit;
}

body::Message message_of(const Intent& intent, Id user) {
    body::Message message;
    message.author = user;
    if (intent.kind == IntentKind::answer_submit) {
        const auto answer = args::parse_answer_submit(intent.args);
        message.form = answer ? answer->form : Id{};
        message.files = answer ? ids_of(answer->files) : std::vector<Id>{};
        return message;
    }
    if (auto post = args::parse_message_post(intent.args)) {
        message.text = std::move(post->text);
        message.reply_to = std::move(post->reply_to);
        message.files = ids_of(post->files);
    }
    return message;
}

Result<Json> gist(const View& view, Id channel, const body::Message& message, Space space) {
    if (message.hidden) {
        return Json{{"kind", "deleted"}, {"text", ""}, {"title", nullptr}};
    }
    if (message.form) {
        return Json{
            {"kind", "form"}, {"text", message.text}, {"title", title_of(view, message.form)}};
    }
    std::string text = message.text;
    if (text.empty() && !message.files.empty()) {
        HF_TRY(text, file_cards::name_of(view, channel, message.files.front()));
    }
    return Json{
        {"kind", "text"}, {"text", excerpt(text, space.lines, space.bytes)}, {"title", nullptr}};
}

std::string excerpt(std::string_view text, std::size_t lines, std::size_t bytes) {
    std::size_t end = 0;
    for (; lines > 0 && end < text.size(); --lines) {
        const std::size_t newline = text.find('\n', end);
        end = newline == std::string_view::npos ? text.size() : newline + 1;
    }
    std::string taken(cut(text.substr(0, end), bytes));
    const bool is_cut = taken.size() < text.size();
    while (!taken.empty() && taken.back() == '\n') {
        taken.pop_back();
    }
    return is_cut ? taken + "…" : taken;
}

std::string folded(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') {
            letter = static_cast<char>(letter - 'A' + 'a');
        }
    }
    return lower;
}

}  // namespace holdfast::client::cards
