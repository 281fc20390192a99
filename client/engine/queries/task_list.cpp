// The tasks of a group by a view: its groups, and of each the part that is on the screen.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "client/engine/queries/task_cards.hpp"
#include "client/engine/view/task_lists.hpp"
#include "core/rules/task_views.hpp"
#include "core/workflow/offers.hpp"

namespace holdfast::client::snapshots {
namespace {

using workflow::TaskIndex;

/// As the group's authors want it, and the newest changes first.
workflow::View view_of(const Query& query, const workflow::TaskGroup& group) {
    workflow::View by = query.view.value_or(workflow::View{.layout = group.view});
    if (by.orders.empty()) {
        by.orders.push_back({.by = {workflow::Field::state_at}, .descending = true});
    }
    return by;
}

Json layouts_json(const workflow::TaskGroup& group) {
    Json layouts = Json::array();
    using enum workflow::Layout;
    for (const workflow::Layout layout : {list, board, table, calendar}) {
        const bool offered =
            group.views.empty() || std::ranges::find(group.views, layout) != group.views.end();
        if (offered) {
            layouts.push_back(workflow::to_string(layout));
        }
    }
    return layouts;
}

Result<Json> start_json(const View& view,
                        const TaskFacts& facts,
                        Id group,
                        const workflow::Workflow& workflow) {
    const workflow::Subject subject{.workflow = &workflow, .group = group, .user = view.user()};
    HF_TRY(const auto offer, workflow::start_offer(subject, facts));
    if (!offer) {
        return Json(nullptr);
    }
    HF_TRY(Json title, task_cards::form_title(view, facts, offer->form));
    return Json{{"form", task_cards::form(facts, offer->form)},
                {"label", offer->label},
                {"title", std::move(title)},
                {"runs_routine", offer->runs_routine},
                {"refusal", task_cards::refusal(view, IntentKind::task_create, offer->refusal)}};
}

Json statuses_json(const workflow::Workflow& workflow) {
    Json statuses = Json::array();
    for (std::size_t i = 0; i < workflow.statuses.size(); ++i) {
        if (workflow.statuses[i].active) {
            statuses.push_back(
                {{"field", "status" + std::to_string(i + 1)}, {"name", workflow.statuses[i].name}});
        }
    }
    return statuses;
}

Result<Json> workflows_json(const View& view, const TaskFacts& facts, Id group) {
    Json list = Json::array();
    for (const auto& [code, row] : facts.workflows()) {
        HF_TRY(const workflow::Workflow* workflow, facts.workflow(code));
        if (workflow == nullptr) {
            continue;
        }
        Json states = Json::array();
        for (const workflow::State& state : workflow->states) {
            states.push_back(task_cards::state(state));
        }
        HF_TRY(Json start, start_json(view, facts, group, *workflow));
        list.push_back({{"code", workflow->code},
                        {"name", workflow->name},
                        {"start", std::move(start)},
                        {"statuses", statuses_json(*workflow)},
                        {"states", std::move(states)}});
    }
    return list;
}

/// What a group's value is called.
Result<Json> value_json(const View& view,
                        const TaskFacts& facts,
                        std::string_view workflow,
                        const workflow::Criterion& by,
                        const std::string& value) {
    Json json{{"field", workflow::to_string(by.field)},
              {"value", value},
              {"label", value},
              {"color", ""}};
    if (by.field == workflow::Field::state) {
        HF_TRY(const workflow::Workflow* found, facts.workflow(workflow));
        const workflow::State* state =
            found == nullptr ? nullptr : workflow::find_state(*found, value);
        if (state != nullptr) {
            json["label"] = state->name;
            json["color"] = state->color;
        }
    }
    const bool is_person =
        by.field == workflow::Field::assignee || by.field == workflow::Field::created_by;
    if (const auto id = is_person ? parse_id(value) : std::nullopt) {
        HF_TRY(json["label"], cards::name_of(view, *id));
    }
    return json;
}

/// Makes the groups of a snapshot, until enough cards are in it.
class GroupWriter {
public:
    GroupWriter(View& view, const TaskFacts& facts, const Query& query, const TaskIndex& index)
        : view_(view), facts_(facts), query_(query), index_(index) {
        for (const auto& [key, window] : query.windows) {
            left_unnamed_ -= std::min(window.count, left_unnamed_);
        }
    }

    Result<> write(const TaskIndex::Group& group) {
        if (groups_.size() >= limits::task_groups_shown_max) {
            more_ += 1;
            return {};
        }
        HF_TRY(Json json, head(group.key, group.workflow, group.values));
        json["count"] = group.size();
        const auto named = query_.windows.find(group.key);
        const bool is_named = named != query_.windows.end();
        const Query::Window window =
            is_named ? named->second : Query::Window{.from = 0, .count = query_.rows};
        std::size_t& left = is_named ? left_ : left_unnamed_;
        json["from"] = window.from;
        for (const Id id : group.window(window.from, std::min(window.count, left))) {
            HF_TRY(Json card, this->card(id));
            json["tasks"].push_back(std::move(card));
            left -= 1;
        }
        groups_.push_back(std::move(json));
        return {};
    }

    /// A state in which no task is: a board has its column.
    Result<> write_empty(const workflow::Workflow& workflow, const workflow::State& state) {
        const std::vector<std::string> values{state.code};
        HF_TRY(Json json, head(TaskIndex::key_of(workflow.code, values), workflow.code, values));
        groups_.push_back(std::move(json));
        return {};
    }

    [[nodiscard]] Json take() { return std::move(groups_); }
    [[nodiscard]] std::size_t more() const { return more_; }

private:
    Result<Json> head(const std::string& key,
                      const std::string& workflow,
                      const std::vector<std::string>& values) {
        Json json{{"key", key},
                  {"workflow", workflow},
                  {"count", 0},
                  {"from", 0},
                  {"tasks", Json::array()},
                  {"values", Json::array()}};
        for (std::size_t i = 0; i < values.size(); ++i) {
            HF_TRY(Json value,
                   value_json(view_, facts_, workflow, index_.view().groups[i], values[i]));
            json["values"].push_back(std::move(value));
        }
        return json;
    }

    Result<Json> card(Id id) {
        HF_TRY(const auto task, facts_.task(id));
        if (!task) {
            return fail(ErrorCode::storage_corrupt, "a listed task is not there");
        }
        HF_TRY(Json json, task_cards::card(view_, id, *task));
        HF_TRY(const workflow::Workflow* workflow, facts_.workflow(task->workflow));
        const workflow::State* state =
            workflow == nullptr ? nullptr : workflow::find_state(*workflow, task->state);
        json["state_name"] = state == nullptr ? task->state : state->name;
        json["color"] = state == nullptr ? std::string{} : state->color;
        return json;
    }

    View& view_;
    const TaskFacts& facts_;
    const Query& query_;
    const TaskIndex& index_;
    Json groups_ = Json::array();
    std::size_t left_ = limits::task_cards_max;
    std::size_t left_unnamed_ = limits::task_cards_max;  ///< what the windows asked for goes first
    std::size_t more_ = 0;
};

/// By state alone: every state has its group, in the order of the workflows; behind them are tasks
/// in states that their workflow does not have any more.
Result<> write_by_state(const TaskFacts& facts,
                        std::vector<const TaskIndex::Group*> groups,
                        GroupWriter& writer) {
    for (const auto& [code, row] : facts.workflows()) {
        HF_TRY(const workflow::Workflow* workflow, facts.workflow(code));
        if (workflow == nullptr) {
            continue;
        }
        for (const workflow::State& state : workflow->states) {
            const std::string key = TaskIndex::key_of(code, {state.code});
            const auto found = std::ranges::find(groups, key, &TaskIndex::Group::key);
            if (found == groups.end()) {
                HF_CHECK(writer.write_empty(*workflow, state));
            } else {
                HF_CHECK(writer.write(**found));
                groups.erase(found);
            }
        }
    }
    for (const TaskIndex::Group* group : groups) {
        HF_CHECK(writer.write(*group));
    }
    return {};
}

Result<> write_groups(const TaskFacts& facts,
                      const Query& query,
                      TaskIndex& index,
                      GroupWriter& writer) {
    auto groups = index.groups();
    const workflow::View& by = index.view();
    const bool by_day = by.layout == workflow::Layout::calendar;
    if (!by_day && by.groups == std::vector<workflow::Criterion>{{workflow::Field::state}}) {
        return write_by_state(facts, std::move(groups), writer);
    }
    for (const TaskIndex::Group* group : groups) {
        if (!by_day || group->values.front().starts_with(query.month)) {
            HF_CHECK(writer.write(*group));
        }
    }
    return {};
}

/// Views that were saved, with what the person may do to each.
Result<Json> saved_json(const View& view, Id group) {
    Json list = Json::array();
    HF_TRY(const auto saved, view.saved_views(group));
    const bool may_share = rules::may_share_views(view, view.user()).has_value();
    for (const View::NamedTaskView& one : saved) {
        const auto definition = workflow::parse_view(one.view.definition);
        if (!definition) {
            continue;  // of a newer app
        }
        const bool is_own = !one.is_shared || one.view.author == view.user();
        list.push_back({{"id", to_string(one.id)},
                        {"name", definition->name},
                        {"shared", one.is_shared},
                        {"changeable", !one.is_shared || may_share},
                        {"deletable", is_own || may_share},
                        {"view", Json::parse(workflow::encode(*definition))}});
    }
    return list;
}

/// Why the person may not share a view; null: it is allowed.
Json share_refusal(const View& view) {
    const auto shares = rules::may_share_views(view, view.user());
    return task_cards::refusal(
        view, IntentKind::view_save, shares ? std::nullopt : std::optional(shares.error()));
}

bool is_complete(const View& view, Id group) {
    return std::ranges::any_of(view.buckets(BucketKind::tasks), [&](const auto* cursor) {
        return cursor->head.owner == group && cursor->exact();
    });
}

}  // namespace

Result<Json> tasks(View& view, const Query& query) {
    Json snapshot{{"workflows", Json::array()},
                  {"view", Json::object()},
                  {"layouts", Json::array()},
                  {"count", 0},
                  {"groups", Json::array()},
                  {"more_groups", 0},
                  {"complete", false},
                  {"saved", Json::array()},
                  {"share_refusal", nullptr}};
    const Id group = query.target;
    const auto facts = task_cards::facts_for(view, group);
    if (!facts) {
        return task_cards::is_absent(facts.error()) ? Result<Json>(snapshot)
                                                    : std::unexpected(facts.error());
    }
    (void)view.outbox();  // how far what waits has got is shown
    const workflow::View by = view_of(query, facts->task_group());
    HF_TRY(TaskIndex * index, view.sources().task_lists.arranged(view, group, by));
    GroupWriter writer(view, *facts, query, *index);
    HF_CHECK(write_groups(*facts, query, *index, writer));
    HF_TRY(snapshot["workflows"], workflows_json(view, *facts, group));
    snapshot["view"] = Json::parse(workflow::encode(by));
    snapshot["layouts"] = layouts_json(facts->task_group());
    snapshot["count"] = index->size();
    snapshot["groups"] = writer.take();
    snapshot["more_groups"] = writer.more();
    snapshot["complete"] = is_complete(view, group);
    HF_TRY(snapshot["saved"], saved_json(view, group));
    snapshot["share_refusal"] = share_refusal(view);
    return snapshot;
}

}  // namespace holdfast::client::snapshots
