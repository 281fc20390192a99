#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/world.hpp"
#include "core/workflow/journal.hpp"

/// What a routine's stages do to rows. The server's only: in the transaction of the stage's entry.
namespace holdfast {

/// One stage that is to be carried out, with its inputs evaluated.
struct StageCall {
    const workflow::Stage* stage = nullptr;
    const workflow::Inputs* inputs = nullptr;
    std::string_view context;  ///< of the run's trigger (core/rules/run_context.hpp)
    Id span{};                 ///< the first of `workflow::ids_reserved(0)` ids for what is made
};

struct StageDone {
    Effects effects{};
    std::string result{};  ///< JSON, for later stages
};

/// Whether rows are all that stages of this kind change: flow decides only, `wait` takes time, and
/// what leaves the server is not for rules to do.
[[nodiscard]] bool writes_rows(workflow::StageKind kind);

/// Does what the stage asks for, in the name of `occasion.user`, whom nothing is forbidden here.
///
/// `create_task` gives the task of a start form the id that its device showed; every other task
/// gets a channel of its own.
/// Errors  routine_invalid_input {"input"} · workflow_unknown_workflow · intent_gone (task, person,
///         channel or group) · those of core/workflow's effects and of TaskRows::write() ·
///         routine_stage_unsupported. Nothing is to be written then: the stage ends with ERROR.
[[nodiscard]] Result<StageDone> carry_out_stage(World& world,
                                                const Occasion& occasion,
                                                const StageCall& call);

/// A run that has failed, and why.
struct FailedRun {
    Id run{};
    std::string_view context{};  ///< as the trigger left it
    std::string routine{};       ///< its name
    ErrorCode code{};
    std::string detail{};  ///< parameters of the code's sentence, JSON
};

/// The message that tells the channel of a trigger that its routine has failed; no rows where there
/// is no channel any more.
/// @param id  of the message.
[[nodiscard]] Result<Effects> tell_failure(World& world,
                                           const Occasion& occasion,
                                           Id id,
                                           const FailedRun& failed);

}  // namespace holdfast
