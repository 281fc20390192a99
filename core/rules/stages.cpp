#include "core/rules/stages.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/assert.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/model/limits.hpp"
#include "core/model/rules.hpp"
#include "core/model/text.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/element_stages.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/stage_inputs.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/task_rows.hpp"
#include "core/rules/task_submission.hpp"
#include "core/rules/told_failure.hpp"
#include "core/workflow/effects.hpp"

namespace holdfast {

using rules::StageInputs;
using rules::TaskRows;
using workflow::StageKind;

namespace {

/// What set the run off, as RunContext wrote it.
struct Trigger {
    Id group{};
    Id task{};
    Id channel{};
    Id answer{};
    Id parent{};
    Id message{};  ///< a command
    std::string workflow{};
    bool begins_task = false;  ///< of a start form
};

[[nodiscard]] Result<Trigger> trigger_of(std::string_view context) {
    const json::Value root = json::parse(context);
    const auto meta = root.find("meta");
    if (meta == root.end()) {
        return fail(ErrorCode::storage_corrupt, "the context of a run");
    }
    Trigger trigger;
    std::string name;
    json::Reader reader = json::Reader::of(*meta);
    reader.read("group", trigger.group)
        .read("task", trigger.task)
        .read("channel", trigger.channel)
        .read("answer", trigger.answer)
        .read("parent", trigger.parent)
        .read("workflow", trigger.workflow)
        .read("trigger", name);
    HF_CHECK(reader.done());
    if (const auto message = root.find("message"); message != root.end()) {
        HF_CHECK(json::Reader::of(*message).read("id", trigger.message).done());
    }
    trigger.begins_task = name == "start_form";
    return trigger;
}

/// One stage at work.
class Work {
public:
    Work(World& world, const Occasion& occasion, const StageCall& call, Trigger trigger)
        : world_(world),
          occasion_(occasion),
          call_(call),
          trigger_(std::move(trigger)),
          inputs_(*call.inputs) {}

    [[nodiscard]] Result<StageDone> create_task();
    [[nodiscard]] Result<StageDone> change_state();
    [[nodiscard]] Result<StageDone> update_task();
    [[nodiscard]] Result<StageDone> change_people(bool add);
    [[nodiscard]] Result<StageDone> post_message();
    [[nodiscard]] Result<StageDone> create_channel();
    [[nodiscard]] Result<StageDone> create_element() {
        return rules::create_element(world_, inputs_, call_.span);
    }
    [[nodiscard]] Result<StageDone> update_element() {
        return rules::update_element(world_, inputs_);
    }
    [[nodiscard]] Result<StageDone> send_form();

private:
    /// A task that the stage is about, with what the rules know of it.
    struct Known {
        Id id{};
        TaskFacts facts;
        workflow::Task task;
        const workflow::Workflow* workflow = nullptr;

        [[nodiscard]] workflow::Subject subject(Id user) const {
            return {
                .id = id, .task = &task, .workflow = workflow, .group = task.group, .user = user};
        }
    };

    [[nodiscard]] Result<Known> known_task();
    [[nodiscard]] Result<Id> group();
    [[nodiscard]] Result<workflow::Cause> cause() const;
    [[nodiscard]] Result<StageDone> written(const workflow::Effects& effects,
                                            const TaskFacts& facts,
                                            json::Writer result);
    [[nodiscard]] Result<StageDone> patched(const Known& known, const workflow::TaskPatch& patch);

    World& world_;
    const Occasion& occasion_;
    const StageCall& call_;
    Trigger trigger_;
    StageInputs inputs_;
};

Result<workflow::Cause> Work::cause() const {
    HF_TRY(const auto user, facts::active_user(world_, occasion_.user));
    return workflow::Cause{.intent = call_.span,
                           .user = occasion_.user,
                           .name = facts::full_name(user.value),
                           .now = occasion_.now,
                           .by_routine = true};
}

/// The group that the input names by its code, or the trigger's.
Result<Id> Work::group() {
    const auto code = inputs_.text("group");
    HF_CHECK(inputs_.done());
    if (!code) {
        return trigger_.group;
    }
    HF_TRY(const auto found, world_.group_of_code(*code));
    if (!found) {
        return fail(ErrorCode::intent_gone, "group " + *code);
    }
    return *found;
}

Result<Work::Known> Work::known_task() {
    const Id id = inputs_.id("task").value_or(trigger_.task);
    HF_CHECK(inputs_.done());
    HF_TRY(const auto place, world_.bucket(BucketKind::channel, id));  // it has the task's id
    if (!place) {
        return fail(ErrorCode::intent_gone, "task " + to_string(id));
    }
    HF_TRY(TaskFacts facts, TaskFacts::of(world_, occasion_, place->parent));
    HF_TRY(auto task, facts.task(id));
    if (!task) {
        return fail(ErrorCode::intent_gone, "task " + to_string(id));
    }
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(task->workflow));
    if (workflow == nullptr) {
        return fail(ErrorCode::workflow_unknown_workflow, task->workflow);
    }
    return Known{id, std::move(facts), *std::move(task), workflow};
}

Result<StageDone> Work::written(const workflow::Effects& effects,
                                const TaskFacts& facts,
                                json::Writer result) {
    StageDone done{.result = result.text()};
    HF_TRY(done.effects,
           TaskRows(world_, occasion_, facts.tasks(), TaskRows::By::routine).write(effects));
    return done;
}

Result<StageDone> Work::create_task() {
    const auto code = inputs_.text("workflow");
    const auto name = inputs_.text("name");
    const auto parent = inputs_.id("parent");
    workflow::TaskPatch patch = inputs_.patch();
    patch.name.reset();  // of the task to be made, not a change
    const std::string asset = inputs_.text("asset").value_or("");
    const std::string owner = inputs_.text("owner").value_or("");
    HF_TRY(const Id group, this->group());
    HF_TRY(const TaskFacts facts, TaskFacts::of(world_, occasion_, group));
    const std::string& wanted_code = code ? *code : trigger_.workflow;
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(wanted_code));
    if (workflow == nullptr) {
        return fail(ErrorCode::workflow_unknown_workflow, wanted_code);
    }
    HF_TRY(const auto first, facts.task(trigger_.task));
    const bool is_first = trigger_.begins_task && group == trigger_.group && !first;
    HF_TRY(workflow::Cause cause, this->cause());
    HF_TRY(const std::int64_t serial, rules::next_serial(world_, facts.tasks()));
    workflow::NewTask wanted{.id = is_first ? trigger_.task : call_.span,
                             .group = group,
                             .channel = is_first ? trigger_.channel : call_.span,
                             .serial = serial,
                             .name = name.value_or(""),
                             .patch = std::move(patch),
                             .asset = asset,
                             .owner = owner};
    if (is_first && trigger_.answer) {
        wanted.answers = {trigger_.answer};
    }
    wanted.parent_id = parent.value_or(is_first ? trigger_.parent : Id{});
    HF_TRY(const auto parent_task, facts.task(wanted.parent_id));
    if (wanted.parent_id && !parent_task) {
        return fail(ErrorCode::intent_gone, "task " + to_string(wanted.parent_id));
    }
    wanted.parent = parent_task ? &*parent_task : nullptr;
    HF_TRY(workflow::Effects effects, workflow::apply_create_task(wanted, *workflow, cause));
    if (!is_first) {
        effects.steps.insert(effects.steps.begin(),
                             workflow::step::MakeChannel{wanted.channel, group, wanted.name});
    }
    return written(
        effects, facts, json::Writer{}.write("task", wanted.id).write("serial", wanted.serial));
}

Result<StageDone> Work::change_state() {
    const auto state = inputs_.text("state");
    const bool quiet = inputs_.flag("quiet");
    HF_TRY(const Known known, known_task());
    HF_TRY(const workflow::Cause cause, this->cause());
    const workflow::Subject subject = known.subject(occasion_.user);
    HF_TRY(workflow::Effects effects,
           workflow::apply_change_state(subject, state.value_or(""), cause, known.facts));
    if (quiet) {
        std::erase_if(effects.steps, [](const workflow::Step& step) {
            return std::holds_alternative<workflow::step::PostSystem>(step);
        });
    }
    return written(effects,
                   known.facts,
                   json::Writer{}.write("task", known.id).write("state", state.value_or("")));
}

Result<StageDone> Work::patched(const Known& known, const workflow::TaskPatch& patch) {
    HF_TRY(const workflow::Cause cause, this->cause());
    const workflow::Subject subject = known.subject(occasion_.user);
    HF_TRY(const workflow::Effects effects, workflow::apply_task_update(subject, patch, cause));
    return written(effects, known.facts, json::Writer{}.write("task", known.id));
}

Result<StageDone> Work::update_task() {
    const workflow::TaskPatch patch = inputs_.patch();
    HF_TRY(const Known known, known_task());
    return patched(known, patch);
}

/// Who gets a role loses the one before; who is taken out loses any, or the one that is named.
Result<StageDone> Work::change_people(bool add) {
    const auto users = inputs_.ids("users");
    const auto role = inputs_.text("role");
    HF_TRY(const Known known, known_task());
    const workflow::Task& task = known.task;
    workflow::TaskPatch patch{
        .editors = task.editors, .followers = task.followers, .visibility = task.visibility};
    const std::array<std::pair<std::string_view, std::vector<Id>*>, 3> lists{{
        {"editor", &*patch.editors},
        {"follower", &*patch.followers},
        {"visibility", &*patch.visibility},
    }};
    const std::string wanted = role.value_or(add ? "editor" : "");
    const bool named = wanted == "assignee" || wanted.empty() ||
                       std::ranges::any_of(lists, [&](auto& one) { return one.first == wanted; });
    if (!named) {
        return fail(ErrorCode::routine_invalid_input, "role", R"({"input":"role"})");
    }
    for (const Id user : users.value_or(std::vector<Id>{})) {
        const bool is_assignee = patch.assignee.value_or(task.assignee) == user;
        for (const auto& [name, people] : lists) {
            if (add || wanted.empty() || wanted == name) {
                std::erase(*people, user);
            }
            if (add && wanted == name) {
                people->push_back(user);
            }
        }
        if (add && wanted == "assignee") {
            patch.assignee = user;
        } else if (is_assignee && (add || wanted.empty() || wanted == "assignee")) {
            patch.assignee = Id{};
        }
    }
    return patched(known, patch);
}

/// In somebody's name where the stage says whose; else the platform says it.
Result<StageDone> Work::post_message() {
    const auto text = inputs_.text("text");
    const auto author = inputs_.id("author");
    const Id channel = inputs_.id("channel").value_or(trigger_.channel);
    HF_CHECK(inputs_.done());
    HF_TRY(std::string said, take_text(text.value_or(""), limits::message_bytes_max));
    HF_TRY(const BucketId timeline, facts::bucket_of(world_, BucketKind::timeline, channel));
    HF_TRY(const auto by, facts::active_user(world_, author.value_or(occasion_.user)));
    body::Message message{.author = by.key.id, .text = std::move(said)};
    if (!author) {
        message.system = "routine_said";
    }
    StageDone done{.result = json::Writer{}.write("message", call_.span).text()};
    done.effects.rows.push_back({.key = {timeline, RowKind::message, call_.span},
                                 .sort = occasion_.now.ms,
                                 .body = body::encode(message)});
    return done;
}

Result<StageDone> Work::create_channel() {
    args::ChannelCreate wanted{.name = inputs_.text("name").value_or(""),
                               .is_private = inputs_.flag("private"),
                               .members = inputs_.ids("members").value_or(std::vector<Id>{})};
    HF_TRY(wanted.group, group());
    StageDone done{.result = json::Writer{}.write("channel", call_.span).text()};
    HF_TRY(done.effects, rules::make_channel(world_, occasion_, call_.span, wanted));
    return done;
}

/// A request to fill a form in, said by the platform where it is to be filled in.
Result<StageDone> Work::send_form() {
    const std::string code = inputs_.text("form").value_or("");
    const auto task = inputs_.id("task");
    const Id channel = inputs_.id("channel").value_or(task.value_or(trigger_.channel));
    const auto recipient = inputs_.id("recipient");
    HF_CHECK(inputs_.done());
    HF_TRY(const auto forms, world_.bucket(BucketKind::forms, occasion_.organization));
    HF_TRY(
        const auto form,
        forms ? world_.row_of_code(forms->id, RowKind::form, code) : Result<std::optional<Id>>());
    if (!form) {
        return fail(ErrorCode::intent_gone, "form " + code);
    }
    HF_TRY(const Id version, current_version(world_, occasion_.organization, *form));
    HF_TRY(const auto known, find_form(world_, occasion_.organization, version));
    HF_TRY(const std::string language, language_of(world_, occasion_.organization));
    const std::string title = text_in(known->filled->definition().form.title, language);
    std::map<std::string, std::string> params{{"form", to_string(*form)}, {"title", title}};
    if (recipient) {
        HF_TRY(const auto to, facts::active_user(world_, *recipient));
        params["to"] = facts::full_name(to.value);
    }
    HF_TRY(const BucketId timeline, facts::bucket_of(world_, BucketKind::timeline, channel));
    StageDone done{.result = json::Writer{}.write("message", call_.span).text()};
    done.effects.rows.push_back(
        rules::write(occasion_,
                     {.timeline = timeline,
                      .id = call_.span,
                      .key = recipient ? "form_requested_of" : "form_requested",
                      .params = params,
                      .text = (recipient ? params.at("to") + ", please" : std::string("Please")) +
                              " fill in: " + title}));
    return done;
}

}  // namespace

bool writes_rows(StageKind kind) {
    switch (kind) {
        case StageKind::create_task:
        case StageKind::change_state:
        case StageKind::update_task:
        case StageKind::add_people:
        case StageKind::remove_people:
        case StageKind::post_message:
        case StageKind::create_channel:
        case StageKind::create_element:
        case StageKind::update_element:
        case StageKind::send_form:
            return true;
        default:
            return false;
    }
}

Result<StageDone> carry_out_stage(World& world, const Occasion& occasion, const StageCall& call) {
    HF_ASSERT(call.stage != nullptr && call.inputs != nullptr && call.span);
    HF_TRY(Trigger trigger, trigger_of(call.context));
    Work work(world, occasion, call, std::move(trigger));
    switch (call.stage->kind) {
        case StageKind::create_task:
            return work.create_task();
        case StageKind::change_state:
            return work.change_state();
        case StageKind::update_task:
            return work.update_task();
        case StageKind::add_people:
            return work.change_people(true);
        case StageKind::remove_people:
            return work.change_people(false);
        case StageKind::post_message:
            return work.post_message();
        case StageKind::create_channel:
            return work.create_channel();
        case StageKind::create_element:
            return work.create_element();
        case StageKind::update_element:
            return work.update_element();
        case StageKind::send_form:
            return work.send_form();
        default:
            return fail(ErrorCode::routine_stage_unsupported, call.stage->key);
    }
}

namespace {

/// What set the run off: the answer or the command, which have the action's id; of a button, the
/// run, whose id is of the action's span.
Id cause_of(const Trigger& trigger, Id run) {
    const Id said = trigger.answer ? trigger.answer : trigger.message;
    return said ? said : run;
}

}  // namespace

Result<Effects> tell_failure(World& world,
                             const Occasion& occasion,
                             Id id,
                             const FailedRun& failed) {
    HF_TRY(const Trigger trigger, trigger_of(failed.context));
    HF_TRY(const auto timeline, world.bucket(BucketKind::timeline, trigger.channel));
    if (!timeline) {
        return Effects{};
    }
    HF_TRY(const auto task, find_task(world, trigger.group, trigger.task));
    const bool made_none = trigger.begins_task && !task;
    const ErrorEntry* entry = find_error(failed.code);
    const std::string why = entry == nullptr ? "" : " " + std::string(entry->sentence);
    std::map<std::string, std::string> params{{"routine", failed.routine},
                                              {"code", std::string(error_name(failed.code))},
                                              {"of", to_string(cause_of(trigger, failed.run))}};
    if (!failed.detail.empty()) {
        params.emplace("detail", failed.detail);
    }
    Effects effects;
    effects.rows.push_back(
        rules::write(occasion,
                     {.timeline = timeline->id,
                      .id = id,
                      .key = made_none ? routine_made_no_task : routine_failed,
                      .params = std::move(params),
                      .text = "The routine " + failed.routine + " has failed." + why}));
    return effects;
}

}  // namespace holdfast
