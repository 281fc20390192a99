#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/view/view.hpp"
#include "client/outbox/outbox.hpp"

/// Pieces that several snapshots share. Inside client/engine/queries only.
namespace holdfast::client::cards {

using Json = nlohmann::json;

[[nodiscard]] std::string initials(const body::User& user);
/// #rrggbb, always the same for a person, dark enough for white text (WCAG AA).
[[nodiscard]] std::string_view color(Id user);

[[nodiscard]] Json person(const View& view, Id id, const body::User& user);
/// Author of a message; a person who is not here any more has no name.
[[nodiscard]] Result<Json> author(const View& view, Id id);
[[nodiscard]] Result<std::string> name_of(const View& view, Id user);

/// ChannelCard; `group` is left out.
[[nodiscard]] Result<Json> channel(const View& view, const View::NamedChannel& channel);

/// MenuGroup without children and without unread.
[[nodiscard]] Json group(const View& view, const View::NamedGroup& group);
/// The unread messages of a group's channels, capped.
[[nodiscard]] Result<std::uint64_t> unread_of_group(const View& view, Id group);
/// Whether the person may see the group: one of its permissions, or none is asked for.
[[nodiscard]] bool is_visible(const body::Group& group, const Permissions& held);
/// By weight, then name, then id.
[[nodiscard]] bool stands_before(const View::NamedGroup& a, const View::NamedGroup& b);

[[nodiscard]] Json error(ErrorCode code, std::string_view params);
/// Permission: allowed, or the key of the reason.
[[nodiscard]] Json permission(std::string_view reason);
/// The reason why an intent of this kind is not possible now; empty: it is.
[[nodiscard]] std::string_view reason_against(const View& view,
                                              IntentKind kind,
                                              const Result<>& rules);

/// "saved", "sending", "done", "needs_you".
[[nodiscard]] std::string_view delivery_state(const View& view, const Outbox::Item& item);

/// Whether an intent of this kind writes a message.
[[nodiscard]] bool writes_message(IntentKind kind);
/// What such an intent would write.
[[nodiscard]] body::Message message_of(const Intent& intent, Id user);

struct Space {
    std::size_t lines = 0;
    std::size_t bytes = 0;
};
/// A message where there is room for a few words. `kind`: "text", with its text or how its first
/// file is called; "form", with the form's title by language and as the message has it; "deleted".
[[nodiscard]] Result<Json> gist(const View& view,
                                Id channel,
                                const body::Message& message,
                                Space space);
/// The first lines of a text, cut at a character.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t lines, std::size_t bytes);
/// ASCII letters in lower case; what is beyond stays. For comparing only.
[[nodiscard]] std::string folded(std::string_view text);

}  // namespace holdfast::client::cards
