#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/workflow/journal.hpp"
#include "tests/scenarios/workflow/world.hpp"

/// A server's executor of routines in small: enough stages to prove the rules of core/workflow.
namespace holdfast::workflow::scenario {

/// Evaluates a corner of jq: JSON constants, paths (`.answer.fields.title`), objects of these.
class PathEvaluator final : public Evaluator {
public:
    Result<std::string> evaluate(std::string_view expression, std::string_view context) override;
};

/// What one run did.
struct RunLog {
    std::vector<Entry> journal{};
    std::vector<std::string> errors{};   ///< "stage: code"
    std::vector<std::string> outside{};  ///< idempotency keys of what left the server, in order
    std::vector<std::string> messages{};
    bool failed = false;
    ErrorCode code = ErrorCode::none;
};

class Executor {
public:
    explicit Executor(World& world) : world_(world) {}

    /// Runs a queued routine to its end. `killed` is asked before the transaction of each stage
    /// commits: true loses the stage's effects and its entry, as a kill would.
    RunLog run(
        const step::QueueRoutine& queued, WallTime now, const std::function<bool()>& killed = [] {
            return false;
        });

private:
    [[nodiscard]] std::string trigger_of(const step::QueueRoutine& queued) const;
    [[nodiscard]] Result<std::string> carry_out(const step::QueueRoutine& queued,
                                                const next::Run& run,
                                                const Inputs& inputs,
                                                const Cause& cause,
                                                RunLog& log);
    [[nodiscard]] Result<std::string> create(const step::QueueRoutine& queued,
                                             const Inputs& inputs,
                                             const Cause& cause);

    World& world_;
    PathEvaluator evaluator_;
};

}  // namespace holdfast::workflow::scenario
