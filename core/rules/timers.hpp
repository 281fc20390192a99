#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/world.hpp"
#include "core/workflow/effects.hpp"

/// Triggers by time. A time that is to come is a run that is not due yet: its context says what it
/// waits for, and when it is due it ends, and sets off what follows, in one transaction.
namespace holdfast {

/// Whether a run with this context is one that waits for a time, and no routine's work.
[[nodiscard]] bool is_timer(std::string_view context);

/// The same, of a schedule; else of a time limit.
[[nodiscard]] bool is_schedule_timer(std::string_view context);

/// The context of one that waits for the next moment of the routine's schedule.
/// @param first  it only finds that moment, and sets off nothing.
[[nodiscard]] std::string schedule_timer(bool first);
[[nodiscard]] bool is_first(std::string_view context);

/// One that waits for the end of a task's time limit.
[[nodiscard]] QueuedRun limit_timer(const workflow::step::SetTimer& timer, Id group);

/// What a schedule sets off: a run in the name of the occasion's user.
[[nodiscard]] Result<QueuedRun> scheduled_run(const World& world,
                                              const Occasion& occasion,
                                              const std::string& routine);

/// What the end of a time limit sets off: a run of each of its routines; nothing where the task has
/// kept it, or it runs anew. A limit that repeats goes on: the task is due again, and another timer
/// waits for that. Errors  storage_corrupt · those of the world.
[[nodiscard]] Result<Effects> end_limit(World& world,
                                        const Occasion& occasion,
                                        std::string_view context);

}  // namespace holdfast
