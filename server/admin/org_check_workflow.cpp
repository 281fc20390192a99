#include "server/admin/org_check_workflow.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "platform/zones/time_zone.hpp"
#include "server/admin/org_file_workflow.hpp"

namespace holdfast::admin {
namespace {

using Names = std::set<std::string, std::less<>>;

/// What the organization has once the file is applied.
class Planned final : public workflow::Catalogue {
public:
    Planned(const OrgFile& file, const OrgState& state) {
        know(state);
        for (const RoleEntry& entry : entries(file.roles)) {
            take(entry.permissions.value_or(std::vector<std::string>{}));
        }
        for (const CollectionEntry& entry : entries(file.collections)) {
            Names& elements = collections_[entry.code.value];
            for (const ElementEntry& element : entries(entry.elements)) {
                elements.insert(element.code.value);
            }
        }
        for (const FormEntry& entry : entries(file.forms)) {
            if (entry.definition) {
                know(entry.code.value, *entry.definition);
            }
        }
        for (const RoutineEntry& entry : entries(file.routines)) {
            if (entry.definition) {
                routines_[entry.code.value] = *entry.definition;
            }
        }
        for (const WorkflowEntry& entry : entries(file.workflows)) {
            if (entry.definition) {
                workflows_[entry.code.value] = *entry.definition;
            }
        }
    }

    [[nodiscard]] const workflow::Workflow* find_workflow(std::string_view code) const override {
        const auto found = workflows_.find(code);
        return found == workflows_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const workflow::Routine* routine(std::string_view code) const override {
        const auto found = routines_.find(code);
        return found == routines_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] bool has_form(std::string_view code) const override {
        return fields_.contains(code);
    }
    [[nodiscard]] bool has_field(std::string_view form, std::string_view field) const override {
        const auto found = fields_.find(form);
        return found != fields_.end() && found->second.contains(field);
    }
    [[nodiscard]] bool has_collection(std::string_view code) const override {
        return collections_.contains(code);
    }
    [[nodiscard]] bool has_element(const workflow::Element& element) const override {
        const auto found = collections_.find(element.collection);
        return found != collections_.end() && found->second.contains(element.code);
    }
    [[nodiscard]] bool is_held(std::string_view permission) const override {
        return permissions_.contains(permission);
    }

private:
    void know(const OrgState& state) {
        for (const auto& [id, role] : state.roles) {
            take(role.permissions);
        }
        for (const auto& [id, collection] : state.collections) {
            Names& elements = collections_[collection.body.code];
            for (const auto& [element, body] : collection.elements) {
                elements.insert(body.code);
            }
        }
        for (const auto& [id, form] : state.forms) {
            forms::Problems unread;
            know(form.body.code, forms::read_definition(form.definition, unread));
        }
        for (const auto& [code, record] : state.routines) {
            if (auto routine = workflow::parse_routine(record.definition)) {
                routines_[code] = *std::move(routine);
            }
        }
        for (const auto& [group, tasks] : state.tasks) {
            for (const auto& [row, workflow] : tasks.workflows) {
                workflows_[workflow.code] = workflow;
            }
        }
    }
    void know(const std::string& form, const forms::Definition& definition) {
        Names& fields = fields_[form];
        fields.clear();
        for (const forms::Component& component : definition.form.components) {
            fields.insert(component.id);
        }
    }
    void take(const std::vector<std::string>& permissions) {
        permissions_.insert(permissions.begin(), permissions.end());
    }

    std::map<std::string, workflow::Workflow, std::less<>> workflows_;
    std::map<std::string, workflow::Routine, std::less<>> routines_;
    std::map<std::string, Names, std::less<>> fields_;  ///< of forms
    std::map<std::string, Names, std::less<>> collections_;
    Names permissions_;
};

class Check {
public:
    Check(const OrgFile& file, const OrgState& state, Problems& problems)
        : file_(file),
          state_(state),
          names_(names_of(state)),
          problems_(problems),
          planned_(file, state) {}

    void run() {
        for (const GroupEntry& entry : entries(file_.groups)) {
            check_tasks(entry);
        }
        for (const WorkflowEntry& entry : entries(file_.workflows)) {
            check_workflow(entry);
        }
        for (const RoutineEntry& entry : entries(file_.routines)) {
            if (entry.definition && entry.definition->schedule) {
                check_schedule(entry, *entry.definition->schedule);
            }
        }
        check_removed_routines();
    }

private:
    void check_tasks(const GroupEntry& entry) {
        if (!entry.tasks || !entry.tasks->definition) {
            return;
        }
        workflow::TaskGroup settings = *entry.tasks->definition;
        settings.code = "tasks";  // the group's code is checked as that of a group
        for (const workflow::Problem& found : workflow::check_task_group(settings, planned_)) {
            add_workflow_problem("tasks of the group " + quote(entry.code.value),
                                 found,
                                 entry.tasks->source,
                                 problems_);
        }
    }

    void check_schedule(const RoutineEntry& entry, const workflow::Schedule& schedule) {
        const std::string what = "routine " + quote(entry.code.value) + ", schedule";
        const auto& users = entries(file_.users);
        const bool is_known = find_name(names_.users, schedule.as).has_value() ||
                              std::ranges::any_of(users, [&](const UserEntry& user) {
                                  return user.email.value == schedule.as;
                              });
        if (!is_known) {
            add_problem(problems_,
                        entry.source.line_of("schedule/as"),
                        what + ": there is no user " + quote(schedule.as));
        }
        if (const auto zone = TimeZone::find(schedule.zone); !zone) {
            add_problem(problems_,
                        entry.source.line_of("schedule/zone"),
                        what + ": " + zone.error().detail);
        }
    }

    [[nodiscard]] const GroupEntry* group_in_file(std::string_view address) const {
        const auto& groups = entries(file_.groups);
        const auto found = std::ranges::find(
            groups, address, [](const GroupEntry& entry) { return entry.code.value; });
        return found == groups.end() ? nullptr : &*found;
    }

    [[nodiscard]] workflow::Flow flow_of(std::string_view group) const {
        const GroupEntry* entry = group_in_file(group);
        if (entry != nullptr && entry->tasks && entry->tasks->definition) {
            return entry->tasks->definition->flow;
        }
        const auto known = find_name(names_.groups, group);
        const auto tasks = known ? state_.tasks.find(*known) : state_.tasks.end();
        return tasks == state_.tasks.end() ? workflow::Flow::state_machine
                                           : tasks->second.settings.flow;
    }

    void check_workflow(const WorkflowEntry& entry) {
        check_place(entry);
        if (!entry.definition) {
            return;
        }
        for (const workflow::Problem& found :
             workflow::check_workflow(*entry.definition, flow_of(entry.group.value), planned_)) {
            add_workflow_problem(
                "workflow " + quote(entry.code.value), found, entry.source, problems_);
        }
    }

    void check_place(const WorkflowEntry& entry) {
        const GroupEntry* in_file = group_in_file(entry.group.value);
        const auto known = find_name(names_.groups, entry.group.value);
        body::GroupKind kind = body::GroupKind::standard;
        if (known) {
            kind = state_.groups.at(*known).body.kind;
        }
        if (in_file != nullptr && in_file->kind) {
            kind = *in_file->kind;
        }
        if (in_file == nullptr && !known) {
            add_problem(problems_,
                        entry.group.line,
                        "group: there is no group " + quote(entry.group.value));
        } else if (kind != body::GroupKind::workflow) {
            add_problem(problems_,
                        entry.group.line,
                        "group: " + quote(entry.group.value) + " is no workflow group");
        }
        const auto place = find_workflow_of(state_, entry.code.value);
        if (place && known && place->group != *known) {
            add_problem(
                problems_, entry.group.line, "group: a workflow cannot move to another group");
        }
    }

    /// One that pruning takes away is still named by a workflow that stays.
    void check_removed_routines() {
        if (!file_.prune || !file_.routines) {
            return;
        }
        Names kept;
        for (const RoutineEntry& entry : *file_.routines) {
            kept.insert(entry.code.value);
        }
        for (const WorkflowEntry& entry : entries(file_.workflows)) {
            for (const std::string& code : named_by(entry)) {
                if (!kept.contains(code) && planned_.routine(code) != nullptr) {
                    add_problem(problems_,
                                entry.code.line,
                                "workflow " + quote(entry.code.value) + ": the routine " +
                                    quote(code) + " is taken away");
                }
            }
        }
    }

    static Names named_by(const WorkflowEntry& entry) {
        Names names;
        const auto take = [&](const std::vector<std::string>& routines) {
            names.insert(routines.begin(), routines.end());
        };
        if (!entry.definition) {
            return names;
        }
        take(entry.definition->on_create);
        if (entry.definition->start_form) {
            take(entry.definition->start_form->routines);
        }
        for (const workflow::State& state : entry.definition->states) {
            for (const workflow::Transition& transition : state.next) {
                take(transition.routines);
            }
            for (const workflow::SurveyTrigger& trigger : state.survey_triggers) {
                take(trigger.routines);
            }
        }
        return names;
    }

    const OrgFile& file_;
    const OrgState& state_;
    OrgNames names_;
    Problems& problems_;
    Planned planned_;
};

}  // namespace

void check_workflows(const OrgFile& file, const OrgState& state, Problems& problems) {
    const bool has_tasks = std::ranges::any_of(
        entries(file.groups), [](const GroupEntry& entry) { return entry.tasks.has_value(); });
    // What cannot be read was told: all that names it would be told again.
    const bool are_read =
        std::ranges::all_of(entries(file.workflows),
                            [](const auto& entry) { return entry.definition.has_value(); }) &&
        std::ranges::all_of(entries(file.routines),
                            [](const auto& entry) { return entry.definition.has_value(); });
    if (are_read && (file.workflows || file.routines || has_tasks)) {
        Check(file, state, problems).run();
    }
}

}  // namespace holdfast::admin
