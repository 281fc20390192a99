#include "server/admin/org_check_forms.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/forms/check.hpp"
#include "platform/zones/time_zone.hpp"
#include "server/admin/form_words.hpp"

namespace holdfast::admin {
namespace {

using Names = std::set<std::string, std::less<>>;

/// What the organization has once the file is applied.
class Planned final : public forms::Surroundings {
public:
    Planned(const OrgFile& file, const OrgState& state) {
        for (const auto& [id, known] : state.collections) {
            collections_.insert(known.body.code);
        }
        for (const auto& [id, known] : state.groups) {
            groups_.insert(known.body.code);
        }
        for (const auto& [id, known] : state.roles) {
            roles_.insert(known.name);
        }
        for (const auto& [id, known] : state.users) {
            jobs_.insert(known.job);
        }
        for (const CollectionEntry& entry : entries(file.collections)) {
            collections_.insert(entry.code.value);
        }
        for (const GroupEntry& entry : entries(file.groups)) {
            groups_.insert(entry.code.value);
        }
        for (const RoleEntry& entry : entries(file.roles)) {
            roles_.insert(entry.name.value);
        }
        for (const UserEntry& entry : entries(file.users)) {
            jobs_.insert(entry.job.value_or(std::string()));
        }
    }

    [[nodiscard]] bool has_collection(std::string_view code) const override {
        return collections_.contains(code);
    }
    [[nodiscard]] bool has_job(std::string_view code) const override {
        return !code.empty() && jobs_.contains(code);
    }
    [[nodiscard]] bool has_zone(std::string_view name) const override {
        return TimeZone::find(name).has_value();
    }
    [[nodiscard]] bool has_group(std::string_view code) const override {
        return groups_.contains(code);
    }
    [[nodiscard]] bool has_role(std::string_view name) const override {
        return roles_.contains(name);
    }
    [[nodiscard]] const Names& collections() const { return collections_; }

private:
    Names collections_;
    Names groups_;
    Names roles_;
    Names jobs_;
};

class Check {
public:
    Check(const OrgFile& file, const OrgState& state, Problems& problems)
        : state_(state), problems_(problems), planned_(file, state) {
        for (const auto& [id, known] : state.collections) {
            Collection& collection = collections_[known.body.code];
            collection.is_known = true;
            for (const Id parent : known.body.parents) {
                collection.parents.push_back(state.collections.at(parent).body.code);
            }
            for (const auto& [element, body] : known.elements) {
                collection.elements.insert(body.code);
            }
        }
        for (const CollectionEntry& entry : entries(file.collections)) {
            plan(entry);
        }
    }

    void run(const OrgFile& file) {
        for (const UserEntry& entry : entries(file.users)) {
            check_held(entry.elements);
        }
        for (const ChannelEntry& entry : entries(file.channels)) {
            check_held(entry.elements);
        }
        for (const CollectionEntry& entry : entries(file.collections)) {
            check_collection(entry);
        }
        for (const FormEntry& entry : entries(file.forms)) {
            check_form(entry);
        }
    }

private:
    /// A collection as it will be.
    struct Collection {
        bool is_known = false;  ///< it stands in the storage already
        std::vector<std::string> parents;
        Names elements;
        Names new_elements;
    };

    void problem(std::size_t line, std::string text) {
        add_problem(problems_, line, std::move(text));
    }

    void plan(const CollectionEntry& entry) {
        Collection& collection = collections_[entry.code.value];
        if (entry.parents) {
            collection.parents.clear();
            for (const Text& parent : *entry.parents) {
                collection.parents.push_back(parent.value);
            }
        }
        for (const ElementEntry& element : entries(entry.elements)) {
            if (collection.elements.insert(element.code.value).second) {
                collection.new_elements.insert(element.code.value);
            }
        }
    }

    void refer(const Text& text, std::string_view code, const Names& names, const char* what) {
        if (!names.contains(code)) {
            const std::vector<std::string_view> candidates(names.begin(), names.end());
            problem(
                text.line,
                "there is no " + std::string(what) + " " + quote(code) + suggest(code, candidates));
        }
    }

    void check_collection(const CollectionEntry& entry) {
        const Collection& collection = collections_.at(entry.code.value);
        if (!collection.is_known && !entry.has_name) {
            problem(entry.code.line, "collection: name is missing");
        }
        for (const Text& parent : entries(entry.parents)) {
            refer(parent, parent.value, planned_.collections(), "collection");
        }
        for (const ElementEntry& element : entries(entry.elements)) {
            if (!element.has_name && collection.new_elements.contains(element.code.value)) {
                problem(element.code.line, "element: name is missing");
            }
            for (const Text& parent : entries(element.parents)) {
                check_parent(collection, parent);
            }
        }
    }

    void check_parent(const Collection& collection, const Text& parent) {
        const ElementAddress address = address_of_element(parent.value, collection.parents);
        const auto found = collections_.find(address.collection);
        if (std::ranges::find(collection.parents, address.collection) == collection.parents.end() ||
            found == collections_.end()) {
            problem(parent.line,
                    "parents: " + quote(parent.value) +
                        " names no collection of this one's parents; write \"collection/code\"");
            return;
        }
        if (!found->second.elements.contains(address.code)) {
            problem(
                parent.line,
                "there is no element " + quote(address.code) + " in " + quote(address.collection));
        }
    }

    /// What a user or a channel carries.
    void check_held(const std::optional<std::vector<Text>>& elements) {
        for (const Text& named : entries(elements)) {
            const std::size_t cut = named.value.find('/');
            const std::string collection = named.value.substr(0, cut);
            const auto found = collections_.find(collection);
            if (cut == std::string::npos) {
                problem(named.line,
                        "elements: " + quote(named.value) + ": write \"collection/code\"");
            } else if (found == collections_.end()) {
                refer(named, collection, planned_.collections(), "collection");
            } else if (const std::string code = named.value.substr(cut + 1);
                       !found->second.elements.contains(code)) {
                problem(named.line,
                        "there is no element " + quote(code) + " in " + quote(collection));
            }
        }
    }

    void check_form(const FormEntry& entry) {
        const auto known = find_form_of(state_, entry.code.value);
        if (!known && !entry.definition && problems_.empty()) {
            problem(entry.code.line, "form: components is missing");
        }
        if (!entry.definition) {
            return;
        }
        add_form_problems(entry.code.value,
                          forms::check_definition(*entry.definition, planned_),
                          entry.source,
                          problems_);
        if (known && entry.version) {
            check_version(entry, state_.forms.at(*known));
        }
    }

    void check_version(const FormEntry& entry, const OrgState::Form& known) {
        const std::int64_t present = known.body.version;
        const bool is_same = *entry.version == present && is_version(known, *entry.definition);
        if (!is_same && *entry.version <= present) {
            problem(entry.version_line,
                    "version: " + std::to_string(present) +
                        " is filled in now, and a version never changes; write " +
                        std::to_string(present + 1) + " or leave it out");
        }
    }

    const OrgState& state_;
    Problems& problems_;
    Planned planned_;
    std::map<std::string, Collection, std::less<>> collections_;
};

}  // namespace

void check_forms(const OrgFile& file, const OrgState& state, Problems& problems) {
    if (file.collections || file.forms || file.users || file.channels) {
        Check(file, state, problems).run(file);
    }
}

}  // namespace holdfast::admin
