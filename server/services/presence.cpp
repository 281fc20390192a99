#include "server/services/presence.hpp"

#include <algorithm>

#include "core/base/deadline.hpp"

namespace holdfast::services {

void Presence::arrived(Instant now, Id organization, Id user) {
    Person& person = rooms_[organization].people[user];
    person.connections += 1;
    if (person.offline_at) {
        leaving_.erase({*person.offline_at, organization, user});
        person.offline_at.reset();
    }
    if (!person.told_online) {
        note(now, organization, user);
    }
}

void Presence::left(Instant now, Id organization, Id user) {
    Person& person = rooms_[organization].people[user];
    person.connections -= std::min<std::size_t>(person.connections, 1);
    if (person.connections == 0 && !person.offline_at) {
        person.offline_at = now + limits::offline_after;
        leaving_.insert({*person.offline_at, organization, user});
    }
}

Presence::Entries Presence::told(Id organization) const {
    Entries entries;
    if (const auto room = rooms_.find(organization); room != rooms_.end()) {
        for (const auto& [user, person] : room->second.people) {
            if (person.told_online) {
                entries.push_back({user, wire::Contact::online});
            }
        }
    }
    return entries;
}

std::vector<Presence::News> Presence::take_news(Instant now) {
    while (!leaving_.empty() && leaving_.begin()->at <= now) {
        const Leaving gone = *leaving_.begin();
        leaving_.erase(leaving_.begin());
        rooms_[gone.organization].people[gone.user].offline_at.reset();
        note(now, gone.organization, gone.user);
    }
    std::vector<News> all;
    while (!due_.empty() && due_.begin()->first <= now) {
        const Id organization = due_.begin()->second;
        due_.erase(due_.begin());
        Room& room = rooms_[organization];
        News news{organization, {}};
        for (const Id user : room.changed) {
            Person& person = room.people[user];
            const bool online = person.online();
            if (online != person.told_online) {
                person.told_online = online;
                news.contacts.push_back(
                    {user, online ? wire::Contact::online : wire::Contact::offline});
            }
            if (!online) {
                room.people.erase(user);
            }
        }
        room.changed.clear();
        room.tell_at = now + limits::presence_every;
        if (room.people.empty()) {
            rooms_.erase(organization);
        }
        if (!news.contacts.empty()) {
            all.push_back(std::move(news));
        }
    }
    return all;
}

std::optional<Instant> Presence::next_deadline() const {
    return earliest({leaving_.empty() ? std::nullopt : std::optional(leaving_.begin()->at),
                     due_.empty() ? std::nullopt : std::optional(due_.begin()->first)});
}

void Presence::note(Instant now, Id organization, Id user) {
    Room& room = rooms_[organization];
    if (room.changed.empty()) {
        room.tell_at = std::max(room.tell_at, now);
        due_.insert({room.tell_at, organization});
    }
    room.changed.insert(user);
}

}  // namespace holdfast::services
