#include "tests/scenarios/server/company.hpp"

#include <algorithm>
#include <set>

#include "core/model/body.hpp"
#include "core/model/body_bots.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/body_workflow.hpp"
#include "core/workflow/reading.hpp"
#include "tests/scenarios/workflow/values.hpp"

namespace holdfast::workflow::scenario {

namespace {

using json::Value;

// Ids of rows that scenarios do not name.
constexpr std::uint64_t first_role = 30'000;
constexpr std::uint64_t first_form = 20'000;
constexpr std::uint64_t first_workflow = 40'000;
constexpr std::uint64_t first_history = 50'000;

/// A component that takes what the scenario answers, or any text.
Value component_for(const std::string& id, const Value& answered) {
    Value component{{"id", id}, {"kind", "written"}, {"input", "long"}};
    if (answered.is_number()) {
        component["input"] = "number";
    } else if (answered.is_object()) {
        component = {{"id", id}, {"kind", "date"}};
        if (answered.contains("time")) {
            component["time"] = true;
        }
    } else if (answered.is_array()) {
        component = {{"id", id}, {"kind", "list"}, {"max", 10}};
        for (const Value& value : answered) {
            component["items"].push_back({{"value", value}});
        }
    }
    return component;
}

/// What the steps answer in each form, by form and component.
std::map<std::string, std::map<std::string, Value>> answered_in(const Value& root) {
    std::map<std::string, std::map<std::string, Value>> all;
    for (const Value& step : member(root, "steps")) {
        const Value& fields = member(member(step, "submission"), "fields");
        for (auto item = fields.begin(); fields.is_object() && item != fields.end(); ++item) {
            Value& known = all[text(member(step, "action"), "form")][item.key()];
            if (!known.is_array() || !item->is_array()) {
                known = *item;
                continue;
            }
            for (const Value& choice : *item) {
                if (std::ranges::find(known, choice) == known.end()) {
                    known.push_back(choice);
                }
            }
        }
    }
    return all;
}

/// How the current version of a form differs from the one before.
struct Replaced {
    bool takes_older = true;       ///< answers to the one before, as they are
    bool asks_more = false;        ///< what nobody has answered yet
    std::set<std::string> gone{};  ///< components that it does not have any more
};

/// What the steps say of the versions that they answer, by form.
std::map<std::string, Replaced> replaced_in(const Value& root) {
    std::map<std::string, Replaced> all;
    for (const Value& step : member(root, "steps")) {
        const Value& submission = member(step, "submission");
        Replaced& form = all[text(member(step, "action"), "form")];
        const std::string version = text(submission, "version");
        form.asks_more |= version == "outdated";
        form.takes_older &= version != "outdated" && version != "upcast";
        for (const Value& component : member(submission, "gone")) {
            form.gone.insert(component.get<std::string>());
        }
    }
    return all;
}

/// The definition of the current version, of the one before.
Value replace(Value definition, const Replaced& by) {
    Value components = Value::array();
    for (const Value& component : definition["components"]) {
        if (!by.gone.contains(text(component, "id"))) {
            components.push_back(component);
        }
    }
    if (by.asks_more) {
        components.push_back({{"id", "asked_since"}, {"kind", "rating"}, {"required", true}});
    }
    definition["components"] = std::move(components);
    if (!by.takes_older) {
        definition["older_until"] = "1969-12-31";
    }
    return definition;
}

}  // namespace

Company::Company(storage::Storage& storage, const Value& root, const Bundle& bundle)
    : storage_(storage) {
    must(storage_.begin());
    directory_ = make_bucket(BucketKind::directory, id);
    must(storage_.put_organization({.id = id, .code = "scenario", .directory = directory_}));
    put({directory_, RowKind::organization, id}, body::encode(body::Organization{.name = "S"}));
    own_ = make_bucket(BucketKind::group, group);
    tasks_ = make_bucket(BucketKind::tasks, group);
    make_people(root);
    make_forms(root, bundle);
    make_group(root, bundle);
    make_tasks(root);
    make_bots(root);
    must(storage_.commit());
}

BucketId Company::make_bucket(BucketKind kind, Id owner, Id parent) {
    storage::BucketRecord record;
    record.bucket.kind = kind;
    record.bucket.owner = owner;
    record.bucket.parent = parent;
    record.organization = id;
    record.open = static_cast<bool>(parent);
    return must(storage_.create_bucket(record));
}

void Company::put(RowKey key, std::string body, std::int64_t sort) {
    const RowChange change{.key = key, .sort = sort, .body = std::move(body)};
    (void)must(storage_.write_rows({&change, 1}));
}

void Company::make_people(const Value& root) {
    for (const Value& each : member(root, "people")) {
        const Person person = person_of(each);
        const Id role{first_role + person.id.value};
        put({directory_, RowKind::role, role},
            body::encode(
                body::Role{.name = person.name,
                           .permissions = {person.permissions.begin(), person.permissions.end()}}));
        put({directory_, RowKind::user, person.id},
            body::encode(body::User{.name = person.name,
                                    .roles = {role},
                                    .read_only = person.read_only,
                                    .active = person.active}));
        const BucketId own = make_bucket(BucketKind::user, person.id);
        if (person.reads_group) {
            put({own, RowKind::grant, group}, body::encode(body::Grant{}));
        }
    }
}

/// A form has the components that the bundle and the answers know of. One that is hidden asks for
/// a group that nobody is in.
void Company::make_forms(const Value& root, const Bundle& bundle) {
    const BucketId bucket = make_bucket(BucketKind::forms, id);
    auto answered = answered_in(root);
    auto replaced = replaced_in(root);
    for (const auto& [code, fields] : bundle.forms) {
        for (const std::string& field : fields) {
            answered[code].try_emplace(field);
        }
    }
    const Value& channel_forms = member(root, "channel_forms");
    for (const Value& codes : channel_forms) {
        for (const Value& code : codes) {
            (void)answered[code.get<std::string>()];
        }
    }
    Id next{first_form};
    for (const auto& [code, components] : answered) {
        Value definition{{"code", code}, {"title", {{"en", code}}}};
        for (const auto& [field, value] : components) {
            definition["components"].push_back(component_for(field, value));
        }
        if (member(member(member(root, "forms"), code.c_str()), "hidden") == Value(true)) {
            definition["access"] = {{"groups", {"nowhere"}}};
        }
        const Form form{next, Id{next.value + 1}, Id{next.value + 2}};
        next.value += 3;
        put({bucket, RowKind::form, form.form},
            body::encode(body::Form{.code = code, .version = 2, .current = form.current}));
        const auto add = [&](Id version, const Value& as) {
            put({bucket, RowKind::form_version, version},
                body::encode(body::FormVersion{.form = form.form, .definition = json::dump(as)}));
        };
        add(form.before, definition);
        add(form.current, replace(definition, replaced[code]));
        forms_[code] = form;
    }
}

void Company::make_group(const Value& root, const Bundle& bundle) {
    workflow::TaskGroup value = bundle.group;
    value.conflicts = workflow::scenario::policy_of(member(root, "policy"));
    put({own_, RowKind::group, group},
        body::encode(body::Group{
            .name = "Group", .kind = body::GroupKind::workflow, .code = bundle.group.code}));
    body::TaskGroup known{.definition = encode(value), .forms = {}, .workflows = {}};
    for (const auto& [code, fields] : bundle.forms) {
        known.forms[code] = forms_.at(code).form;
    }
    std::uint64_t row = first_workflow;
    for (const auto& [code, workflow] : bundle.workflows) {
        known.workflows[code] = Id{row};
        put({own_, RowKind::workflow, Id{row++}},
            body::encode(body::Workflow{.definition = encode(workflow)}));
    }
    put({own_, RowKind::task_group, group}, body::encode(known));
    for (const auto& [code, routine] : bundle.routines) {
        must(storage_.put_routine({.id = must(storage_.mint_id()),
                                   .organization = id,
                                   .code = code,
                                   .definition = encode(routine)}));
    }
}

void Company::make_task(Id task, Task value) {
    value.group = group;
    const BucketId rows = make_bucket(BucketKind::channel, task, group);
    (void)make_bucket(BucketKind::timeline, task, group);
    put({rows, RowKind::channel, task},
        body::encode(body::Channel{.name = value.name, .group = group}));
    for (const Id user : people_of(value)) {
        put({rows, RowKind::member, user}, body::encode(body::Member{}));
    }
    put({tasks_, RowKind::task, task}, encode(value), value.serial);
}

void Company::make_tasks(const Value& root) {
    const Value& written = member(root, "tasks");
    std::map<Id, Task> tasks;
    for (auto item = written.begin(); written.is_object() && item != written.end(); ++item) {
        tasks[parse_id(item.key()).value_or(Id{})] = must(parse_task(json::dump(*item)));
    }
    for (const auto& [child, task] : tasks) {  // scenarios say it once; rows hold both ways
        if (const auto parent = tasks.find(task.parent); parent != tasks.end()) {
            parent->second.children.push_back(child);
        }
    }
    for (const auto& [row, task] : tasks) {
        make_task(row, task);
    }
    // A task's, or another channel's, of which only answers are told.
    const auto timeline = [&](Id channel) {
        const auto found = must(storage_.find_bucket(BucketKind::timeline, channel));
        return found ? found->bucket.id : make_bucket(BucketKind::timeline, channel, group);
    };
    const Value& answers = member(root, "answers");
    for (auto item = answers.begin(); answers.is_object() && item != answers.end(); ++item) {
        put({timeline(id_in(answers, item.key().c_str())),
             RowKind::answer,
             parse_id(item.key()).value_or(Id{})},
            body::encode(body::Answer{}));
    }
    std::uint64_t row = first_history;
    for (const Value& each : member(root, "history")) {
        const History history = must(parse_history(json::dump(each)));
        put({timeline(history.task), RowKind::history, Id{row++}}, encode(history), history.at.ms);
    }
}

/// `bots`: by place ("group", "organization", or a channel's id) the bodies of its bots, with codes
/// of forms.
void Company::make_bots(const Value& root) {
    const Value& bots = member(root, "bots");
    for (auto item = bots.begin(); bots.is_object() && item != bots.end(); ++item) {
        Value none = Value::array();
        Value written{{"bots", *item}};
        for (Value& bot : written["bots"]) {
            for (Value& form : bot.contains("forms") ? bot["forms"] : none) {
                form = to_string(forms_.at(form.get<std::string>()).form);
            }
        }
        const bool is_channel = item.key() != "group" && item.key() != "organization";
        const Id owner = is_channel ? parse_id(item.key()).value_or(Id{})
                                    : Id{item.key() == "group" ? group : id};
        const BucketId bucket =
            is_channel ? must(storage_.find_bucket(BucketKind::channel, owner))->bucket.id
                       : (owner == group ? own_ : directory_);
        put({bucket, RowKind::bots, owner},
            body::encode(must(body::parse_bots(json::dump(written)))));
    }
}

}  // namespace holdfast::workflow::scenario
