#include <utility>

#include "core/rules/timers.hpp"
#include "core/workflow/schedule.hpp"
#include "server/services/routines.hpp"
#include "server/services/server_world.hpp"

/// Triggers by time, in the transaction in which they set off what they set off.
namespace holdfast::services {
namespace {

constexpr std::int64_t second_ms = 1000;

}  // namespace

Result<> Routines::ring(Flight& flight, Writing& writing) {
    const storage::RunRecord& run = flight.run;
    ServerWorld world(storage_, run.organization, &writing.cache);
    const Occasion occasion{
        .user = run.user, .organization = run.organization, .now = writing.row_time};
    auto effects = is_schedule_timer(run.context) ? ring_schedule(flight, world, occasion)
                                                  : end_limit(world, occasion, run.context);
    if (!effects && effects.error().code == ErrorCode::routine_invalid_schedule) {
        return end(flight, effects.error(), {}, writing);
    }
    HF_CHECK(effects);
    HF_CHECK(writing.writer.apply(*effects, run.organization, writing.now));
    return end(flight, std::nullopt, {}, writing);
}

/// A run, and the timer of the next one. What was missed while no server ran is made up for once.
/// A version that is not the routine's any more sets off nothing: the newer one has its own timer.
Result<Effects> Routines::ring_schedule(const Flight& flight,
                                        const World& world,
                                        const Occasion& occasion) {
    HF_TRY(const auto record, storage_.find_routine(flight.run.definition));
    if (!record || !record->current || flight.routine == nullptr || !flight.routine->schedule) {
        return Effects{};
    }
    HF_TRY(const WallTime due, next_moment(*flight.routine->schedule, occasion.now));
    Effects effects;
    if (!is_first(flight.run.context)) {
        HF_TRY(QueuedRun run, scheduled_run(world, occasion, flight.run.routine));
        effects.runs.push_back(std::move(run));
    }
    effects.runs.push_back({.routine = flight.run.routine,
                            .user = flight.run.user,
                            .context = schedule_timer(false),
                            .due_at = due});
    return effects;
}

/// What a clock on the wall there shows twice counts once, and what it never shows a little later.
Result<WallTime> Routines::next_moment(const workflow::Schedule& schedule, WallTime after) const {
    HF_TRY(const workflow::Cron cron, workflow::Cron::parse(schedule.cron));
    const std::int64_t now = after.ms / second_ms;
    HF_TRY(std::int64_t offset, environment_.offset_at(schedule.zone, after));
    std::int64_t local = now + offset;
    for (;;) {
        const auto next = cron.next_after(local);
        if (!next) {
            return fail(ErrorCode::routine_invalid_schedule, schedule.cron);
        }
        std::int64_t at = *next - offset;
        HF_TRY(offset, environment_.offset_at(schedule.zone, WallTime{at * second_ms}));
        at = *next - offset;
        if (at > now) {
            return WallTime{at * second_ms};
        }
        local = *next;
    }
}

}  // namespace holdfast::services
