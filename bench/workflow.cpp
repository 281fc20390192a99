// Tasks: state changes that the server judges and stores, and views of 50,000 on a device.

#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.hpp"
#include "bench/stage.hpp"
#include "core/workflow/task.hpp"
#include "server/services/executor.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds = 5;
constexpr std::size_t tasks_count = 50'000;
constexpr std::size_t moved_count = 2000;
constexpr DeviceNumber device = 5000;  // one of the user's own; it never signs in
constexpr std::uint32_t ids_each = 17;

struct Moving {
    Id id;
    Id group;
    std::string state;
    std::uint32_t version = 0;
};

/// Where a task of the benchmark organization goes next; empty: nowhere.
std::string next_of(const std::string& state) {
    return state == "reported"  ? "planned"
           : state == "planned" ? "doing"
           : state == "doing"   ? "checked"
           : state == "checked" ? "doing"
                                : "";
}

std::vector<Moving> moving_tasks(storage::Storage& storage, Id organization) {
    std::vector<Moving> moving;
    for (const auto& record : must(storage.buckets_of(organization), "read buckets")) {
        if (record.bucket.kind != BucketKind::channel) {
            continue;
        }
        for (const auto& tasks : must(storage.buckets_of(organization), "read buckets")) {
            if (tasks.bucket.kind != BucketKind::tasks) {
                continue;
            }
            const auto row =
                must(storage.find_row({tasks.bucket.id, RowKind::task, record.bucket.owner}),
                     "find a task");
            const auto task = row ? workflow::parse_task(row->body) : Result<workflow::Task>();
            if (row && task && !next_of(task->state).empty()) {
                moving.push_back({record.bucket.owner, task->group, task->state, 0});
            }
        }
    }
    return moving;
}

/// State changes a second, each applied with its message and its row of history, and on the disk.
double changes() {
    const TempFolder folder;
    net::SystemEnvironment environment;
    const auto storage = make_storage(
        folder / "server.db",
        {.channels = 1, .messages = 10, .tasks = moved_count, .task_channels = moved_count});
    const auto account = must(storage->find_account(Phone::email(0)), "find the account");
    std::vector<Moving> moving = moving_tasks(*storage, account->organization);
    services::Executor executor(*storage, environment);
    std::uint32_t counter = 0;
    std::vector<double> rates;
    for (int round = 0; round < rounds; ++round) {
        for (Moving& task : moving) {
            services::IntentJob job{.user = account->user,
                                    .organization = account->organization,
                                    .device = device,
                                    .intent = {}};
            job.intent.id = Id::make(device, counter += ids_each);
            job.intent.lane = task.id;
            job.intent.kind = IntentKind::task_change_state;
            const std::string target = next_of(task.state);
            job.intent.args = R"({"group":")" + to_string(task.group) + R"(","task":")" +
                              to_string(task.id) + R"(","target":")" + target +
                              R"(","base_state":")" + std::exchange(task.state, target) +
                              R"(","base_version":)" + std::to_string(task.version++) + "}";
            if (!executor.enqueue(std::move(job))) {
                give_up("workflow: the queue is full");
            }
        }
        const Stopwatch watch;
        const std::size_t applied = work_off(executor);
        rates.push_back(static_cast<double>(moving.size()) / watch.seconds());
        if (moving.size() < moved_count / 3 || applied != moving.size()) {
            give_up("workflow: " + std::to_string(applied) + " of " +
                    std::to_string(moving.size()) + " applied");
        }
    }
    return median(rates);
}

constexpr int runs_count = 100;
constexpr const char* routine_json =
    R"({"code":"steps","start":"each","stages":[)"
    R"({"key":"each","kind":"for_each","inputs":{"items":"[1,2,3,4,5,6,7,8,9,10]","as":"n"},)"
    R"("next":{"STEP":"say"}},)"
    R"({"key":"say","kind":"post_message","inputs":{"text":"\"Step\""},)"
    R"("next":{"SUCCESS":"each"}}]})";

/// Queues runs of the routine upon the first task.
void queue_runs(storage::Storage& storage, const storage::AccountRecord& account, Moving task) {
    const std::string id = to_string(task.id);
    const auto write = [&]() -> Result<> {
        HF_TRY(const auto routine, storage.find_routine(account.organization, "steps"));
        for (int i = 0; i < runs_count; ++i) {
            HF_TRY(const Id run, storage.mint_id());
            HF_CHECK(storage.queue_run({.id = run,
                                        .organization = account.organization,
                                        .routine = "steps",
                                        .definition = routine->id,
                                        .user = account.user,
                                        .task = task.id,
                                        .channel = task.id,
                                        .context = R"({"meta":{"channel":")" + id +
                                                   R"(","group":")" + to_string(task.group) +
                                                   R"(","task":")" + id + R"("}})"}));
        }
        return {};
    };
    must(storage::transact(storage, write), "queue runs");
}

/// Stages of routines a second, each with its entry and its effects on the disk. Expressions are
/// given: evaluating them is another process's work.
double stages() {
    const TempFolder folder;
    net::SystemEnvironment environment;
    const auto storage = make_storage(
        folder / "server.db", {.channels = 1, .messages = 10, .tasks = 10, .task_channels = 10});
    const auto account = must(storage->find_account(Phone::email(0)), "find the account");
    must(storage::transact(*storage,
                           [&]() -> Result<> {
                               HF_TRY(const Id id, storage->mint_id());
                               return storage->put_routine({.id = id,
                                                            .organization = account->organization,
                                                            .code = "steps",
                                                            .definition = routine_json});
                           }),
         "define a routine");
    const Moving task = moving_tasks(*storage, account->organization).front();
    services::Executor executor(*storage, environment);
    services::Routines& routines = executor.routines();
    std::vector<double> rates;
    for (int round = 0; round < rounds; ++round) {
        queue_runs(*storage, *account, task);
        routines.wake();
        const std::uint64_t before = routines.counters().stages;
        const Stopwatch watch;
        for (bool more = true; more;) {
            must(routines.load(), "read runs");
            for (const services::Evaluation& wanted : routines.poll_evaluations()) {
                const bool is_list = wanted.expressions.contains("items");
                routines.evaluated(wanted.ticket,
                                   is_list ? workflow::Inputs{{"items", "[1,2,3,4,5,6,7,8,9,10]"}}
                                           : workflow::Inputs{{"text", "\"Step\""}});
            }
            more = executor.has_work();
            if (more) {
                (void)executor.run();
            }
        }
        const auto count = static_cast<double>(routines.counters().stages - before);
        rates.push_back(count / watch.seconds());
        if (count != runs_count * 21) {
            give_up("workflow: " + std::to_string(count) + " stages");
        }
    }
    return median(rates);
}

/// A phone with 50,000 tasks, and its group of them.
struct Board {
    Phone& phone;
    std::string group;

    /// Opens a view; returns the subscription and the time until its snapshot was there.
    std::pair<int, double> open(const Phone::Json& view) {
        const Stopwatch watch;
        const int list = phone.call("subscribe",
                                    {{"query", "tasks"},
                                     {"group", group},
                                     {"view", view},
                                     {"windows", Phone::Json::object()},
                                     {"rows", 12},
                                     {"month", ""}});
        while (phone.pushes(list) == 0) {
            phone.poll();
        }
        return {list, watch.milliseconds()};
    }
};

std::string group_of_tasks(Phone& phone) {
    const int menu = phone.call("subscribe", {{"query", "menu"}});
    std::string found;
    phone.wait("the group of tasks", [&] {
        if (phone.snapshot(menu).is_object()) {
            for (const Phone::Json& group : phone.snapshot(menu)["groups"]) {
                if (group["kind"] == "workflow") {
                    found = group["id"].get<std::string>();
                }
            }
        }
        return !found.empty();
    });
    phone.ask("unsubscribe", {{"subscription", menu}});
    return found;
}

/// Moves the task that stands first in a view, and waits until the view shows it.
double move_first(Phone& phone, const std::string& group, int list) {
    for (const Phone::Json& column : phone.snapshot(list)["groups"]) {
        const std::string target = next_of(column["values"][0]["value"].get<std::string>());
        for (const Phone::Json& card : target.empty() ? Phone::Json::array() : column["tasks"]) {
            if (!card["waiting"].is_null()) {
                continue;
            }
            const std::uint64_t before = phone.pushes(list);
            const Stopwatch watch;
            phone.call("submit",
                       {{"kind", "task.change_state"},
                        {"args",
                         {{"group", group},
                          {"task", card["id"]},
                          {"target", target},
                          {"base_state", card["state"]},
                          {"base_version", 0}}}});
            while (phone.pushes(list) == before) {
                phone.poll();
            }
            return watch.milliseconds();
        }
    }
    give_up("workflow: nothing can be moved");
}

}  // namespace

std::vector<Figure> workflow() {
    const TempFolder folder;
    Host host(folder, {.channels = 1, .messages = 10, .tasks = tasks_count, .task_channels = 100});
    Phone phone(host.url(), folder / "phone");
    phone.sign_in(0);
    phone.wait_until_ready();
    Board board{phone, group_of_tasks(phone)};
    const auto [list, cold] = board.open({{"layout", "board"}});
    if (phone.snapshot(list)["count"] != tasks_count) {
        give_up("workflow: not all tasks are there");
    }
    std::vector<double> warm;
    for (int i = 0; i < 50; ++i) {
        const auto [again, took] = board.open({{"layout", "table"}});
        warm.push_back(took);
        phone.ask("unsubscribe", {{"subscription", again}});
    }
    host.stop();  // what is measured is the device: the actions wait
    phone.ask("set_offline_mode", {{"on", true}});
    // By number: the first ones have a channel, without which nobody moves a task.
    const int by_number =
        board.open({{"orders", {{{"field", "serial"}}}}, {"layout", "board"}}).first;
    std::vector<double> moves;
    for (int i = 0; i < 12; ++i) {
        moves.push_back(move_first(phone, board.group, by_number));
    }
    return {{"workflow",
             changes(),
             "changes/s",
             4000,
             "state changes with history and message, durable; at least 1"},
            {"routine",
             stages(),
             "stages/s",
             1500,
             "stages of routines, each journaled with its effects, durable; at least 1"},
            {"workflow", cold, "ms", 150, "a board of 50,000 tasks, the first time; at most 1"},
            {"workflow", median(warm), "ms", 10, "another view of the same; at most 1"},
            {"workflow",
             percentile(moves, 0.9),
             "ms",
             50,
             "p90, a task is moved and the board shows it; at most 1"}};
}

}  // namespace holdfast::bench
