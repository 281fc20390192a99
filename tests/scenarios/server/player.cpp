#include "tests/scenarios/server/player.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "core/model/args.hpp"
#include "core/model/body.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/timers.hpp"
#include "core/workflow/offers.hpp"
#include "core/workflow/reading.hpp"
#include "server/evaluate/jq.hpp"
#include "server/evaluate/process.hpp"
#include "server/services/executor.hpp"
#include "server/services/server_world.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/services/testing/faulty_storage.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"
#include "tests/scenarios/server/company.hpp"
#include "tests/scenarios/workflow/runner.hpp"
#include "tests/scenarios/workflow/values.hpp"

namespace holdfast::workflow::scenario {

namespace {

using json::Value;

/// Members of an expectation that tables do not say: steps, and where an answer is kept.
constexpr std::array not_seen{"effects", "kept"};

class Server {
public:
    Server(const Value& root, const Bundle& bundle)
        : root_(root), company_(storage_, root, bundle) {
        restart();
    }

    /// What the step gives; nothing where it is a device's, or about definitions alone.
    std::optional<Value> play(const Value& step) {
        if (step.contains("now")) {
            environment_.set_clock(Millis{number(step, "now") - environment_.wall().ms});
        }
        const std::string verb = text(step, "do");
        if (verb == "act") {
            return act(step);
        }
        if (verb == "say") {
            return judged(message_of(step), id_in(step, "user"));
        }
        if (verb == "run") {
            return run(number(step, "kills"));
        }
        if (verb == "task") {
            const auto row = row_of({company_.tasks(), RowKind::task, id_in(step, "task")});
            return row ? parse_json(row->body) : Value::object();
        }
        // What waits on a device is no matter of the server's.
        const bool is_servers = !root_.contains("offline") && !root_.contains("waiting");
        if (is_servers && (verb == "offers" || verb == "start_offer")) {
            return offers(step);
        }
        return std::nullopt;
    }

private:
    void restart() { executor_ = std::make_unique<services::Executor>(storage_, environment_); }

    std::optional<Row> row_of(RowKey key) { return must(storage_.find_row(key)); }

    // ------------------------------------------------------------------ what people do

    /// An action as a device sends it: upon what the person saw, which is the task as it stands
    /// unless the step says otherwise.
    Action action_of(const Value& step) {
        Value full = member(step, "action");
        const auto row = row_of({company_.tasks(), RowKind::task, id_in(full, "task")});
        if (row) {
            const Task task = must(parse_task(row->body));
            full.emplace("base_state", task.state);
            full.emplace("base_version", task.state_version);
        }
        return must(parse_action(json::dump(full)));
    }

    /// Kind and arguments of what changes no state.
    static void add_commuting(Intent& intent,
                              const Action& action,
                              const std::pair<Id, std::string>& filled) {
        if (action.kind == ActionKind::plain_form) {
            intent.kind = IntentKind::answer_submit;
            intent.args = args::encode(args::AnswerSubmit{.channel = action.task,
                                                          .form = filled.first,
                                                          .answers = filled.second,
                                                          .base_state = action.base_state,
                                                          .base_version = action.base_version});
        } else {
            intent.kind = IntentKind::task_attach_answer;
            intent.args = args::encode(args::TaskAttachAnswer{.group = Company::group,
                                                              .task = action.task,
                                                              .answer = action.answer,
                                                              .base_state = action.base_state,
                                                              .base_version = action.base_version});
        }
    }

    Intent intent_of(const Value& step) {
        const Action action = action_of(step);
        const Value& submission = member(step, "submission");
        const bool has_form = rule_of(action.kind).has_form;
        const Value& fields = member(submission, "fields");
        const std::string answers = fields.is_object() ? json::dump(fields) : "{}";
        Id form{};
        if (has_form) {
            const Company::Form& known = company_.form(action.form);
            form = text(submission, "version").empty() ? known.current : known.before;
        }
        Intent intent{.id = id_in(step, "intent"), .lane = action.task};
        if (step.contains("done_at")) {
            intent.elapsed_ms = number(step, "now") - number(step, "done_at");
        }
        switch (action.kind) {
            case ActionKind::start_form:
                intent.lane = intent.id;
                intent.kind = IntentKind::task_create;
                intent.args = args::encode(args::TaskCreate{.group = Company::group,
                                                            .workflow = action.workflow,
                                                            .form = form,
                                                            .answers = answers,
                                                            .offline = action.offline});
                break;
            case ActionKind::subtask_form:
                intent.lane = intent.id;
                intent.kind = IntentKind::task_create;
                intent.args = args::encode(args::TaskCreate{.group = Company::group,
                                                            .workflow = action.workflow,
                                                            .parent = action.task,
                                                            .base_state = action.base_state,
                                                            .base_version = action.base_version,
                                                            .form = form,
                                                            .answers = answers,
                                                            .offline = action.offline});
                break;
            case ActionKind::task_update:
                intent.kind = IntentKind::task_edit;
                intent.args = args::encode(args::TaskEdit{.group = Company::group,
                                                          .task = action.task,
                                                          .patch = workflow::encode(action.patch)});
                break;
            case ActionKind::plain_form:
            case ActionKind::late_evidence:
                add_commuting(intent, action, {form, answers});
                break;
            default:
                intent.kind = IntentKind::task_change_state;
                intent.args =
                    args::encode(args::TaskChangeState{.group = Company::group,
                                                       .task = action.task,
                                                       .target = action.target,
                                                       .base_state = action.base_state,
                                                       .base_version = action.base_version,
                                                       .form = form,
                                                       .answers = has_form ? answers : "{}",
                                                       .offline = action.offline});
        }
        return intent;
    }

    /// What a task says of itself and who takes part in it are two intents: what is told is the
    /// first that was not simply done.
    Value act(const Value& step) {
        const Id user = id_in(step, "user");
        const Value& patch = member(member(step, "action"), "patch");
        if (!patch.is_object() || !patch.contains("assignee")) {
            return judged(intent_of(step), user);
        }
        Value rest = step;
        rest["action"]["patch"].erase("assignee");
        const Value edited = judged(intent_of(rest), user);
        Intent given = intent_of(step);
        given.id = Id{given.id.value + beside};
        given.kind = IntentKind::task_set_role;
        given.args = args::encode(args::TaskSetRole{.group = Company::group,
                                                    .task = given.lane,
                                                    .user = id_in(patch, "assignee"),
                                                    .role = "assignee"});
        const Value handed = judged(std::move(given), user);
        return text(edited, "status") == "applied" ? handed : edited;
    }

    static Intent message_of(const Value& step) {
        const Id channel = id_in(step, "channel");
        return {.id = id_in(step, "intent"),
                .lane = channel,
                .kind = IntentKind::message_post,
                .args = args::encode(
                    args::MessagePost{.channel = channel, .text = text(step, "text")})};
    }

    Value judged(Intent intent, Id user) {
        constexpr std::array names{"", "applied", "adjusted", "rejected", "later"};
        const DeviceNumber device = intent.id.device();
        HF_ASSERT(executor_->enqueue({.user = user,
                                      .organization = Company::id,
                                      .device = device,
                                      .intent = std::move(intent)}));
        const Outcome outcome = executor_->run().judged.at(0).outcome;
        Value out{{"status", names.at(static_cast<std::size_t>(outcome.status))}};
        if (outcome.code != ErrorCode::none) {
            out["code"] = std::string(error_name(outcome.code));
        }
        if (!outcome.detail.empty()) {
            out["params"] = parse_json(outcome.detail);
        }
        return out;
    }

    // ------------------------------------------------------------------ what is possible

    Value offers(const Value& step) {
        const services::ServerWorld world(storage_, Company::id);
        const Id user = id_in(step, "user");
        const Id id = id_in(step, "task");
        const auto facts = must(
            TaskFacts::of(world,
                          {.user = user, .organization = Company::id, .now = environment_.wall()},
                          Company::group));
        const auto task = must(facts.task(id));
        const std::string code = task ? task->workflow : text(step, "workflow");
        const Subject subject{.id = id,
                              .task = task ? &*task : nullptr,
                              .workflow = must(facts.workflow(code)),
                              .group = Company::group,
                              .user = user};
        if (text(step, "do") == "start_offer") {
            const auto found = must(start_offer(subject, facts));
            return found ? value_of(*found) : Value();
        }
        Value out = Value::array();
        for (const Offer& offer : must(possible_actions(subject, facts))) {
            out.push_back(value_of(offer));
        }
        for (const Value& form : member(member(root_, "channel_forms"), to_string(id).c_str())) {
            Offer offer{.kind = ActionKind::plain_form, .form = form.get<std::string>()};
            if (const Result<> allowed = may_fill_in({user, id}, offer.form); !allowed) {
                offer.refusal = allowed.error();
            }
            out.push_back(value_of(offer));
        }
        return out;
    }

    /// Whom forms of a channel are for, a device finds by their filters, and the server again.
    Result<> may_fill_in(std::pair<Id, Id> who, const std::string& code) {
        const auto [user, channel] = who;
        const services::ServerWorld world(storage_, Company::id);
        HF_CHECK(may_send_forms(world, user, channel));
        HF_TRY(const forms::Offer offer, offer_in(world, user, channel));
        HF_TRY(const auto form, find_form(world, Company::id, company_.form(code).current));
        return forms::may_fill_in(form->filled->definition().access, offer);
    }

    // ------------------------------------------------------------------ routines

    /// Runs what is queued, with a kill before every commit that `kills` counts.
    Value run(std::int64_t kills) {
        std::vector<storage::RunRecord> queued;
        for (const storage::RunRecord& each :
             must(storage_.runs_of(Company::id, std::nullopt, runs_max))) {
            if (!is_timer(each.context) && told_.insert(each.id).second) {
                queued.push_back(each);
            }
        }
        std::ranges::sort(queued, {}, [](const auto& each) { return each.id; });
        outside_.clear();
        while (turn(kills)) {
        }
        Value out = Value::array();
        for (const storage::RunRecord& each : queued) {
            out.push_back(value_of_run(each));
        }
        return out;
    }

    /// Asks, evaluates and carries out once. Whether there was anything.
    bool turn(std::int64_t& kills) {
        services::Routines& routines = executor_->routines();
        must(routines.load());
        for (const services::Evaluation& wanted : routines.poll_evaluations()) {
            routines.evaluated(
                wanted.ticket,
                evaluate::answer({.expressions = wanted.expressions, .context = wanted.context},
                                 evaluator_));
        }
        for (const services::OutsideRequest& wanted : routines.poll_requests()) {
            outside_.push_back(wanted.key);
            routines.asked(wanted.ticket, services::OutsideReply{.status = 200, .body = "{}"});
        }
        if (!executor_->has_work()) {
            return false;
        }
        if (kills > 0) {
            --kills;
            storage_.commit_fails = ErrorCode::storage_failed;
            (void)executor_->run();
            storage_.commit_fails.reset();
            restart();
        } else {
            (void)executor_->run();
        }
        return true;
    }

    Value value_of_run(const storage::RunRecord& queued) {
        const auto over = must(storage_.find_run(queued.id));
        RunLog log{.failed = over->state == storage::RunState::failed};
        for (const storage::RunEntry& each : must(storage_.run_entries(queued.id))) {
            const Entry entry = must(parse_entry(each.entry));
            if (each.code != ErrorCode::none) {
                log.errors.push_back(entry.stage + ": " + std::string(error_name(each.code)));
            }
            const Id message =
                entry.result.empty() ? Id{} : id_in(parse_json(entry.result), "message");
            if (message) {
                const auto timeline =
                    must(storage_.find_bucket(BucketKind::timeline, queued.channel));
                const auto row = row_of({timeline->bucket.id, RowKind::message, message});
                log.messages.push_back(must(body::parse_message(row->body)).text);
            }
            log.journal.push_back(entry);
        }
        const std::string own = to_string(queued.id) + "/";
        std::ranges::copy_if(outside_, std::back_inserter(log.outside), [&](const auto& key) {
            return key.starts_with(own);
        });
        return value_of(log);
    }

    static constexpr std::size_t runs_max = 100;
    static constexpr std::uint64_t beside = 1000;  // between the ids of two intents of one step

    const Value& root_;
    holdfast::testing::FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> real_ = must(storage::open_sqlite(":memory:"));
    holdfast::testing::FaultyStorage storage_{*real_};
    Company company_;
    std::unique_ptr<services::Executor> executor_;
    evaluate::JqEvaluator evaluator_;
    std::set<Id> told_;  ///< runs that a step has told of
    std::vector<std::string> outside_;
};

/// What the tables can say of it. An action that was done has no parameters.
Value seen_of(Value expected, const Value& actual) {
    if (expected.is_object()) {
        for (const char* name : not_seen) {
            expected.erase(name);
        }
        if (!actual.contains("params")) {
            expected.erase("params");
        }
    }
    return expected;
}

}  // namespace

ServerReport play_on_server(std::string_view scenario, std::string_view bundle_text) {
    ServerReport report;
    const Value root = parse_json(scenario);
    auto bundle = parse_bundle(bundle_text);
    if (!root.is_object() || !bundle) {
        report.failures.emplace_back("the scenario or its bundle cannot be read");
        return report;
    }
    report.left_out = text(root, "not_on_server");
    if (!report.left_out.empty()) {
        return report;
    }
    change_bundle(scenario, *bundle);
    for (const Value& routine : member(root, "define")) {
        Routine read = must(parse_routine(json::dump(routine)));
        bundle->routines[read.code] = std::move(read);
    }
    Server server(root, *bundle);
    std::size_t place = 0;
    for (const Value& step : member(root, "steps")) {
        const auto answer = server.play(step);
        const std::string wrong = answer && step.contains("expect")
                                      ? difference(seen_of(step["expect"], *answer), *answer)
                                      : "";
        report.played += answer ? 1 : 0;
        if (!wrong.empty()) {
            report.failures.push_back("step " + std::to_string(place) + " (" + text(step, "do") +
                                      ") " + wrong);
        }
        ++place;
    }
    return report;
}

}  // namespace holdfast::workflow::scenario
