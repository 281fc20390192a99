#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/forms/context.hpp"
#include "core/forms/element_index.hpp"

/// For tests only: an organization's elements, people and files in memory.
namespace holdfast::fixture {

class MemoryLookup final : public forms::Lookup {
public:
    void add(forms::Element element, std::vector<Id> parents = {}) {
        collections_[element.collection].push_back({std::move(element), std::move(parents)});
        indexes_.clear();
    }
    void add(forms::Person person) { people_.insert_or_assign(person.id, std::move(person)); }
    void relate(Id user, forms::Relation relation, Id other) {
        relations_.emplace(user, relation, other);
    }
    void carry_in_channel(std::vector<Id> elements) { of_channel_ = std::move(elements); }
    void carry_by_user(std::vector<Id> elements) { of_user_ = std::move(elements); }
    void add_file(Id id, forms::FileFacts file) { files_.insert_or_assign(id, std::move(file)); }
    void set_missing(std::set<std::string, std::less<>> collections) {
        missing_ = std::move(collections);
    }

    [[nodiscard]] Result<bool> has_collection(std::string_view code) const override {
        ++reads;
        if (failure) {
            return fail(*failure);
        }
        return !missing_.contains(code);
    }

    [[nodiscard]] Result<std::optional<forms::Element>> element(Id id) const override {
        ++reads;
        if (failure) {
            return fail(*failure);
        }
        const forms::ElementIndex::Entry* entry = entry_of(id);
        return entry == nullptr ? std::nullopt : std::optional(entry->element);
    }

    [[nodiscard]] Result<bool> is_child(Id child, Id parent) const override {
        ++reads;
        if (failure) {
            return fail(*failure);
        }
        const forms::ElementIndex::Entry* entry = entry_of(child);
        return entry != nullptr &&
               std::find(entry->parents.begin(), entry->parents.end(), parent) !=
                   entry->parents.end();
    }

    [[nodiscard]] Result<std::vector<forms::Element>> search(
        const forms::Search& search) const override {
        const auto found = collections_.find(search.collection);
        if (found == collections_.end() || missing_.contains(search.collection)) {
            return std::vector<forms::Element>{};
        }
        return index_of(found->first).search(search);
    }

    [[nodiscard]] Result<std::optional<forms::Person>> person(Id id) const override {
        const auto found = people_.find(id);
        return found == people_.end() ? std::nullopt : std::optional(found->second);
    }

    [[nodiscard]] Result<bool> is_related(Id user,
                                          forms::Relation relation,
                                          Id other) const override {
        return relations_.contains({user, relation, other});
    }

    [[nodiscard]] Result<std::vector<Id>> elements_of_channel(
        Id /*channel*/, std::string_view collection) const override {
        return ids_in(collection, of_channel_);
    }
    [[nodiscard]] Result<std::vector<Id>> elements_of_user(
        Id /*user*/, std::string_view collection) const override {
        return ids_in(collection, of_user_);
    }

    [[nodiscard]] Result<std::optional<forms::FileFacts>> file(Id id) const override {
        const auto found = files_.find(id);
        return found == files_.end() ? std::nullopt : std::optional(found->second);
    }

    std::optional<ErrorCode> failure{};  ///< of reads of elements
    mutable std::size_t reads = 0;

private:
    const forms::ElementIndex& index_of(const std::string& collection) const {
        auto& index = indexes_[collection];
        if (index == nullptr) {
            index = std::make_unique<forms::ElementIndex>(collections_.find(collection)->second);
        }
        return *index;
    }

    std::vector<Id> ids_in(std::string_view collection, const std::vector<Id>& elements) const {
        std::vector<Id> ids;
        for (const Id id : elements) {
            const forms::ElementIndex::Entry* entry = entry_of(id);
            if (entry != nullptr && entry->element.collection == collection) {
                ids.push_back(id);
            }
        }
        return ids;
    }

    const forms::ElementIndex::Entry* entry_of(Id id) const {
        for (const auto& [code, entries] : collections_) {
            if (missing_.contains(code)) {
                continue;
            }
            if (const auto* entry = index_of(code).find(id)) {
                return entry;
            }
        }
        return nullptr;
    }

    std::map<std::string, std::vector<forms::ElementIndex::Entry>, std::less<>> collections_;
    mutable std::map<std::string, std::unique_ptr<forms::ElementIndex>> indexes_;
    std::map<Id, forms::Person> people_;
    std::set<std::tuple<Id, forms::Relation, Id>> relations_;
    std::map<Id, forms::FileFacts> files_;
    std::vector<Id> of_channel_;
    std::vector<Id> of_user_;
    std::set<std::string, std::less<>> missing_;
};

}  // namespace holdfast::fixture
