#include "tests/scenarios/workflow/values.hpp"

namespace holdfast::workflow::scenario {

namespace {

json::Value object_of(const char* step) {
    json::Value out = json::Value::object();
    out["step"] = step;
    return out;
}

void put(json::Value& out, const char* name, Id id) {
    if (id) {
        out[name] = to_string(id);
    }
}
void put(json::Value& out, const char* name, std::string_view text) {
    if (!text.empty()) {
        out[name] = std::string(text);
    }
}

json::Value of(const step::MakeChannel& each) {
    json::Value out = object_of("make_channel");
    put(out, "channel", each.channel);
    put(out, "name", each.name);
    return out;
}
json::Value of(const step::AddMember& each) {
    json::Value out = object_of("add_member");
    put(out, "channel", each.channel);
    put(out, "user", each.user);
    return out;
}
json::Value of(const step::RemoveMember& each) {
    json::Value out = object_of("remove_member");
    put(out, "channel", each.channel);
    put(out, "user", each.user);
    return out;
}
json::Value of(const step::PostForm& each) {
    json::Value out = object_of("post_form");
    put(out, "channel", each.channel);
    put(out, "first", each.first);
    put(out, "answer", each.answer);
    out["parts"] = each.parts.size();
    return out;
}
json::Value of(const step::StoreAnswer& each) {
    json::Value out = object_of("store_answer");
    put(out, "answer", each.answer);
    put(out, "channel", each.channel);
    put(out, "task", each.task);
    put(out, "form", each.form);
    put(out, "keep", to_string(each.keep));
    return out;
}
json::Value of(const step::QueueRoutine& each) {
    json::Value out = object_of("queue_routine");
    put(out, "run", each.run);
    put(out, "routine", each.routine);
    put(out, "task", each.task);
    put(out, "answer", each.answer);
    put(out, "parent", each.parent);
    put(out, "target", each.target);
    return out;
}
json::Value of(const step::SetTimer& each) {
    json::Value out = object_of("set_timer");
    put(out, "task", each.task);
    put(out, "sla", each.sla);
    out["due"] = each.due.ms;
    return out;
}
json::Value of(const step::PutTask& each) {
    json::Value out = object_of("put_task");
    put(out, "id", each.id);
    out["task"] = parse_json(encode(each.task));
    return out;
}
json::Value of(const step::SetElements& each) {
    json::Value out = object_of("set_elements");
    put(out, "channel", each.channel);
    out["elements"] = json::Value::array();
    for (const Element& element : each.elements) {
        out["elements"].push_back(element.collection + "." + element.code);
    }
    return out;
}
json::Value of(const step::PostSystem& each) {
    json::Value out = object_of("post_system");
    put(out, "channel", each.channel);
    put(out, "message", each.message);
    put(out, "key", each.key);
    out["params"] = each.params;
    put(out, "text", each.text);
    return out;
}
json::Value of(const step::AddHistory& each) {
    json::Value out = object_of("add_history");
    put(out, "id", each.id);
    out["row"] = parse_json(encode(each.row));
    return out;
}

}  // namespace

json::Value value_of(const Effects& effects) {
    json::Value out = json::Value::array();
    for (const Step& step : effects.steps) {
        out.push_back(std::visit([](const auto& each) { return of(each); }, step));
    }
    return out;
}

json::Value value_of(const Error& error) {
    json::Value out = json::Value::object();
    out["code"] = std::string(error_name(error.code));
    if (!error.params.empty()) {
        out["params"] = parse_json(error.params);
    }
    return out;
}

json::Value value_of(const Offer& offer) {
    json::Value out = json::Value::object();
    put(out, "kind", rule_of(offer.kind).name);
    put(out, "label", offer.label);
    put(out, "target", offer.target);
    put(out, "form", offer.form);
    put(out, "workflow", offer.workflow);
    if (offer.runs_routine) {
        out["runs_routine"] = true;
    }
    if (offer.runs_later) {
        out["runs_later"] = true;
    }
    if (offer.refusal) {
        out["refused"] = value_of(*offer.refusal);
    }
    return out;
}

json::Value value_of(const Verdict& verdict) {
    constexpr std::array<std::string_view, 5> names{"", "applied", "adjusted", "rejected", "later"};
    json::Value out = json::Value::object();
    put(out, "status", names[static_cast<std::size_t>(verdict.status)]);
    put(out, "code", verdict.code == ErrorCode::none ? "" : error_name(verdict.code));
    put(out, "kept", to_string(verdict.keep));
    out["params"] = parse_json(verdict.params);
    return out;
}

json::Value value_of(const Projected& projected) {
    json::Value out = json::Value::object();
    out["task"] = parse_json(encode(projected.task));
    if (projected.waiting) {
        out["waiting"] = {{"intent", to_string(projected.waiting->intent)},
                          {"kind", std::string(rule_of(projected.waiting->kind).name)}};
    }
    if (projected.is_new) {
        out["new"] = true;
    }
    if (projected.by_routine) {
        out["by_routine"] = true;
    }
    if (projected.doubtful) {
        out["doubtful"] = value_of(*projected.doubtful);
    }
    return out;
}

json::Value value_of(const RunLog& log) {
    json::Value out = json::Value::object();
    out["journal"] = json::Value::array();
    for (const Entry& entry : log.journal) {
        out["journal"].push_back(entry.stage + "/" + std::to_string(entry.iteration) + " " +
                                 entry.outcome);
    }
    out["errors"] = log.errors;
    out["outside"] = log.outside;
    out["messages"] = log.messages;
    if (log.failed) {
        out["failed"] = true;
    }
    put(out, "code", log.code == ErrorCode::none ? "" : error_name(log.code));
    return out;
}

json::Value value_of(const Problem& problem) {
    json::Value out = json::Value::object();
    put(out, "at", problem.at);
    put(out, "code", error_name(problem.code));
    put(out, "name", problem.name);
    return out;
}

Id id_in(const json::Value& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string()
               ? parse_id(found->get<std::string>()).value_or(Id{})
               : Id{};
}

Submission submission_of(const json::Value& value, Id intent) {
    constexpr Names<Submission::Version, 4> versions{{
        {Submission::Version::current, "current"},
        {Submission::Version::accepted, "accepted"},
        {Submission::Version::upcast, "upcast"},
        {Submission::Version::outdated, "outdated"},
    }};
    std::string wrong;
    Submission out{.answer = intent, .form_version = 1, .data = "{}", .parts = {"{}"}};
    std::int64_t parts = 1;
    Place place(value, {}, wrong);
    place.read("answer", out.answer)
        .read("form", out.form)
        .read("title", out.title)
        .read("version", out.version, versions)
        .read_json("fields", out.data)
        .read("parts", parts);
    out.parts.assign(static_cast<std::size_t>(parts), "{}");
    return out;
}

ConflictPolicy policy_of(const json::Value& value) {
    ConflictPolicy out;
    std::string wrong;
    Place place(value, {}, wrong);
    place.read("accept_before_reassignment", out.accept_before_reassignment)
        .read("quarantine_forbidden", out.quarantine_forbidden);
    return out;
}

Person person_of(const json::Value& value) {
    std::string wrong;
    std::vector<std::string> permissions;
    Person out;
    Place place(value, {}, wrong);
    place.read("id", out.id)
        .read("name", out.name)
        .read("permissions", permissions)
        .read("active", out.active)
        .read("read_only", out.read_only)
        .read("reads_group", out.reads_group);
    out.permissions.insert(permissions.begin(), permissions.end());
    return out;
}

std::string difference(const json::Value& wanted, const json::Value& actual) {
    if (wanted.is_object() && actual.is_object()) {
        for (auto item = wanted.begin(); item != wanted.end(); ++item) {
            const auto found = actual.find(item.key());
            const json::Value& value = found == actual.end() ? json::Value() : *found;
            const std::string inner = difference(*item, value);
            if (!inner.empty()) {
                return "/" + item.key() + inner;
            }
        }
        return {};
    }
    if (wanted.is_array() && actual.is_array() && wanted.size() == actual.size()) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const std::string inner = difference(wanted[i], actual[i]);
            if (!inner.empty()) {
                return "/" + std::to_string(i) + inner;
            }
        }
        return {};
    }
    return wanted == actual ? std::string{}
                            : ": wanted " + json::dump(wanted) + ", got " + json::dump(actual);
}

}  // namespace holdfast::workflow::scenario
