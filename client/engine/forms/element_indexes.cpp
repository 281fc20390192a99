#include "client/engine/forms/element_indexes.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "client/engine/view/view.hpp"
#include "core/model/body_forms.hpp"
#include "core/rules/world_lookup.hpp"

namespace holdfast::client {
namespace {

Result<std::unique_ptr<forms::ElementIndex>> make_index(Replica& replica,
                                                        BucketId bucket,
                                                        Id collection) {
    HF_TRY(const auto head, replica.find({bucket, RowKind::collection, collection}));
    const auto body = head ? body::parse_collection(head->body) : fail(ErrorCode::none);
    if (!body || !body->active) {
        return nullptr;
    }
    std::vector<forms::ElementIndex::Entry> entries;
    const SortKey first{std::numeric_limits<std::int64_t>::min(), Id{}};
    HF_CHECK(replica.visit_after(bucket, RowKind::element, first, [&](const RowRef& row) {
        if (auto element = body::parse_element(row.body)) {
            entries.push_back({.element = {.id = row.id,
                                           .collection = body->code,
                                           .code = std::move(element->code),
                                           .name = std::move(element->name),
                                           .active = element->active},
                               .parents = std::move(element->parents)});
        }
        return true;
    }));
    return std::make_unique<forms::ElementIndex>(std::move(entries));
}

bool is_offered(const forms::FromUsers& users, const Colleague& person, const Colleague& other) {
    using Among = forms::FromUsers::Among;
    switch (users.among) {
        case Among::all:
            return true;
        case Among::job:
            return other.user.job == users.job;
        case Among::subordinates:
            return is_related(person, forms::Relation::subordinate, other);
        case Among::bosses:
            return is_related(person, forms::Relation::boss, other);
        case Among::peers:
            return is_related(person, forms::Relation::peer, other);
    }
    return false;
}

Result<std::unique_ptr<forms::ElementIndex>> make_index(Replica& replica,
                                                        BucketId directory,
                                                        Id user,
                                                        const forms::FromUsers& users) {
    HF_TRY(const auto own, replica.find({directory, RowKind::user, user}));
    const auto person = own ? body::parse_user(own->body) : fail(ErrorCode::none);
    if (!person) {
        return nullptr;
    }
    std::vector<forms::ElementIndex::Entry> entries;
    HF_TRY(const std::vector<Row> rows, replica.rows(directory, RowKind::user));
    for (const Row& row : rows) {
        const auto other = body::parse_user(row.body);
        if (other && is_offered(users, {user, *person}, {row.id, *other})) {
            entries.push_back({.element = {.id = row.id,
                                           .code = other->job,
                                           .name = full_name(*other),
                                           .active = other->active}});
        }
    }
    return std::make_unique<forms::ElementIndex>(std::move(entries));
}

/// Room for one more.
template <class Key, class Entry>
void make_room(std::map<Key, Entry>& entries, std::size_t most) {
    if (entries.size() >= most) {
        entries.erase(std::ranges::min_element(
            entries, {}, [](const auto& entry) { return entry.second.used; }));
    }
}

}  // namespace

Result<const forms::ElementIndex*> ElementIndexes::find_people(Replica& replica,
                                                               Id user,
                                                               const forms::FromUsers& among) {
    const auto directories = replica.buckets(BucketKind::directory);
    if (directories.empty()) {
        return nullptr;
    }
    const sync::BucketCursor& cursor = *directories.front();
    const Circle circle{user, among.among, among.job};
    const auto known = people_.find(circle);
    if (known != people_.end() && known->second.bucket == cursor.head.id &&
        known->second.version == cursor.version) {
        known->second.used = ++uses_;
        return known->second.index.get();
    }
    HF_TRY(auto index, make_index(replica, cursor.head.id, user, among));
    if (known == people_.end()) {
        make_room(people_, limits::people_indexes_max);
    }
    Entry& entry = people_[circle];
    entry = {.bucket = cursor.head.id,
             .version = cursor.version,
             .index = std::move(index),
             .used = ++uses_};
    return entry.index.get();
}

Result<const forms::ElementIndex*> ElementIndexes::find(Replica& replica, Id collection) {
    const sync::BucketCursor* cursor = replica.bucket(BucketKind::collection, collection);
    if (cursor == nullptr || !cursor->complete) {
        return nullptr;
    }
    const auto known = entries_.find(collection);
    if (known != entries_.end() && known->second.bucket == cursor->head.id &&
        known->second.version == cursor->version) {
        known->second.used = ++uses_;
        return known->second.index.get();
    }
    HF_TRY(auto index, make_index(replica, cursor->head.id, collection));
    if (known == entries_.end()) {
        make_room(entries_, limits::indexes_max);
    }
    Entry& entry = entries_[collection];
    entry = {.bucket = cursor->head.id,
             .version = cursor->version,
             .index = std::move(index),
             .used = ++uses_};
    return entry.index.get();
}

}  // namespace holdfast::client
