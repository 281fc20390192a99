#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// The JSON bodies of rows as values. docs/internals/data-model.md shows each with an example.
///
/// `parse` reads a body: unknown members are ignored, missing ones take the defaults below, a wrong
/// type is `intent_malformed`. `encode` writes the same bytes natively and in the browser: members
/// sorted by name, empty and default ones left out. Ids are decimal strings.
namespace holdfast::body {

/// What a device is told of its organization's entitlement (core/model/entitlement.hpp).
struct OfflinePolicy {
    bool granted = false;    ///< the operator has granted Offline Mode to the organization (OM14)
    bool automatic = false;  ///< OM21
    bool allow_messages = true;             ///< OM29 may be forbidden
    bool withdrawn = false;                 ///< it was granted once, and is no more
    bool pin_required = false;              ///< OM39
    std::int64_t offline_days_max = 0;      ///< without contact; 0: no limit
    std::int64_t attachment_bytes_max = 0;  ///< of one file; 0: files::limits::bytes_max
    bool operator==(const OfflinePolicy&) const = default;
};

struct Organization {
    std::string name{};
    std::string language = "en";
    OfflinePolicy offline{};
    bool operator==(const Organization&) const = default;
};

/// An element that a channel or a user carries: filters of forms ask for it, and choose its
/// children. Its codes never change, so they stand here: a filter is decided before the collection
/// has arrived.
struct HeldElement {
    Id id{};
    std::string collection{};  ///< code
    std::string code{};
    bool operator==(const HeldElement&) const = default;
};

struct User {
    std::string name{};
    std::string last_name{};
    std::string email{};
    std::string phone{};
    std::string job{};
    std::vector<Id> roles{};
    bool read_only = false;  ///< may look, never change
    bool active = true;
    std::vector<Id> bosses{};  ///< whom this person reports to; the other relations follow
    std::vector<HeldElement> elements{};
    bool operator==(const User&) const = default;
};

struct Role {
    std::string name{};
    std::vector<std::string> permissions{};
    bool operator==(const Role&) const = default;
};

enum class GroupKind { standard, workflow, link, category };

struct Group {
    std::string name{};
    GroupKind kind = GroupKind::standard;
    std::string icon{};
    std::string color{};
    std::int64_t weight = 0;          ///< smaller stands higher
    Id parent{};                      ///< subgroup of
    Id category{};                    ///< shown under this category in the menu
    std::vector<std::string> view{};  ///< permissions, any of which shows the group; empty: all
    std::vector<std::string>
        create_channels{};  ///< permissions, any of which may create channels; empty: nobody
    std::string url{};      ///< link groups
    bool active = true;
    std::string code{};  ///< stable name in organization files; empty: made by hand
    bool operator==(const Group&) const = default;
};

struct Channel {
    std::string name{};
    Id group{};
    bool is_private = false;
    bool writable = true;  ///< false: an announcement channel, only its administrators write
    bool active = true;
    std::string code{};  ///< stable name in organization files and imports; empty: made by hand
    std::vector<HeldElement> elements{};
    std::int64_t read_until =
        0;  ///< what was sent until then was brought in: nobody has to read it
    bool operator==(const Channel&) const = default;
};

struct Member {
    bool admin = false;
    bool operator==(const Member&) const = default;
};

struct Message {
    Id author{};
    std::string text{};
    std::string
        system{};  ///< key of a system message ("member_added"); empty for people's messages
    std::map<std::string, std::string> params{};  ///< of the system message
    std::vector<Id> reply_to{};
    std::map<std::string, std::vector<Id>> reactions{};  ///< emoji → users, in order of reaction
    bool hidden = false;
    Id form{};  ///< version of the form whose answer has this message's id; `text` is its title
    std::vector<Id> files{};  ///< rows of the same timeline, in the order of the message or answer
    bool operator==(const Message&) const = default;
};

struct Grant {
    bool channel = false;  ///< false: the id is a group's
    bool operator==(const Grant&) const = default;
};

struct ReadMark {
    std::int64_t sort = 0;  ///< of the last message read
    Id message{};
    bool operator==(const ReadMark&) const = default;
};

struct Receipt {
    std::uint16_t code = 0;
    std::string detail{};
    std::string kept{};  ///< arguments that hold work: what was refused is not lost (OM33)
    bool operator==(const Receipt&) const = default;
};

// One pair for each: Result<User> parse_user(std::string_view); std::string encode(const User&).
[[nodiscard]] Result<OfflinePolicy> parse_offline_policy(std::string_view text);
[[nodiscard]] Result<Organization> parse_organization(std::string_view text);
[[nodiscard]] Result<User> parse_user(std::string_view text);
[[nodiscard]] Result<Role> parse_role(std::string_view text);
[[nodiscard]] Result<Group> parse_group(std::string_view text);
[[nodiscard]] Result<Channel> parse_channel(std::string_view text);
[[nodiscard]] Result<Member> parse_member(std::string_view text);
[[nodiscard]] Result<Message> parse_message(std::string_view text);
[[nodiscard]] Result<Grant> parse_grant(std::string_view text);
[[nodiscard]] Result<ReadMark> parse_read_mark(std::string_view text);
[[nodiscard]] Result<Receipt> parse_receipt(std::string_view text);

[[nodiscard]] std::string encode(const OfflinePolicy& value);
[[nodiscard]] std::string encode(const Organization& value);
[[nodiscard]] std::string encode(const User& value);
[[nodiscard]] std::string encode(const Role& value);
[[nodiscard]] std::string encode(const Group& value);
[[nodiscard]] std::string encode(const Channel& value);
[[nodiscard]] std::string encode(const Member& value);
[[nodiscard]] std::string encode(const Message& value);
[[nodiscard]] std::string encode(const Grant& value);
[[nodiscard]] std::string encode(const ReadMark& value);
[[nodiscard]] std::string encode(const Receipt& value);

[[nodiscard]] std::string_view group_kind_name(GroupKind kind);
[[nodiscard]] std::optional<GroupKind> parse_group_kind(std::string_view name);

}  // namespace holdfast::body
