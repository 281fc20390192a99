#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/workflow/journal.hpp"
#include "server/services/batch_writer.hpp"
#include "server/services/environment.hpp"
#include "server/services/limits.hpp"
#include "server/services/server_time.hpp"
#include "server/services/world_cache.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// Expressions for the process that evaluates them. Answered with Routines::evaluated().
struct Evaluation {
    std::uint64_t ticket = 0;
    std::string context;                             ///< JSON
    std::map<std::string, std::string> expressions;  ///< by input
};

/// Something to ask another server. Answered with Routines::asked().
struct OutsideRequest {
    std::uint64_t ticket = 0;
    bool mail = false;  ///< an e-mail: `to`, `subject` and `html` are headers, no method and url
    std::string method;
    std::string url;
    std::map<std::string, std::string> headers;
    std::string body;
    /// The same whenever this is sent again: its header `Idempotency-Key`. Empty: none.
    std::string key;
};

/// What the other server said.
struct OutsideReply {
    int status = 0;
    std::string body;
};

/// For /metrics.
struct RoutineCounters {
    std::uint64_t stages = 0;
    std::uint64_t done = 0;    ///< runs
    std::uint64_t failed = 0;  ///< runs
};

/// Carries out the runs of routines that the tables hold, stage by stage, each once.
///
/// Nothing is remembered but the journal: what stands here is a copy of some open runs, thrown away
/// at any failure and read again. A stage's entry is written with its effects, in the executor's
/// transaction; whatever cannot be done there (expressions, requests) is asked of the shell first:
///
///     tables --load()--> loaded --poll_evaluations()--> out --evaluated()--> ready
///        ^                 ^                             ^ poll_requests() |    |
///        |                 |                             +---- asked() ----+    |
///        |                 +-- committed(), and there is a next stage --+       |
///        +------------------------------------------- carry_out() <-----+-------+
///
/// Threads  one. Storage, environment and time outlive it.
class Routines {
public:
    Routines(storage::Storage& storage, const Environment& environment, ServerTime& time)
        : storage_(storage), environment_(environment), time_(time) {}

    /// Runs may have become due: load() looks.
    void wake() { load_due_ = true; }
    /// Reads what is due, as far as there is room, and asks for what the stages need. Does nothing
    /// unless woken, or time has passed.  Errors  those of storage: it looks again later.
    [[nodiscard]] Result<> load();
    /// Forgets runs of the automation log that ended long ago. A transaction of its own, seldom.
    void keep_house();

    [[nodiscard]] std::vector<Evaluation> poll_evaluations();
    [[nodiscard]] std::vector<OutsideRequest> poll_requests();
    /// The inputs' values, or why there are none. `routine_no_evaluator` puts the run off.
    void evaluated(std::uint64_t ticket, Result<workflow::Inputs> inputs);
    /// `routine_request_failed` and `routine_mail_failed` are tried again, any other error is the
    /// stage's.
    void asked(std::uint64_t ticket, Result<OutsideReply> reply);

    /// Whether carry_out() has something to do.
    [[nodiscard]] bool has_ready() const { return !ready_.empty(); }
    /// Carries out the stages that are ready, inside the executor's transaction. A stage that the
    /// storage fails is undone alone, and its run read again.
    /// Errors  those of storage that the next stage would meet as well.
    [[nodiscard]] Result<> carry_out(BatchWriter& writer, WorldCache& cache);
    /// The transaction has been committed; how many stages that were.
    std::size_t committed(bool runs_queued);
    /// Or it has not.
    void undone();

    [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }
    [[nodiscard]] Instant next_look() const { return look_at_; }
    [[nodiscard]] const RoutineCounters& counters() const { return counters_; }

private:
    /// A run of which a copy is here.
    struct Flight {
        storage::RunRecord run;
        /// Owners: the flights that began with it, and known_.
        std::shared_ptr<const workflow::Routine> routine;
        std::vector<workflow::Entry> journal;
        workflow::next::Run next;
        std::uint64_t ticket = 0;  ///< of what is asked for; 0: it is ready
        Result<workflow::Inputs> inputs;
        std::optional<Result<OutsideReply>> reply;
        std::optional<Error> broken;  ///< it cannot go on: it is to end with this
        // what the open transaction has done to it
        std::optional<workflow::Entry> written;
        bool leaves = false;  ///< over, or not due before later
    };
    /// What became of a stage, before it is written.
    struct Turn {
        workflow::Entry entry;
        ErrorCode code{};
        std::string detail;
    };

    [[nodiscard]] Result<> take(const storage::RunRecord& run);
    [[nodiscard]] Result<std::shared_ptr<const workflow::Routine>> definition_of(
        const storage::RunRecord& run);
    /// Finds what comes next, and asks for what it needs.
    void advance(Flight& flight);
    void make_ready(Flight& flight);
    void break_off(Flight& flight, Error why);
    void ask_outside(Flight& flight);
    void write_mail(Flight& flight);
    void send(Flight& flight, OutsideRequest wanted, const Result<>& right);

    struct Writing {
        BatchWriter& writer;
        WorldCache& cache;
        WallTime now;
        WallTime row_time;  ///< of what is written
    };
    [[nodiscard]] Result<> carry_out(Flight& flight, Writing& writing);
    /// The time has come that a timer waits for (core/rules/timers.hpp).
    [[nodiscard]] Result<> ring(Flight& flight, Writing& writing);
    [[nodiscard]] Result<Effects> ring_schedule(const Flight& flight,
                                                const World& world,
                                                const Occasion& occasion);
    [[nodiscard]] Result<WallTime> next_moment(const workflow::Schedule& schedule,
                                               WallTime after) const;
    /// Nothing where the run waits first.
    [[nodiscard]] Result<std::optional<Turn>> turn(Flight& flight, Writing& writing);
    [[nodiscard]] Result<Turn> write_rows(Flight& flight, Writing& writing);
    [[nodiscard]] Turn answer(const Flight& flight) const;
    [[nodiscard]] Result<> put_off(Flight& flight, WallTime until, bool counts);
    [[nodiscard]] Result<> come_back(Id id, WallTime at);
    [[nodiscard]] Result<> write_turn(Flight& flight, Turn turn, Writing& writing);
    [[nodiscard]] Result<> end(Flight& flight,
                               const std::optional<Error>& why,
                               const std::string& stage,
                               Writing& writing);
    [[nodiscard]] Turn failed(const Flight& flight, const Error& why) const;

    storage::Storage& storage_;
    const Environment& environment_;
    ServerTime& time_;
    std::map<Id, Flight> flights_;       ///< by run
    std::map<std::uint64_t, Id> asked_;  ///< by ticket
    std::deque<Id> ready_;
    std::vector<Id> in_transaction_;
    std::map<Id, std::shared_ptr<const workflow::Routine>> known_;  ///< by version
    std::vector<Evaluation> evaluations_;
    std::vector<OutsideRequest> requests_;
    std::uint64_t next_ticket_ = 1;
    bool load_due_ = true;
    Instant look_at_{};
    Instant drop_at_{};
    RoutineCounters counters_;
};

}  // namespace holdfast::services
