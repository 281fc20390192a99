#include "server/services/routines.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/rules/timers.hpp"
#include "server/storage/common/transact.hpp"

/// Which runs are here, and what they wait for. What a stage does: routine_stages.cpp.
namespace holdfast::services {
namespace {

constexpr std::size_t routines_known_max = 256;  // beyond: all are read again

}  // namespace

Result<> Routines::load() {
    const Instant now = environment_.now();
    if (!load_due_ && now < look_at_) {
        return {};
    }
    load_due_ = false;
    look_at_ = now + limits::runs_poll_every;
    if (flights_.size() >= limits::runs_in_flight_max) {
        return {};  // one that ends wakes it
    }
    // Those in flight are due as well, and come first: with twice the room what is behind is seen.
    constexpr std::size_t seen_max = 2 * limits::runs_in_flight_max;
    HF_CHECK(time_.learn(storage_));
    HF_TRY(const auto due, storage_.due_runs(time_.now(), seen_max));
    for (const storage::RunRecord& run : due) {
        if (flights_.size() < limits::runs_in_flight_max && !flights_.contains(run.id)) {
            HF_CHECK(take(run));
        }
    }
    return {};
}

Result<> Routines::take(const storage::RunRecord& run) {
    Flight flight{.run = run, .inputs = workflow::Inputs{}};
    HF_TRY(const auto entries, storage_.run_entries(run.id));
    HF_TRY(flight.routine, definition_of(run));
    for (const storage::RunEntry& each : entries) {
        auto entry = workflow::parse_entry(each.entry);  // what cannot be read fits no definition
        flight.journal.push_back(entry ? *std::move(entry) : workflow::Entry{});
    }
    advance(flights_.emplace(run.id, std::move(flight)).first->second);
    return {};
}

/// Null where there is none.
Result<std::shared_ptr<const workflow::Routine>> Routines::definition_of(
    const storage::RunRecord& run) {
    if (const auto known = known_.find(run.definition); known != known_.end()) {
        return known->second;
    }
    HF_TRY(const auto record, storage_.find_routine(run.definition));
    auto read = record ? workflow::parse_routine(record->definition)
                       : Result<workflow::Routine>(fail(ErrorCode::workflow_unknown_routine));
    if (!read) {
        return nullptr;
    }
    if (known_.size() >= routines_known_max) {
        known_.clear();
    }
    auto routine = std::make_shared<const workflow::Routine>(*std::move(read));
    known_.emplace(run.definition, routine);
    return routine;
}

void Routines::make_ready(Flight& flight) {
    flight.ticket = 0;
    ready_.push_back(flight.run.id);
}

void Routines::break_off(Flight& flight, Error why) {
    flight.broken = std::move(why);
    make_ready(flight);
}

void Routines::advance(Flight& flight) {
    flight.written.reset();
    flight.reply.reset();
    flight.inputs = workflow::Inputs{};
    if (is_timer(flight.run.context)) {
        make_ready(flight);
        return;
    }
    if (flight.routine == nullptr) {
        break_off(flight, {ErrorCode::workflow_unknown_routine, flight.run.routine, {}});
        return;
    }
    auto next = workflow::next_of(*flight.routine, flight.journal);
    if (!next) {
        break_off(flight, std::move(next).error());
        return;
    }
    const auto* run = std::get_if<workflow::next::Run>(&*next);
    if (run == nullptr) {  // the entry that ends a run ends it in its own transaction
        break_off(flight, {ErrorCode::routine_journal_mismatch, {}, {}});
        return;
    }
    flight.next = *run;
    if (run->goes_on || run->stage->inputs.empty()) {
        make_ready(flight);
        return;
    }
    auto context = workflow::context_of(*flight.routine, flight.journal, flight.run.context);
    if (context && context->size() > limits::run_context_bytes_max) {
        context = fail(ErrorCode::routine_invalid_input, "context", R"({"input":"context"})");
    }
    if (!context) {
        flight.inputs = std::unexpected(std::move(context).error());
        make_ready(flight);
        return;
    }
    Evaluation wanted{.ticket = next_ticket_++,
                      .context = *std::move(context),
                      .expressions = run->stage->inputs};
    if (run->stage->kind == workflow::StageKind::for_each) {
        wanted.expressions.erase("as");  // a name, not an expression
    }
    flight.ticket = wanted.ticket;
    asked_[wanted.ticket] = flight.run.id;
    evaluations_.push_back(std::move(wanted));
}

std::vector<Evaluation> Routines::poll_evaluations() {
    return std::exchange(evaluations_, {});
}

std::vector<OutsideRequest> Routines::poll_requests() {
    return std::exchange(requests_, {});
}

void Routines::evaluated(std::uint64_t ticket, Result<workflow::Inputs> inputs) {
    const auto asked = asked_.find(ticket);
    if (asked == asked_.end()) {
        return;  // its run was thrown away meanwhile
    }
    Flight& flight = flights_.at(asked->second);
    asked_.erase(asked);
    flight.inputs = std::move(inputs);
    const workflow::StageKind kind = flight.next.stage->kind;
    if (flight.inputs && kind == workflow::StageKind::http_request) {
        ask_outside(flight);
    } else if (flight.inputs && kind == workflow::StageKind::email) {
        write_mail(flight);
    } else {
        make_ready(flight);
    }
}

void Routines::asked(std::uint64_t ticket, Result<OutsideReply> reply) {
    const auto asked = asked_.find(ticket);
    if (asked == asked_.end()) {
        return;
    }
    Flight& flight = flights_.at(asked->second);
    asked_.erase(asked);
    flight.reply = std::move(reply);
    make_ready(flight);
}

std::size_t Routines::committed(bool runs_queued) {
    load_due_ = load_due_ || runs_queued;
    const std::size_t stages = in_transaction_.size();
    for (const Id id : std::exchange(in_transaction_, {})) {
        const auto found = flights_.find(id);
        Flight& flight = found->second;
        counters_.stages += flight.written ? 1 : 0;
        if (flight.written) {
            flight.journal.push_back(*std::move(flight.written));
        }
        if (flight.leaves) {
            if (flight.run.state != storage::RunState::open) {
                ++(flight.run.state == storage::RunState::done ? counters_.done : counters_.failed);
            }
            flights_.erase(found);
            load_due_ = true;  // there is room
        } else {
            advance(flight);
        }
    }
    return stages;
}

void Routines::undone() {
    flights_.clear();
    asked_.clear();
    ready_.clear();
    in_transaction_.clear();
    evaluations_.clear();
    requests_.clear();
    load_due_ = false;
    look_at_ = environment_.now() + limits::storage_retry;
}

void Routines::keep_house() {
    const Instant now = environment_.now();
    if (now < drop_at_) {
        return;
    }
    drop_at_ = now + limits::runs_dropped_every;
    const WallTime before{environment_.wall().ms - limits::runs_kept.count};
    // Where it fails, at the next time.
    (void)storage::transact(storage_,
                            [&] { return storage_.drop_runs(before, limits::runs_dropped_max); });
}

}  // namespace holdfast::services
