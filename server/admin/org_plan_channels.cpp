#include <utility>

#include "server/admin/org_plan.hpp"

namespace holdfast::admin {
namespace {

std::set<Id> members_of(const OrgState::Channel& channel) {
    std::set<Id> ids;
    for (const auto& [id, member] : channel.members) {
        ids.insert(id);
    }
    return ids;
}

}  // namespace

Result<> Planner::channels() {
    if (!file_.channels) {
        return {};
    }
    std::set<Id> named;
    for (const ChannelEntry& entry : *file_.channels) {
        HF_CHECK(channel(entry));
        named.insert(names_.channels.at(entry.code.value));
    }
    if (prunes(true)) {
        for (const auto& [id, known] : state_.channels) {
            if (!named.contains(id)) {
                body::Channel wanted = known.body;
                wanted.active = false;
                HF_CHECK(change_channel(id, std::move(wanted)));
                HF_CHECK(channel_grants(id, {}));
            }
        }
    }
    return {};
}

Result<> Planner::channel(const ChannelEntry& entry) {
    const auto known = find_name(names_.channels, entry.code.value);
    body::Channel wanted;
    if (known) {
        wanted = state_.channels.at(*known).body;
    } else {
        wanted.code = entry.code.value;
        wanted.group = names_.groups.at(entry.group->value);
    }
    take(entry.name, wanted.name);
    take(entry.is_private, wanted.is_private);
    take(entry.writable, wanted.writable);
    take(entry.active, wanted.active);
    if (!known) {
        return create_channel(entry, wanted);
    }
    HF_CHECK(change_channel(*known, std::move(wanted)));
    HF_TRY(const std::set<Id> former, members(*known, entry));
    return channel_grants(*known, former);
}

Result<> Planner::create_channel(const ChannelEntry& entry, const body::Channel& wanted) {
    std::string line = wanted.is_private ? "create private channel " : "create channel ";
    line += entry.code.value;
    if (entry.members && !entry.members->empty()) {
        line += entry.members->size() == 1
                    ? " with 1 member"
                    : " with " + std::to_string(entry.members->size()) + " members";
    }
    plan_.push_back(std::move(line));
    HF_TRY(const Founder::Place place, founder_.channel({.body = wanted, .members = {}}));
    names_.channels[entry.code.value] = place.channel;
    OrgState::Channel& made = state_.channels[place.channel];
    made = {.bucket = place.bucket,
            .timeline = place.timeline,
            .open = !wanted.is_private,
            .body = wanted};
    HF_CHECK(open_or_close(made));
    for (const MemberEntry& one : entry.members.value_or(std::vector<MemberEntry>{})) {
        const Id user = names_.users.at(one.email.value);
        made.members[user] = {.admin = one.admin};
        HF_CHECK(
            founder_.put(made.bucket, RowKind::member, user, body::encode(made.members.at(user))));
    }
    return channel_grants(place.channel, {});
}

Result<> Planner::change_channel(Id id, body::Channel wanted) {
    OrgState::Channel& known = state_.channels.at(id);
    const body::Channel before = known.body;
    if (!(wanted == before)) {
        Differences differences;
        differences.compare("name", wanted.name, before.name)
            .compare("private", wanted.is_private, before.is_private)
            .compare("writable", wanted.writable, before.writable)
            .compare("elements", wanted.elements, before.elements);
        plan_.push_back(change_line(
            "channel " + address_of(id, before.code), differences, {before.active, wanted.active}));
        known.body = std::move(wanted);
        HF_CHECK(founder_.put(known.bucket, RowKind::channel, id, body::encode(known.body)));
    }
    return open_or_close(known);
}

/// Who may read the buckets follows what the row says. One that is not active is read by nobody.
Result<> Planner::open_or_close(const OrgState::Channel& channel) {
    const bool open = channel.body.active && !channel.body.is_private;
    if (channel.open == open) {
        return {};
    }
    HF_CHECK(storage_.set_open(channel.bucket, open));
    if (channel.archive) {
        HF_CHECK(storage_.set_open(channel.archive, open));
    }
    return storage_.set_open(channel.timeline, open);
}

/// Returns those who were members before.
Result<std::set<Id>> Planner::members(Id id, const ChannelEntry& entry) {
    OrgState::Channel& known = state_.channels.at(id);
    std::set<Id> former = members_of(known);
    if (!entry.members) {
        return former;
    }
    std::set<Id> named;
    for (const MemberEntry& one : *entry.members) {
        named.insert(names_.users.at(one.email.value));
        HF_CHECK(member(id, one));
    }
    for (const Id user : former) {
        if (file_.prune && !named.contains(user)) {
            const auto found = state_.users.find(user);
            plan_.push_back("remove " +
                            (found == state_.users.end() ? to_string(user) : found->second.email) +
                            " from channel " + entry.code.value);
            known.members.erase(user);
            HF_CHECK(founder_.put(known.bucket, RowKind::member, user, {}));
        }
    }
    return former;
}

Result<> Planner::member(Id id, const MemberEntry& entry) {
    OrgState::Channel& known = state_.channels.at(id);
    const Id user = names_.users.at(entry.email.value);
    const auto found = known.members.find(user);
    if (found != known.members.end() && found->second.admin == entry.admin) {
        return {};
    }
    const std::string where = " channel " + address_of(id, known.body.code);
    if (found == known.members.end()) {
        plan_.push_back("add " + entry.email.value + " to" + where +
                        (entry.admin ? " as administrator" : ""));
    } else {
        plan_.push_back("change " + entry.email.value + " in" + where +
                        (entry.admin ? ": administrator" : ": no administrator"));
    }
    known.members[user] = {.admin = entry.admin};
    return founder_.put(known.bucket, RowKind::member, user, body::encode(known.members.at(user)));
}

/// A private channel is granted to its members and to nobody else; an open one is granted to
/// nobody.
Result<> Planner::channel_grants(Id id, const std::set<Id>& former) {
    const OrgState::Channel& known = state_.channels.at(id);
    std::set<Id> people = members_of(known);
    people.insert(former.begin(), former.end());
    for (const Id user : people) {
        HF_TRY(const auto own, storage_.find_bucket(BucketKind::user, user));
        if (!own) {
            continue;
        }
        HF_TRY(const auto grant, storage_.find_row({own->bucket.id, RowKind::grant, id}));
        const bool is_granted = grant && !grant->body.empty();
        const bool wanted =
            known.body.active && known.body.is_private && known.members.contains(user);
        if (wanted != is_granted) {
            HF_CHECK(founder_.put(own->bucket.id,
                                  RowKind::grant,
                                  id,
                                  wanted ? body::encode(body::Grant{.channel = true}) : ""));
        }
    }
    return {};
}

}  // namespace holdfast::admin
