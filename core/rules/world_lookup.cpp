#include "core/rules/world_lookup.hpp"

#include <algorithm>
#include <utility>

#include "core/model/body_forms.hpp"
#include "core/model/facts.hpp"

namespace holdfast {

namespace {

std::vector<Id> ids_in(std::string_view collection,
                       const std::vector<body::HeldElement>& elements) {
    std::vector<Id> ids;
    for (const body::HeldElement& element : elements) {
        if (element.collection == collection) {
            ids.push_back(element.id);
        }
    }
    return ids;
}

}  // namespace

bool is_related(const Colleague& person, forms::Relation relation, const Colleague& other) {
    const auto reports_to = [](const body::User& user, Id boss) {
        return std::ranges::find(user.bosses, boss) != user.bosses.end();
    };
    switch (relation) {
        case forms::Relation::any:
            return true;
        case forms::Relation::subordinate:
            return reports_to(other.user, person.id);
        case forms::Relation::boss:
            return reports_to(person.user, other.id);
        case forms::Relation::peer:
            return person.id != other.id && std::ranges::any_of(person.user.bosses, [&](Id boss) {
                       return reports_to(other.user, boss);
                   });
    }
    return false;
}

Result<std::string> WorldLookup::name_of_collection(const std::string& code) const {
    const auto named = collections_.find(code);
    if (named == collections_.end()) {
        return code;
    }
    HF_TRY(auto row,
           facts::find_in(world_,
                          {BucketKind::collection, named->second},
                          {RowKind::collection, named->second},
                          body::parse_collection));
    return row ? std::move(row->value.name) : code;
}

Result<bool> WorldLookup::has_collection(std::string_view code) const {
    const auto named = collections_.find(std::string(code));
    if (named == collections_.end()) {
        return false;
    }
    HF_TRY(const auto held, world_.bucket(BucketKind::collection, named->second));
    return held.has_value();
}

Result<const std::optional<WorldLookup::Found>*> WorldLookup::look_up(Id id) const {
    if (const auto known = found_.find(id); known != found_.end()) {
        return &known->second;
    }
    std::optional<Found> found;
    for (const auto& [code, collection] : collections_) {
        HF_TRY(auto row,
               facts::find_in(world_,
                              {BucketKind::collection, collection},
                              {RowKind::element, id},
                              body::parse_element));
        if (row) {
            found = Found{.element = {.id = id,
                                      .collection = code,
                                      .code = std::move(row->value.code),
                                      .name = std::move(row->value.name),
                                      .active = row->value.active},
                          .parents = std::move(row->value.parents)};
            break;
        }
    }
    return &found_.emplace(id, std::move(found)).first->second;
}

Result<std::optional<forms::Element>> WorldLookup::element(Id id) const {
    HF_TRY(const auto* found, look_up(id));
    return *found ? std::optional((*found)->element) : std::nullopt;
}

Result<bool> WorldLookup::is_child(Id child, Id parent) const {
    HF_TRY(const auto* found, look_up(child));
    return *found && std::ranges::find((*found)->parents, parent) != (*found)->parents.end();
}

Result<std::vector<forms::Element>> WorldLookup::search(const forms::Search& /*search*/) const {
    return std::vector<forms::Element>{};
}

Result<std::optional<forms::Person>> WorldLookup::person(Id id) const {
    HF_TRY(auto user, facts::user(world_, id));
    if (!user) {
        return std::nullopt;
    }
    return forms::Person{.id = id,
                         .name = facts::full_name(user->value),
                         .job = std::move(user->value.job),
                         .active = user->value.active};
}

Result<bool> WorldLookup::is_related(Id user, forms::Relation relation, Id other) const {
    HF_TRY(const auto person, facts::user(world_, user));
    HF_TRY(const auto chosen, facts::user(world_, other));
    return person && chosen &&
           holdfast::is_related({user, person->value}, relation, {other, chosen->value});
}

Result<std::vector<Id>> WorldLookup::elements_of_channel(Id channel,
                                                         std::string_view collection) const {
    HF_TRY(const auto found, facts::channel(world_, channel));
    return found ? ids_in(collection, found->value.elements) : std::vector<Id>{};
}

Result<std::vector<Id>> WorldLookup::elements_of_user(Id user, std::string_view collection) const {
    HF_TRY(const auto found, facts::user(world_, user));
    return found ? ids_in(collection, found->value.elements) : std::vector<Id>{};
}

Result<std::optional<forms::FileFacts>> WorldLookup::file(Id id) const {
    const auto found = std::ranges::find(files_, id, &FileClaim::id);
    if (found == files_.end()) {
        return std::nullopt;
    }
    return forms::FileFacts{.type = found->type, .bytes = found->bytes};
}

}  // namespace holdfast
