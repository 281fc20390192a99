#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/workflow/routine.hpp"

/// Where a run of a routine stands, and what comes next. Nothing is remembered but the journal: a
/// server that was killed between two stages reads it again and goes on with the stage that has no
/// entry. An entry is written in the transaction of its stage's effects, so each stage takes effect
/// once.
namespace holdfast::workflow {

namespace outcome {
inline constexpr std::string_view success = "SUCCESS";
inline constexpr std::string_view error = "ERROR";
}  // namespace outcome

/// A finished stage.
struct Entry {
    std::string stage{};
    std::uint32_t iteration = 1;  ///< how often this stage has run in the run, from 1
    std::string outcome{};
    std::string result{};     ///< JSON, seen by later stages as `.results.KEY`; empty: none
    std::uint32_t items = 0;  ///< of a for_each that begins: how many
    bool operator==(const Entry&) const = default;
};

namespace next {
struct Run {
    const Stage* stage = nullptr;
    std::uint32_t iteration = 1;
    bool goes_on = false;    ///< a for_each that is under way: nothing is to be evaluated
    std::uint32_t item = 0;  ///< of that for_each: the index that comes now
};
struct Finished {
    bool failed = false;  ///< the last stage failed and led nowhere, or the limit was reached
    ErrorCode code = ErrorCode::none;  ///< routine_too_many_stages at the limit
    std::string stage{};               ///< the last one
};
}  // namespace next
using Next = std::variant<next::Run, next::Finished>;

/// What comes after these entries.
/// Errors  routine_journal_mismatch: they are not what the definition would have done.
/// Cost    one pass over the journal.
[[nodiscard]] Result<Next> next_of(const Routine& routine, std::span<const Entry> journal);

/// Evaluates the expressions of inputs. The server's runs libjq in a process of its own.
class Evaluator {
public:
    virtual ~Evaluator() = default;
    /// @param context  JSON.  Returns JSON.
    /// Errors  the evaluator's own; the stage then ends with ERROR.
    [[nodiscard]] virtual Result<std::string> evaluate(std::string_view expression,
                                                       std::string_view context) = 0;
};

/// The context of the next stage: the trigger's members, `results` by stage key (the last of each),
/// and the items of the loops under way under their names ("item" where for_each has no `as`).
/// @param trigger  JSON object.
/// Errors  routine_journal_mismatch · routine_invalid_input (the trigger is no object).
[[nodiscard]] Result<std::string> context_of(const Routine& routine,
                                             std::span<const Entry> journal,
                                             std::string_view trigger);

/// Values of a stage's inputs, as JSON, by name.
using Inputs = std::map<std::string, std::string>;
/// Errors  the evaluator's · routine_invalid_input {"input"}: no JSON, or too long.
[[nodiscard]] Result<Inputs> evaluate_inputs(const Stage& stage,
                                             std::string_view context,
                                             Evaluator& evaluator);

/// The entry of a stage of flow (if_else, switch, for_each): they decide and do nothing.
/// @param inputs  evaluated; not looked at where `run.goes_on`.
/// Errors  routine_not_a_list (for_each).
[[nodiscard]] Result<Entry> flow_entry(const Routine& routine,
                                       std::span<const Entry> journal,
                                       const next::Run& run,
                                       const Inputs& inputs);

/// The entry of any other stage.
[[nodiscard]] Entry done_entry(const next::Run& run, bool succeeded, std::string result);

/// "RUN/STAGE/ITERATION": the idempotency key of what leaves the server.
[[nodiscard]] std::string stage_key(Id run, const next::Run& next);

// JSON of one entry.  Errors  workflow_malformed.
[[nodiscard]] Result<Entry> parse_entry(std::string_view text);
[[nodiscard]] std::string encode(const Entry& value);

}  // namespace holdfast::workflow
