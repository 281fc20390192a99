#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/founder.hpp"
#include "server/admin/org_file.hpp"
#include "server/admin/org_state.hpp"

/// The work behind org_apply.hpp, inside its transaction.
namespace holdfast::admin {

/// Hashes of passwords, made before the transaction, by e-mail.
using PasswordHashes = std::map<std::string, std::string>;

/// Compares a file that was checked with the organization, writes what differs and says so in plain
/// words. `state` follows what is written.
class Planner {
public:
    Planner(storage::Storage& storage,
            const OrgFile& file,
            OrgState& state,
            const PasswordHashes& hashes);

    /// Returns the number of grants that followed.
    [[nodiscard]] Result<std::size_t> run();
    [[nodiscard]] std::vector<std::string> take_plan() { return std::move(plan_); }

private:
    [[nodiscard]] Result<> organization();
    [[nodiscard]] Result<> entitlement();

    [[nodiscard]] Result<> roles();
    [[nodiscard]] Result<> role(const RoleEntry& entry);
    [[nodiscard]] Result<> prune_roles();

    [[nodiscard]] Result<> users();
    [[nodiscard]] Result<> user(const UserEntry& entry);
    [[nodiscard]] Result<> bosses(const UserEntry& entry);
    [[nodiscard]] Result<> create_user(const UserEntry& entry, const body::User& wanted);
    [[nodiscard]] Result<> change_user(Id id, body::User wanted);
    [[nodiscard]] Result<> account(Id id, const UserEntry& entry);

    [[nodiscard]] Result<> groups();
    [[nodiscard]] Result<> group(const GroupEntry& entry);
    [[nodiscard]] Result<> change_group(Id id, body::Group wanted);

    [[nodiscard]] Result<> channels();
    [[nodiscard]] Result<> channel(const ChannelEntry& entry);
    [[nodiscard]] Result<> create_channel(const ChannelEntry& entry, const body::Channel& wanted);
    [[nodiscard]] Result<> change_channel(Id id, body::Channel wanted);
    [[nodiscard]] Result<> open_or_close(const OrgState::Channel& channel);
    [[nodiscard]] Result<std::set<Id>> members(Id id, const ChannelEntry& entry);
    [[nodiscard]] Result<> member(Id id, const MemberEntry& entry);
    [[nodiscard]] Result<> channel_grants(Id id, const std::set<Id>& former);

    [[nodiscard]] Result<> collections();
    /// Makes what is new of a collection, and gives its new elements their ids.
    [[nodiscard]] Result<> mint_ids(const CollectionEntry& entry);
    [[nodiscard]] Result<> collection(const CollectionEntry& entry);
    struct ElementTally {
        std::size_t added = 0;
        std::size_t changed = 0;
        std::size_t deactivated = 0;
        [[nodiscard]] std::string words() const;
    };
    /// Returns what was done in words; empty: nothing.
    [[nodiscard]] Result<std::string> elements(Id collection, const CollectionEntry& entry);
    [[nodiscard]] Result<Id> element(Id collection, const ElementEntry& entry, ElementTally& tally);
    [[nodiscard]] std::vector<Id> parents_of(const body::Collection& collection,
                                             const std::vector<Text>& named) const;
    [[nodiscard]] Result<> prune_collections();
    /// What users and channels carry: once the collections are there.
    [[nodiscard]] Result<> held();
    [[nodiscard]] std::vector<body::HeldElement> held_elements(
        const std::vector<Text>& named) const;

    [[nodiscard]] Result<> forms();
    [[nodiscard]] Result<> form(const FormEntry& entry);
    [[nodiscard]] Result<Id> publish(Id form, const forms::Definition& definition);

    [[nodiscard]] Result<> routines();
    [[nodiscard]] Result<> routine(const RoutineEntry& entry);
    [[nodiscard]] Result<> begin_schedule(const storage::RoutineRecord& record,
                                          const std::string& as);
    [[nodiscard]] Result<> take_out(const storage::RoutineRecord& record);
    [[nodiscard]] Result<> workflows();
    [[nodiscard]] Result<> workflow(const WorkflowEntry& entry);
    [[nodiscard]] Result<> prune_workflows();
    /// A group as one of tasks, made where it is none yet.
    [[nodiscard]] Result<OrgState::Tasks*> tasks_of(Id group);
    [[nodiscard]] Result<> put_workflow(Id group, Id row, const workflow::Workflow& wanted);
    [[nodiscard]] Result<> ensure_unused(const OrgState::Tasks& tasks,
                                         const workflow::Workflow& before,
                                         const workflow::Workflow& after);
    [[nodiscard]] Result<> task_groups();
    [[nodiscard]] std::map<std::string, Id> forms_of(const OrgState::Tasks& tasks) const;

    [[nodiscard]] Result<> bots();
    [[nodiscard]] body::Bot bot_of(const BotEntry& entry) const;
    [[nodiscard]] bool acts(const std::string& routine) const;
    void plan_bots(const std::map<std::string, OrgState::Bot>& wanted);
    [[nodiscard]] Result<> put_bots(Id owner, const std::map<std::string, OrgState::Bot>& wanted);

    [[nodiscard]] bool prunes(bool has_section) const { return file_.prune && has_section; }

    storage::Storage& storage_;
    const OrgFile& file_;
    OrgState& state_;
    const PasswordHashes& hashes_;
    Founder founder_;
    OrgNames names_;
    std::map<Id, std::map<std::string, Id>> element_ids_;  ///< collection → code → element
    std::set<Id> new_collections_;
    std::vector<std::string> plan_;
    bool is_new_ = false;  ///< the organization
};

/// A key that the file has.
template <class T>
void take(const std::optional<T>& from, T& into) {
    if (from) {
        into = *from;
    }
}

/// Compares members of a body one by one and remembers the names of those that differ.
class Differences {
public:
    template <class T>
    Differences& compare(const char* name, const T& one, const T& other) {
        if (!(one == other)) {
            names_ += names_.empty() ? "" : ", ";
            names_ += name;
        }
        return *this;
    }
    [[nodiscard]] bool none() const { return names_.empty(); }
    [[nodiscard]] const std::string& names() const { return names_; }

private:
    std::string names_;
};

/// `verb what: differences`, where the verb says when something is taken out of use or back into
/// it.
[[nodiscard]] std::string change_line(std::string_view what,
                                      const Differences& differences,
                                      std::pair<bool, bool> active);

}  // namespace holdfast::admin
