#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"
#include "core/model/limits.hpp"
#include "core/rules/stage_inputs.hpp"
#include "core/rules/stages.hpp"
#include "core/rules/timers.hpp"
#include "core/workflow/intent_ids.hpp"
#include "core/workflow/limits.hpp"
#include "server/services/routines.hpp"
#include "server/services/server_world.hpp"

/// What becomes of a stage, in the transaction of its entry.
namespace holdfast::services {
namespace {

using workflow::StageKind;

bool is_storage_error(ErrorCode code) {
    return code == ErrorCode::storage_full || code == ErrorCode::storage_failed ||
           code == ErrorCode::storage_corrupt || code == ErrorCode::storage_busy;
}

bool is_everybodys(ErrorCode code) {
    return code == ErrorCode::storage_full || code == ErrorCode::storage_busy;
}

Millis wait_before(std::uint32_t attempt) {
    return Millis{limits::request_retry.count << std::min(attempt, 10U)};
}

/// The reply as later stages see it: its body as JSON where it is JSON, and is not too long.
std::string result_of(const OutsideReply& reply, ErrorCode why) {
    json::Value body = json::parse(reply.body);
    if (body.is_discarded()) {
        body = reply.body;
    }
    json::Value result{{"status", reply.status}, {"body", std::move(body)}};
    if (why != ErrorCode::none) {
        result["error"] = std::string(error_name(why));
    }
    std::string text = json::dump(result);
    if (text.size() > workflow::limits::result_bytes_max) {
        result["body"] = nullptr;
        text = result.dump();
    }
    return text;
}

/// Why a stage ended with ERROR, as its other branch sees it.
std::string result_of(const Error& why) {
    json::Value params = json::parse(why.params);
    return json::Writer{}
        .write("error", std::string(error_name(why.code)))
        .write("params", params.is_object() ? std::move(params) : json::Value::object())
        .text();
}

[[nodiscard]] Result<> check_sizes(const Effects& effects) {
    for (const RowChange& change : effects.rows) {
        if (change.body.size() > holdfast::limits::body_bytes_max) {
            return fail(ErrorCode::request_too_large);
        }
    }
    return {};
}

}  // namespace

Result<> Routines::carry_out(BatchWriter& writer, WorldCache& cache) {
    in_transaction_.clear();
    while (!ready_.empty() && in_transaction_.size() < limits::batch_stages_max) {
        const Id id = ready_.front();
        ready_.pop_front();
        Flight& flight = flights_.at(id);
        const WallTime now = time_.now();
        // Messages stand behind what set them off, within one moment too.
        const WallTime row_time = std::max(now, flight.run.queued_at + Millis{1});
        Writing writing{writer, cache, now, row_time};
        const Result<> done = writer.alone([&] { return carry_out(flight, writing); });
        if (done) {
            in_transaction_.push_back(id);
        } else if (is_everybodys(done.error().code)) {
            return done;
        } else {
            // Read again in a while: others first. Where that fails too, at once.
            (void)writer.alone([&] { return come_back(id, now + limits::storage_retry); });
            flights_.erase(id);
        }
    }
    return {};
}

Result<> Routines::carry_out(Flight& flight, Writing& writing) {
    if (is_timer(flight.run.context)) {
        return ring(flight, writing);
    }
    if (flight.broken) {
        return end(flight, flight.broken, {}, writing);
    }
    if (!flight.inputs && flight.inputs.error().code == ErrorCode::routine_no_evaluator) {
        return put_off(flight, writing.now + limits::evaluator_retry, false);
    }
    HF_TRY(auto turn, this->turn(flight, writing));
    return turn ? write_turn(flight, *std::move(turn), writing) : Result<>();
}

Result<std::optional<Routines::Turn>> Routines::turn(Flight& flight, Writing& writing) {
    const StageKind kind = flight.next.stage->kind;
    if (!flight.inputs) {
        return failed(flight, flight.inputs.error());
    }
    if (workflow::rule_of(kind).flow) {
        auto entry =
            workflow::flow_entry(*flight.routine, flight.journal, flight.next, *flight.inputs);
        return entry ? Turn{.entry = *std::move(entry)} : failed(flight, entry.error());
    }
    if (kind == StageKind::wait && flight.run.attempts == 0) {
        rules::StageInputs inputs(*flight.inputs);
        const std::int64_t wanted = inputs.number("milliseconds").value_or(0);
        if (const Result<> right = inputs.done(); !right) {
            return failed(flight, right.error());
        }
        const Millis wait{std::clamp<std::int64_t>(wanted, 0, limits::run_wait_max.count)};
        HF_CHECK(put_off(flight, writing.now + wait, true));
        return std::nullopt;
    }
    if (kind == StageKind::wait) {
        return Turn{.entry = workflow::done_entry(flight.next, true, {})};
    }
    if (flight.reply) {
        const ErrorCode why = *flight.reply ? ErrorCode::none : flight.reply->error().code;
        const bool again =
            (why == ErrorCode::routine_request_failed || why == ErrorCode::routine_mail_failed) &&
            flight.run.attempts + 1 < limits::request_attempts_max;
        if (again) {
            HF_CHECK(put_off(flight, writing.now + wait_before(flight.run.attempts), true));
            return std::nullopt;
        }
        return answer(flight);
    }
    HF_TRY(Turn done, write_rows(flight, writing));
    return done;
}

Result<Routines::Turn> Routines::write_rows(Flight& flight, Writing& writing) {
    ServerWorld world(storage_, flight.run.organization, &writing.cache);
    const Occasion occasion{
        .user = flight.run.user, .organization = flight.run.organization, .now = writing.row_time};
    HF_TRY(const Id span, storage_.mint_ids(workflow::ids_reserved(0)));
    auto done = carry_out_stage(world,
                                occasion,
                                {.stage = flight.next.stage,
                                 .inputs = &*flight.inputs,
                                 .context = flight.run.context,
                                 .span = span});
    if (done) {
        if (const Result<> fits = check_sizes(done->effects); !fits) {
            done = std::unexpected(fits.error());
        }
    }
    if (!done) {
        if (is_storage_error(done.error().code)) {
            return std::unexpected(std::move(done).error());
        }
        return failed(flight, done.error());
    }
    HF_CHECK(writing.writer.apply(done->effects, flight.run.organization, writing.now));
    return Turn{.entry = workflow::done_entry(flight.next, true, std::move(done->result))};
}

Routines::Turn Routines::answer(const Flight& flight) const {
    const Result<OutsideReply>& reply = *flight.reply;
    if (!reply) {
        return failed(flight, reply.error());
    }
    const bool taken = reply->status >= 200 && reply->status < 300;
    const ErrorCode why = taken ? ErrorCode::none
                          : flight.next.stage->kind == StageKind::email
                              ? ErrorCode::routine_mail_failed
                              : ErrorCode::routine_request_failed;
    Turn turn{.entry = workflow::done_entry(flight.next, taken, result_of(*reply, why))};
    if (!taken) {
        turn.code = why;
        turn.detail = json::Writer{}.write("status", std::int64_t{reply->status}).text();
    }
    return turn;
}

Routines::Turn Routines::failed(const Flight& flight, const Error& why) const {
    return {.entry = workflow::done_entry(flight.next, false, result_of(why)),
            .code = why.code,
            .detail = why.params};
}

Result<> Routines::put_off(Flight& flight, WallTime until, bool counts) {
    flight.run.due_at = until;
    flight.run.attempts += counts ? 1 : 0;
    flight.leaves = true;
    return storage_.update_run(flight.run);
}

/// What the failed attempt has made of its copy does not count.
Result<> Routines::come_back(Id id, WallTime at) {
    HF_TRY(auto run, storage_.find_run(id));
    if (!run) {
        return {};
    }
    run->due_at = at;
    return storage_.update_run(*run);
}

Result<> Routines::write_turn(Flight& flight, Turn turn, Writing& writing) {
    HF_CHECK(
        storage_.add_run_entry({.run = flight.run.id,
                                .position = static_cast<std::uint32_t>(flight.journal.size() + 1),
                                .at = writing.now,
                                .entry = workflow::encode(turn.entry),
                                .code = turn.code,
                                .detail = turn.detail}));
    flight.written = turn.entry;
    std::vector<workflow::Entry>& journal = flight.journal;
    journal.push_back(std::move(turn.entry));
    auto next = workflow::next_of(*flight.routine, journal);
    journal.pop_back();
    if (!next) {
        return end(flight, next.error(), flight.next.stage->key, writing);
    }
    if (const auto* over = std::get_if<workflow::next::Finished>(&*next)) {
        std::optional<Error> why;
        if (over->failed) {
            const bool of_run = over->code != ErrorCode::none;
            why = Error{of_run ? over->code : turn.code, {}, of_run ? "" : turn.detail};
        }
        return end(flight, why, over->stage, writing);
    }
    if (flight.run.attempts > 0) {
        flight.run.attempts = 0;
        return storage_.update_run(flight.run);
    }
    return {};
}

Result<> Routines::end(Flight& flight,
                       const std::optional<Error>& why,
                       const std::string& stage,
                       Writing& writing) {
    storage::RunRecord& run = flight.run;
    run.state = why ? storage::RunState::failed : storage::RunState::done;
    run.ended_at = writing.now;
    run.attempts = 0;
    flight.leaves = true;
    if (why) {
        run.stage = stage;
        run.code = why->code;
        run.detail = why->params;
    }
    if (why && !is_timer(run.context)) {  // a timer has no channel to say it in
        const bool named = flight.routine != nullptr && !flight.routine->name.empty();
        ServerWorld world(storage_, run.organization, &writing.cache);
        const Occasion occasion{
            .user = run.user, .organization = run.organization, .now = writing.row_time};
        HF_TRY(const Id message, storage_.mint_id());
        auto told = tell_failure(world,
                                 occasion,
                                 message,
                                 {.run = run.id,
                                  .context = run.context,
                                  .routine = named ? flight.routine->name : run.routine,
                                  .code = run.code,
                                  .detail = run.detail});
        HF_CHECK(told);
        HF_CHECK(writing.writer.apply(*told, run.organization, writing.now));
    }
    return storage_.update_run(run);
}

void Routines::ask_outside(Flight& flight) {
    rules::StageInputs inputs(*flight.inputs);
    OutsideRequest wanted{.ticket = next_ticket_++,
                          .method = inputs.text("method").value_or("POST"),
                          .url = inputs.text("url").value_or(""),
                          .headers = inputs.texts("headers"),
                          .key = workflow::stage_key(flight.run.id, flight.next)};
    if (const auto body = flight.inputs->find("body"); body != flight.inputs->end()) {
        const json::Value value = json::parse(body->second);
        wanted.body = value.is_string() ? value.get<std::string>() : body->second;
    }
    send(flight, std::move(wanted), inputs.done());
}

void Routines::write_mail(Flight& flight) {
    rules::StageInputs inputs(*flight.inputs);
    OutsideRequest wanted{.ticket = next_ticket_++,
                          .mail = true,
                          .headers = {{"to", inputs.text("to").value_or("")},
                                      {"subject", inputs.text("subject").value_or("")}},
                          .body = inputs.text("text").value_or(""),
                          .key = workflow::stage_key(flight.run.id, flight.next)};
    if (const auto html = inputs.text("html")) {
        wanted.headers["html"] = *html;
    }
    send(flight, std::move(wanted), inputs.done());
}

void Routines::send(Flight& flight, OutsideRequest wanted, const Result<>& right) {
    if (!right) {
        flight.inputs = std::unexpected(right.error());
        make_ready(flight);
        return;
    }
    flight.ticket = wanted.ticket;
    asked_[wanted.ticket] = flight.run.id;
    requests_.push_back(std::move(wanted));
}

}  // namespace holdfast::services
