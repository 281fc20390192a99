#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "core/wire/frame.hpp"
#include "server/services/limits.hpp"

namespace holdfast::services {

/// Who is there: online while a connection lives, offline some time after the last one has gone.
/// Changes are collected, and an organization is told of its own at most once a second.
class Presence {
public:
    using Entries = std::vector<wire::Presence::Entry>;

    void arrived(Instant now, Id organization, Id user);
    void left(Instant now, Id organization, Id user);

    /// Everybody of whom the organization was told last that they are online, ascending by user.
    /// With it and the news that follow, a newcomer knows what the others know.
    [[nodiscard]] Entries told(Id organization) const;

    struct News {
        Id organization;
        Entries contacts;  ///< ascending by user
    };
    /// What has to be told now.
    [[nodiscard]] std::vector<News> take_news(Instant now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;

private:
    struct Person {
        std::size_t connections = 0;
        std::optional<Instant> offline_at;  ///< the last connection has gone
        bool told_online = false;
        [[nodiscard]] bool online() const { return connections > 0 || offline_at.has_value(); }
    };
    struct Room {
        std::map<Id, Person> people;
        std::set<Id> changed;
        Instant tell_at{};  ///< not before
    };
    struct Leaving {
        Instant at;
        Id organization;
        Id user;
        auto operator<=>(const Leaving&) const = default;
    };
    void note(Instant now, Id organization, Id user);

    std::map<Id, Room> rooms_;
    std::set<Leaving> leaving_;
    std::set<std::pair<Instant, Id>> due_;  ///< rooms with changes, by when they may be told
};

}  // namespace holdfast::services
