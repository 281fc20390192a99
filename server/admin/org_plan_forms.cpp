// Collections, their elements, and forms.

#include <algorithm>

#include "server/admin/org_plan.hpp"

namespace holdfast::admin {

Result<> Planner::collections() {
    for (const auto& [id, known] : state_.collections) {
        for (const auto& [element, body] : known.elements) {
            element_ids_[id][body.code] = element;
        }
    }
    if (!file_.collections) {
        return {};
    }
    // Ids first: what is referred to may stand below in the file.
    for (const CollectionEntry& entry : *file_.collections) {
        HF_CHECK(mint_ids(entry));
    }
    for (const CollectionEntry& entry : *file_.collections) {
        HF_CHECK(collection(entry));
    }
    return prune_collections();
}

Result<> Planner::mint_ids(const CollectionEntry& entry) {
    std::optional<Id> id = find_collection_of(state_, entry.code.value);
    if (!id) {
        HF_TRY(id, storage_.mint_id());
        HF_TRY(const BucketId bucket,
               founder_.collection(*id, {.code = entry.code.value, .name = *entry.name}));
        state_.collections[*id] = {.bucket = bucket,
                                   .body = {.code = entry.code.value, .name = *entry.name},
                                   .elements = {}};
        new_collections_.insert(*id);
    }
    for (const ElementEntry& element : entry.elements.value_or(std::vector<ElementEntry>{})) {
        if (!element_ids_[*id].contains(element.code.value)) {
            HF_TRY(element_ids_[*id][element.code.value], storage_.mint_id());
        }
    }
    return {};
}

Result<> Planner::collection(const CollectionEntry& entry) {
    const Id id = *find_collection_of(state_, entry.code.value);
    OrgState::Collection& known = state_.collections.at(id);
    body::Collection wanted = known.body;
    take(entry.name, wanted.name);
    take(entry.active, wanted.active);
    if (entry.parents) {
        wanted.parents.clear();
        for (const Text& parent : *entry.parents) {
            wanted.parents.push_back(*find_collection_of(state_, parent.value));
        }
    }
    const bool is_new = new_collections_.contains(id);
    const bool differs = !(wanted == known.body);
    Differences differences;
    differences.compare("name", wanted.name, known.body.name)
        .compare("parents", wanted.parents, known.body.parents);
    const bool was_active = known.body.active;
    if (differs) {
        HF_CHECK(founder_.put(known.bucket, RowKind::collection, id, body::encode(wanted)));
        known.body = wanted;
    }
    HF_TRY(const std::string tally, elements(id, entry));
    const std::string elements_said = tally.empty() ? "" : " (elements: " + tally + ")";
    if (is_new) {
        plan_.push_back("create collection " + entry.code.value + elements_said);
    } else if (differs || !tally.empty()) {
        plan_.push_back(change_line("collection " + entry.code.value,
                                    differences,
                                    {was_active, wanted.active}) +
                        elements_said);
    }
    return {};
}

Result<std::string> Planner::elements(Id collection, const CollectionEntry& entry) {
    if (!entry.elements) {
        return std::string();
    }
    ElementTally tally;
    std::set<Id> named;
    for (const ElementEntry& element : *entry.elements) {
        HF_TRY(const Id id, this->element(collection, element, tally));
        named.insert(id);
    }
    OrgState::Collection& known = state_.collections.at(collection);
    for (auto& [id, body] : known.elements) {
        if (file_.prune && body.active && !named.contains(id)) {
            body.active = false;
            tally.deactivated += 1;
            HF_CHECK(founder_.put(known.bucket, RowKind::element, id, body::encode(body)));
        }
    }
    return tally.words();
}

Result<Id> Planner::element(Id collection, const ElementEntry& entry, ElementTally& tally) {
    OrgState::Collection& holder = state_.collections.at(collection);
    const Id id = element_ids_.at(collection).at(entry.code.value);
    const auto known = holder.elements.find(id);
    body::Element wanted;
    if (known != holder.elements.end()) {
        wanted = known->second;
    }
    wanted.code = entry.code.value;
    take(entry.name, wanted.name);
    take(entry.columns, wanted.columns);
    take(entry.active, wanted.active);
    if (entry.parents) {
        wanted.parents = parents_of(holder.body, *entry.parents);
    }
    const bool is_new = known == holder.elements.end();
    if (!is_new && wanted == known->second) {
        return id;
    }
    (is_new ? tally.added : tally.changed) += 1;
    HF_CHECK(founder_.put(holder.bucket, RowKind::element, id, body::encode(wanted)));
    holder.elements[id] = std::move(wanted);
    return id;
}

std::vector<Id> Planner::parents_of(const body::Collection& collection,
                                    const std::vector<Text>& named) const {
    std::vector<std::string> codes;
    for (const Id parent : collection.parents) {
        codes.push_back(state_.collections.at(parent).body.code);
    }
    std::vector<Id> parents;
    for (const Text& text : named) {
        const ElementAddress address = address_of_element(text.value, codes);
        const Id holder = *find_collection_of(state_, address.collection);
        parents.push_back(element_ids_.at(holder).at(address.code));
    }
    return parents;
}

std::string Planner::ElementTally::words() const {
    std::string text;
    for (const auto& [count, verb] : {std::pair(added, "added"),
                                      std::pair(changed, "changed"),
                                      std::pair(deactivated, "deactivated")}) {
        if (count > 0) {
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + verb;
        }
    }
    return text;
}

Result<> Planner::prune_collections() {
    if (!file_.prune) {
        return {};
    }
    for (auto& [id, known] : state_.collections) {
        const bool named = std::ranges::any_of(
            *file_.collections,
            [&](const CollectionEntry& entry) { return entry.code.value == known.body.code; });
        if (!named && known.body.active) {
            known.body.active = false;
            plan_.push_back("deactivate collection " + known.body.code);
            HF_CHECK(founder_.put(known.bucket, RowKind::collection, id, body::encode(known.body)));
        }
    }
    return {};
}

Result<> Planner::held() {
    for (const UserEntry& entry : entries(file_.users)) {
        if (entry.elements) {
            const Id id = names_.users.at(entry.email.value);
            body::User wanted = state_.users.at(id);
            wanted.elements = held_elements(*entry.elements);
            HF_CHECK(change_user(id, std::move(wanted)));
        }
    }
    for (const ChannelEntry& entry : entries(file_.channels)) {
        if (entry.elements) {
            const Id id = names_.channels.at(entry.code.value);
            body::Channel wanted = state_.channels.at(id).body;
            wanted.elements = held_elements(*entry.elements);
            HF_CHECK(change_channel(id, std::move(wanted)));
        }
    }
    return {};
}

std::vector<body::HeldElement> Planner::held_elements(const std::vector<Text>& named) const {
    std::vector<body::HeldElement> elements;
    for (const Text& one : named) {
        const std::size_t cut = one.value.find('/');
        body::HeldElement held{.collection = one.value.substr(0, cut),
                               .code = one.value.substr(cut + 1)};
        held.id = element_ids_.at(*find_collection_of(state_, held.collection)).at(held.code);
        if (std::ranges::find(elements, held) == elements.end()) {
            elements.push_back(std::move(held));
        }
    }
    return elements;
}

Result<> Planner::forms() {
    if (!file_.forms) {
        return {};
    }
    for (const FormEntry& entry : *file_.forms) {
        HF_CHECK(form(entry));
    }
    if (!file_.prune) {
        return {};
    }
    for (auto& [id, known] : state_.forms) {
        const bool named = std::ranges::any_of(*file_.forms, [&](const FormEntry& entry) {
            return entry.code.value == known.body.code;
        });
        if (!named && known.body.active) {
            known.body.active = false;
            plan_.push_back("deactivate form " + known.body.code);
            HF_CHECK(
                founder_.put(state_.forms_bucket, RowKind::form, id, body::encode(known.body)));
        }
    }
    return {};
}

Result<> Planner::form(const FormEntry& entry) {
    const std::optional<Id> known = find_form_of(state_, entry.code.value);
    Id id;
    if (known) {
        id = *known;
    } else {
        HF_TRY(id, storage_.mint_id());
        HF_TRY(state_.forms_bucket, founder_.forms());
        state_.forms[id].body.code = entry.code.value;
    }
    OrgState::Form& form = state_.forms.at(id);
    body::Form wanted = form.body;
    take(entry.active, wanted.active);
    if (entry.definition && !(known && is_version(form, *entry.definition))) {
        forms::Definition definition = *entry.definition;
        definition.version = entry.version.value_or(form.body.version + 1);
        wanted.version = definition.version;
        HF_TRY(wanted.current, publish(id, definition));
        form.definition = forms::encode(definition);
    }
    if (wanted == form.body) {
        return {};
    }
    Differences differences;
    if (wanted.version != form.body.version) {
        differences.compare(("version " + std::to_string(wanted.version)).c_str(), 0, 1);
    }
    plan_.push_back(known ? change_line("form " + entry.code.value,
                                        differences,
                                        {form.body.active, wanted.active})
                          : "create form " + entry.code.value);
    form.body = std::move(wanted);
    return founder_.put(state_.forms_bucket, RowKind::form, id, body::encode(form.body));
}

Result<Id> Planner::publish(Id form, const forms::Definition& definition) {
    std::map<std::string, Id> ids;
    for (const auto& [id, known] : state_.collections) {
        ids[known.body.code] = id;
    }
    return founder_.form_version(form, definition, ids);
}

}  // namespace holdfast::admin
