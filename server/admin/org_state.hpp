#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/definition.hpp"
#include "core/model/body.hpp"
#include "core/model/body_bots.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/body_workflow.hpp"
#include "core/model/bucket.hpp"
#include "core/model/entitlement.hpp"
#include "core/workflow/definition.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

/// An organization as it stands in the storage, without messages.
struct OrgState {
    struct Group {
        BucketId bucket;
        body::Group body;
    };
    struct Channel {
        BucketId bucket;
        BucketId timeline;
        BucketId archive;  ///< none where nothing is older than the history window
        bool open = false;
        body::Channel body;
        std::map<Id, body::Member> members;
    };

    struct Form {
        body::Form body;
        std::string definition;  ///< of the version that is filled in now, canonical
    };
    struct Collection {
        BucketId bucket;
        body::Collection body;
        std::map<Id, body::Element> elements;
    };

    /// A group that works with tasks.
    struct Tasks {
        BucketId bucket;  ///< of the tasks
        body::TaskGroup body;
        workflow::TaskGroup settings;
        std::map<Id, workflow::Workflow> workflows;  ///< by row
    };

    struct Bot {
        Id owner;  ///< a channel, a group or the organization
        body::Bot body;
        bool operator==(const Bot&) const = default;
    };

    Id id;
    BucketId directory;
    BucketId forms_bucket;  ///< 0: none yet
    std::string code;
    body::Organization organization;
    body::Entitlement entitlement;
    std::map<Id, body::Role> roles;
    std::map<Id, body::User> users;
    std::map<Id, Group> groups;
    std::map<Id, Channel> channels;
    std::map<Id, Form> forms;
    std::map<Id, Collection> collections;
    std::map<Id, Tasks> tasks;                               ///< by group
    std::map<std::string, storage::RoutineRecord> routines;  ///< by code
    std::map<std::string, Bot> bots;                         ///< by code
};

/// How files call a group or channel: its code, or "id-4294967318" for one that has none.
[[nodiscard]] std::string address_of(Id id, const std::string& code);

/// Ids by what files call them.
struct OrgNames {
    using Ids = std::map<std::string, Id, std::less<>>;
    Ids roles;     ///< by name
    Ids users;     ///< by e-mail, lower case
    Ids groups;    ///< by address
    Ids channels;  ///< by address
};
[[nodiscard]] OrgNames names_of(const OrgState& state);

[[nodiscard]] std::optional<Id> find_name(const OrgNames::Ids& ids, std::string_view name);

[[nodiscard]] std::optional<Id> find_form_of(const OrgState& state, std::string_view code);
[[nodiscard]] std::optional<Id> find_collection_of(const OrgState& state, std::string_view code);

/// The group and the row of a workflow.
struct WorkflowPlace {
    Id group;
    Id row;
};
[[nodiscard]] std::optional<WorkflowPlace> find_workflow_of(const OrgState& state,
                                                            std::string_view code);

/// Whether a form's present version is this one, whatever its number.
[[nodiscard]] bool is_version(const OrgState::Form& known, forms::Definition definition);

/// How files call an element: "collection/code", or its code alone where the collection that names
/// it has one collection of parents.
struct ElementAddress {
    std::string collection;
    std::string code;
};
[[nodiscard]] ElementAddress address_of_element(std::string_view text,
                                                const std::vector<std::string>& parents);

/// The organization of this code, or nothing.
/// Errors  storage_corrupt where a row cannot be read · those of storage.
/// Cost    reads every row but messages.
[[nodiscard]] Result<std::optional<OrgState>> load_organization(storage::Storage& storage,
                                                                std::string_view code);

}  // namespace holdfast::admin
