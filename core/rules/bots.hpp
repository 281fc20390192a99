#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/body_bots.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"

/// Bots: what listens where people write, and begins routines. The rows are core/model's
/// (body_bots.hpp); docs/decisions/0032-bots.md says why they stand where they do.
namespace holdfast {

/// Where something was said.
struct BotPlace {
    Id channel{};
    Id group{};
    Id organization{};
    Id task{};  ///< the channel's, be it that the routines of its start form still have to make it
};

/// Errors  access_forbidden: the user may not read the channel.
[[nodiscard]] Result<BotPlace> place_of(const World& world, const Occasion& occasion, Id channel);

/// All that listen there, in the order in which they are called: the channel's own, its group's,
/// the organization's.  Errors  storage_corrupt · those of World.
[[nodiscard]] Result<std::vector<body::Bot>> bots_of(const World& world, const BotPlace& place);

/// Those of them whose command the user may give; of two with the same command the first.
[[nodiscard]] Result<std::vector<body::Bot>> commands_for(const World& world,
                                                          Id user,
                                                          const BotPlace& place);

/// Whether an answer to the form begins a routine there.
[[nodiscard]] Result<bool> is_listened_to(const World& world, const BotPlace& place, Id form);

/// Whether an answer to the form may be sent there now, as far as the bots are concerned.
/// Errors  task_action_waiting, as call_bots() · those of World.
[[nodiscard]] Result<> may_be_heard(const World& world,
                                    const Occasion& occasion,
                                    const BotPlace& place,
                                    Id form);

/// "/ticket  the pump leaks": `word` is "ticket" in lower case, `rest` what stands behind it.
struct Command {
    std::string word{};
    std::string_view rest{};  ///< of the message
};
/// Nothing where the message begins otherwise, as "/ 3" or "/home/ana" does.
[[nodiscard]] std::optional<Command> command_in(std::string_view message);

/// Whether a command may be called so: a lowercase letter, then letters, digits, `_` and `-`, at
/// most limits::command_bytes_max.
[[nodiscard]] bool is_command_word(std::string_view word);

namespace rules {

/// An answer that an intent has brought.
struct HeardAnswer {
    const Intent& intent;
    BotPlace place{};
    Id form{};
};

/// Queues a run for each bot that listens to the form, behind those that the action has queued
/// itself. Each is a run of its own: that one fails means nothing to the others.
/// @param effects  the action's, with the answer among the rows.
/// Errors  task_action_waiting, on a device: a routine may change the task, upon which something
///         waits already (OM27) · storage_corrupt · those of World.
[[nodiscard]] Result<> call_bots(const World& world,
                                 const Occasion& occasion,
                                 const HeardAnswer& heard,
                                 Effects& effects);

/// A message, and a run of the routine whose command it is. One that is no command here, or no
/// longer, is a message.  Errors  those of post_message() and call_bots().
[[nodiscard]] Result<Effects> post_and_obey(World& world,
                                            const Occasion& occasion,
                                            const Intent& intent);

}  // namespace rules

}  // namespace holdfast
