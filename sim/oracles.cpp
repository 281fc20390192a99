#include "sim/oracles.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/sum.hpp"
#include "core/model/body.hpp"
#include "core/model/row.hpp"
#include "core/rules/timers.hpp"
#include "core/workflow/journal.hpp"
#include "core/workflow/task.hpp"
#include "platform/sqlite/database.hpp"
#include "server/services/access.hpp"
#include "server/services/bucket_index.hpp"

namespace holdfast::sim {
namespace {

using RowText = std::tuple<std::uint64_t, std::int64_t, std::string>;  // version, sort, body
using Rows = std::map<RowKey, RowText>;

/// Every row of a table; both sides have it in the same shape.
Result<Rows> read_rows(sqlite::Database& database, const std::string& table) {
    HF_TRY(auto all,
           database.prepare("SELECT bucket, kind, id, version, sort, body FROM " + table));
    Rows rows;
    for (;;) {
        HF_TRY(const bool more, all.step());
        if (!more) {
            return rows;
        }
        const RowKey key{BucketId{all.unsigned_integer(0)},
                         static_cast<RowKind>(all.integer(1)),
                         Id{all.unsigned_integer(2)}};
        rows.emplace(key,
                     RowText{all.unsigned_integer(3), all.integer(4), std::string(all.text(5))});
    }
}

/// The messages of the server: how often each text is there, and what each says.
struct Messages {
    std::map<std::string, int> times;
    std::map<Id, body::Message> by_id;
};

Messages messages_of(const Rows& rows) {
    Messages messages;
    for (const auto& [key, row] : rows) {
        if (key.kind != RowKind::message) {
            continue;
        }
        if (auto message = body::parse_message(std::get<2>(row))) {
            messages.times[message->text] += 1;
            messages.by_id.emplace(key.id, *std::move(message));
        }
    }
    return messages;
}

std::map<BucketId, Sum> sums_of(const Rows& rows) {
    std::map<BucketId, Sum> sums;
    for (const auto& [key, row] : rows) {
        const auto& [version, sort, body] = row;
        sums[key.bucket] +=
            row_sum(static_cast<std::uint8_t>(key.kind), key.id, version, sort, body);
    }
    return sums;
}

bool is_applied(const Outcome& outcome) {
    return outcome.status == OutcomeStatus::applied || outcome.status == OutcomeStatus::adjusted;
}

std::string name_of(Id intent, const Ledger::Promise& promise) {
    return promise.kind + " " + to_string(intent) + " of device " + std::to_string(promise.device);
}

/// Ids that more than one device has given: copies may, before they are noticed.
std::set<Id> contested_ids(const Ledger& ledger) {
    std::set<Id> contested = ledger.contested;
    std::set<Id> promised;
    for (const auto& [key, promise] : ledger.promises) {
        if (!promised.insert(key.second).second) {
            contested.insert(key.second);
        }
    }
    return contested;
}

void check_told(Ledger& ledger, const std::map<Id, Outcome>& told, const Outcome& durable) {
    const auto word = told.find(durable.intent);
    ledger.expect(word == told.end() ||
                      (word->second.status == durable.status && word->second.code == durable.code),
                  [&] {
                      return "intent " + to_string(durable.intent) +
                             " was answered differently from its " + "durable outcome (OM32)";
                  });
}

/// What is owed for one promise whose outcome is durable.
void check_effect(Ledger& ledger,
                  const std::string& name,
                  const Ledger::Promise& promise,
                  bool applied,
                  bool in_outbox) {
    // Nobody has to decide on a refused read mark.
    const bool owed = applied || (!promise.released && promise.kind != "channel.read");
    ledger.expect(!owed || applied != in_outbox, [&] {
        return name + (applied ? " is done and still in the outbox"
                               : " was refused and its content is gone");
    });
}

struct Post {
    std::string text;
    bool applied = false;
};

/// A post that was done is there with what was written, unless it was deleted afterwards.
void check_message(
    Ledger& ledger, const std::string& name, const Messages& messages, Id id, const Post& post) {
    const auto found = messages.times.find(post.text);
    const int times = found == messages.times.end() ? 0 : found->second;
    ledger.expect(times <= (post.applied ? 1 : 0),
                  [&] { return name + " has effect " + std::to_string(times) + " times (OM32)"; });
    const auto row = messages.by_id.find(id);
    const bool there = row != messages.by_id.end() && (row->second.hidden || times == 1);
    ledger.expect(!post.applied || there,
                  [&] { return name + " is done and what it says is not there (OM33)"; });
}

}  // namespace

void check_promises(Ledger& ledger,
                    Server& server,
                    const std::vector<std::unique_ptr<Device>>& devices,
                    const std::map<Id, Outcome>& told) {
    storage::SqliteStorage& storage = server.storage();
    const auto rows = read_rows(storage.database(), "bucket_row");
    ledger.expect(rows.has_value(), "the server's rows cannot be read");
    if (!rows) {
        return;
    }
    const Messages messages = messages_of(*rows);
    const std::set<Id> contested = contested_ids(ledger);
    for (const auto& [key, promise] : ledger.promises) {
        const Id intent = key.second;
        const std::string name = name_of(intent, promise);
        const auto outcome = storage.find_outcome(intent);
        const auto& shown = devices[promise.device]->screens().outbox();
        const bool in_outbox = shown.contains(intent);
        // A restored server has forgotten refusals; the content is with the person all the same.
        // Nobody sends a read mark again, and what had changed nothing is not missed.
        const bool forgotten =
            ledger.restored && (in_outbox || promise.released || promise.kind == "channel.read" ||
                                server.without_effect().contains(intent));
        const bool judged = outcome && *outcome;
        const bool unsure = ledger.unsure_devices.contains(promise.device);
        if (promise.withdrawn && !unsure) {
            ledger.expect(!judged, [&] {
                return name + " was taken back, and the server has judged it (OM35)";
            });
        }
        // Taken back, nothing is owed; and what the server has under this id may be what another
        // image of the device wrote.
        if (promise.taken_back && !in_outbox && (!judged || unsure)) {
            continue;
        }
        ledger.expect(judged || forgotten,
                      [&] { return name + " was promised and has no outcome: it is lost (OM33)"; });
        if (!judged) {
            continue;
        }
        // A copy of the device has used the id first: this one waits for its person. Or it was
        // first, and the other one in the history behind a backup that nobody noticed: then rows of
        // one key replace each other, and nothing differs (docs/internals/sync-protocol.md).
        if (contested.contains(intent) &&
            (in_outbox || promise.released || promise.taken_back || ledger.unmarked)) {
            continue;
        }
        check_told(ledger, told, **outcome);
        const bool applied = is_applied(**outcome);
        check_effect(ledger, name, promise, applied, in_outbox);
        const bool decided = promise.released || ledger.decided_on_copies.contains(intent);
        if (promise.kind == "message.post" && !decided) {
            check_message(ledger, name, messages, intent, {promise.text, applied});
        }
    }
}

void check_lanes(Ledger& ledger, storage::SqliteStorage& storage) {
    if (ledger.unmarked) {
        return;  // what was forgotten comes when it is missed, perhaps behind what is newer
    }
    struct Place {
        std::uint64_t order = 0;
        std::uint64_t version = 0;
        std::string name;
    };
    const std::set<Id> contested = contested_ids(ledger);
    std::map<std::pair<std::size_t, Id>, std::vector<Place>> lanes;
    for (const auto& [key, promise] : ledger.promises) {
        const auto outcome = storage.find_outcome(key.second);
        const bool done = outcome && *outcome && is_applied(**outcome);
        // One that was taken back here may come from a copy of the device, whenever that goes on.
        if (!done || promise.kind != "message.post" || promise.taken_back ||
            contested.contains(key.second)) {
            continue;
        }
        for (const Position& position : (*outcome)->positions) {
            const auto bucket = storage.find_bucket(position.bucket);
            if (bucket && *bucket && (*bucket)->bucket.kind == BucketKind::timeline) {
                lanes[{promise.device, promise.lane}].push_back(
                    {promise.order, position.version, name_of(key.second, promise)});
            }
        }
    }
    for (auto& [lane, places] : lanes) {
        std::ranges::sort(places, {}, &Place::order);
        for (std::size_t i = 1; i < places.size(); ++i) {
            ledger.expect(places[i - 1].version < places[i].version, [&] {
                return places[i].name + " has overtaken " + places[i - 1].name +
                       ", which was written before it";
            });
        }
    }
}

namespace {

/// What the server knows of tasks.
struct Tasks {
    std::map<Id, workflow::Task> tasks;
    std::map<Id, std::vector<workflow::History>> history;  ///< of each, oldest first
    std::map<Id, std::vector<workflow::Event>> by_intent;  ///< what each has left behind
};

Tasks tasks_of(Ledger& ledger, const Rows& rows) {
    Tasks found;
    for (const auto& [key, row] : rows) {
        const std::string& body = std::get<2>(row);
        if (key.kind == RowKind::task) {
            const auto task = workflow::parse_task(body);
            ledger.expect(task.has_value(), "a task cannot be read");
            found.tasks.emplace(key.id, task.value_or(workflow::Task{}));
        } else if (key.kind == RowKind::history) {
            const auto read = workflow::parse_history(body);
            ledger.expect(read.has_value(), "a row of history cannot be read");
            if (read) {
                found.history[read->task].push_back(*read);
                found.by_intent[read->intent].push_back(read->event);
            }
        }
    }
    for (auto& [task, history] : found.history) {
        std::ranges::stable_sort(history, {}, &workflow::History::version);
    }
    return found;
}

void check_moves(Ledger& ledger, const Tasks& found, Id id, const workflow::Task& task) {
    const auto history = found.history.find(id);
    std::vector<workflow::History> moves;
    if (history != found.history.end()) {
        std::ranges::copy_if(
            history->second, std::back_inserter(moves), [](const workflow::History& row) {
                return row.event == workflow::Event::state_changed;
            });
    }
    const std::string name = "task " + to_string(id);
    ledger.expect(moves.size() == task.state_version, [&] {
        return name + " has version " + std::to_string(task.state_version) + " and " +
               std::to_string(moves.size()) + " changes in its history (OM32)";
    });
    for (std::size_t i = 1; i < moves.size(); ++i) {
        const workflow::History& first = moves[i - 1];
        const workflow::History& second = moves[i];
        ledger.expect(first.to == second.from,
                      [&] { return name + " has moved from where it was not"; });
        const bool one_absence = first.offline && second.offline && second.done_at.ms != 0 &&
                                 first.intent.device() == second.intent.device() &&
                                 second.done_at < first.at;
        ledger.expect(!one_absence,
                      [&] { return name + " has taken two actions of one absence (OM27)"; });
    }
}

}  // namespace

void check_tasks(Ledger& ledger, Server& server) {
    storage::SqliteStorage& storage = server.storage();
    const auto rows = read_rows(storage.database(), "bucket_row");
    ledger.expect(rows.has_value(), "the server's rows cannot be read");
    if (!rows) {
        return;
    }
    const Tasks found = tasks_of(ledger, *rows);
    std::set<std::int64_t> numbers;
    for (const auto& [id, task] : found.tasks) {
        check_moves(ledger, found, id, task);
        ledger.expect(numbers.insert(task.serial).second && task.serial > 0, [&] {
            return "number " + std::to_string(task.serial) + " was given twice, or not at all";
        });
    }
    const std::set<Id> contested = contested_ids(ledger);
    for (const auto& [key, promise] : ledger.promises) {
        const Id intent = key.second;
        const bool begins = promise.kind == "task.create";
        const auto outcome = storage.find_outcome(intent);
        if ((!begins && promise.kind != "task.change_state") || !outcome || !*outcome ||
            contested.contains(intent) || ledger.unmarked) {
            continue;
        }
        const bool applied = is_applied(**outcome);
        const auto left = found.by_intent.find(intent);
        const std::size_t times = left == found.by_intent.end() ? 0 : left->second.size();
        // What the same person had done already is applied, and changes nothing.
        const bool changes = applied && !server.without_effect().contains(intent);
        ledger.expect(times == (changes ? 1 : 0), [&] {
            return name_of(intent, promise) + " has effect " + std::to_string(times) +
                   " times (OM32)";
        });
        ledger.expect(!begins || applied == found.tasks.contains(intent),
                      [&] { return name_of(intent, promise) + " and its task do not agree"; });
    }
}

namespace {

/// "each say each say each wait end", of a run's journal.
std::string way_of(storage::SqliteStorage& storage, Id run) {
    std::string way;
    const auto entries = storage.run_entries(run);
    for (const storage::RunEntry& each : entries ? *entries : std::vector<storage::RunEntry>{}) {
        const auto entry = workflow::parse_entry(each.entry);
        way += (way.empty() ? "" : " ") + (entry ? entry->stage : std::string("?"));
    }
    return way;
}

}  // namespace

namespace {

/// How often the messages say this.
int times_of(const Messages& messages, const std::string& text) {
    const auto said = messages.times.find(text);
    return said == messages.times.end() ? 0 : said->second;
}

/// The runs of the world, told apart.
struct Runs {
    std::size_t ticks = 0;    ///< that the clock has set off
    std::size_t rung = 0;     ///< timers of the schedule that have set one off
    std::size_t waiting = 0;  ///< that are still to ring
};

/// The way of a run is the routine's, and what it says is said once.
void check_way(Ledger& ledger,
               storage::SqliteStorage& storage,
               const Messages& messages,
               const storage::RunRecord& run) {
    const std::string way = way_of(storage, run.id);
    const std::string name = "run " + to_string(run.id) + " of " + run.routine;
    ledger.expect(run.state == storage::RunState::done, [&] {
        return name +
               (run.state == storage::RunState::open
                    ? " does not end; it goes on at " + std::to_string(run.due_at.ms)
                    : " has failed: " + std::string(error_name(run.code))) +
               ", behind " + way;
    });
    const bool is_close = run.routine == "close";
    const bool is_greet = run.routine == "greet";
    const bool right = is_close   ? way == "move" || way == "move leave"
                       : is_greet ? way == "each say each say each wait end"
                                  : way == "say";
    ledger.expect(right, [&] { return name + " has gone " + way + " (OM32)"; });
    for (int n = 1; is_greet && n <= 3; ++n) {
        const std::string text = "greeting " + std::to_string(n) + " of " + to_string(run.task);
        const int times = times_of(messages, text);
        ledger.expect(times == 1, [&] {
            return name + " has said \"" + text + "\" " + std::to_string(times) + " times (OM32)";
        });
    }
}

/// What waits for a time: that of a limit has rung by now, that of the clock never ends.
void note_timer(Ledger& ledger, const storage::RunRecord& run, Runs& runs) {
    const bool is_open = run.state == storage::RunState::open;
    if (is_schedule_timer(run.context)) {
        runs.waiting += is_open ? 1 : 0;
        runs.rung += is_open || is_first(run.context) ? 0 : 1;
    }
    const bool right =
        is_open ? is_schedule_timer(run.context) : run.state == storage::RunState::done;
    ledger.expect(right, [&] { return "timer " + to_string(run.id) + " has not rung"; });
}

/// Each moment has set off what it is to set off, once.
void check_times(Ledger& ledger, const Rows& rows, const Messages& messages, const Runs& runs) {
    ledger.expect(runs.waiting == 1, [&] {
        return std::to_string(runs.waiting) + " timers wait for the clock's next moment";
    });
    // Where the clock jumps by days the log has forgotten some of them.
    const bool is_whole = !ledger.faults.contains("server clocks jumped");
    ledger.expect(!is_whole || runs.ticks == runs.rung, [&] {
        return std::to_string(runs.rung) + " moments of the clock have set off " +
               std::to_string(runs.ticks) + " runs";
    });
    for (const auto& [text, times] : messages.times) {
        ledger.expect(!text.starts_with("tick ") || times == 1, [&] {
            return "\"" + text + "\" was said " + std::to_string(times) + " times";
        });
    }
    for (const auto& [key, row] : rows) {
        const auto task = key.kind == RowKind::task ? workflow::parse_task(std::get<2>(row))
                                                    : Result<workflow::Task>();
        if (key.kind != RowKind::task || !task) {
            continue;
        }
        const int said = times_of(messages, "late " + to_string(key.id));
        // One that is closed may have been closed in time, or too late.
        ledger.expect(said == 1 || (said == 0 && task->state == "closed"), [&] {
            return "task " + to_string(key.id) + ", " + task->state + ", was said to be late " +
                   std::to_string(said) + " times";
        });
    }
}

}  // namespace

void check_runs(Ledger& ledger, storage::SqliteStorage& storage, Id organization) {
    constexpr std::size_t all = 1'000'000;
    const auto rows = read_rows(storage.database(), "bucket_row");
    const auto records = storage.runs_of(organization, std::nullopt, all);
    ledger.expect(rows && records, "the server's runs cannot be read");
    if (!rows || !records) {
        return;
    }
    const Messages messages = messages_of(*rows);
    Runs runs;
    for (const storage::RunRecord& run : *records) {
        if (is_timer(run.context)) {
            note_timer(ledger, run, runs);
            continue;
        }
        check_way(ledger, storage, messages, run);
        runs.ticks += run.routine == "tick" ? 1 : 0;
    }
    check_times(ledger, *rows, messages, runs);
}

void check_replica(Ledger& ledger, storage::SqliteStorage& storage, Device& device, Id user) {
    const std::string name = device.describe();
    device.die(false);  // what is on its disk is what counts
    device.disk().restart();
    auto replica = sqlite::Database::open(
        {.path = "replica.db", .vfs = device.disk().vfs(), .key = device.key(), .exclusive = true});
    const auto server = read_rows(storage.database(), "bucket_row");
    ledger.expect(replica && server, name + ": the replica cannot be opened");
    if (!replica || !server) {
        return;
    }
    const auto held = read_rows(*replica, "row");
    ledger.expect(held.has_value(),
                  [&] { return name + ": the replica cannot be read: " + held.error().detail; });
    services::BucketIndex index(storage);
    services::Access access(storage, index);
    const auto readable = access.readable(user, services::Reach::phone);
    ledger.expect(readable.has_value(), name + ": access cannot be read");
    if (!held || !readable) {
        return;
    }
    const auto sums = sums_of(*held);
    Rows expected;
    for (const Bucket& head : *readable) {
        for (auto row = server->lower_bound(RowKey{head.id, RowKind{}, Id{}});
             row != server->end() && row->first.bucket == head.id;
             ++row) {
            expected.insert(*row);
        }
        const auto sum = sums.find(head.id);
        ledger.expect((sum == sums.end() ? Sum{} : sum->second) == head.sum,
                      [&] { return name + ": the sum of a bucket differs (OM6)"; });
    }
    ledger.expect(*held == expected, [&] {
        return name + " does not hold what the server has: " + std::to_string(held->size()) +
               " rows for " + std::to_string(expected.size());
    });
}

}  // namespace holdfast::sim
