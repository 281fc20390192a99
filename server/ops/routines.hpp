#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "server/services/environment.hpp"
#include "server/storage/common/storage.hpp"

/// The automation log: what runs of routines have done, why one has failed, and again.
namespace holdfast::ops {

/// Which runs are wanted; all conditions hold.
struct RunFilter {
    std::optional<storage::RunState> state{};
    std::string text{};  ///< found in the routine's code, or in the context; empty: any
    std::size_t limit = 100;
};

/// Runs of all organizations, newest first. At most so many of each organization are looked at as
/// `runs_searched_max` says.
[[nodiscard]] Result<std::vector<storage::RunRecord>> list_runs(storage::Storage& storage,
                                                                const RunFilter& filter);
inline constexpr std::size_t runs_searched_max = 10'000;

struct RunStory {
    storage::RunRecord run;
    std::vector<storage::RunEntry> entries;
};
/// One run with its journal.  Errors  tool_not_found.
[[nodiscard]] Result<RunStory> tell_run(storage::Storage& storage, Id run);

/// Queues what a run did once more: a new run of the routine as it is defined now, from its first
/// stage on, that sees what the old one saw. What the old one did stays done. A server that is
/// running takes it up by itself.
/// Errors  tool_not_found: no such run, or it has not ended · workflow_unknown_routine.
[[nodiscard]] Result<storage::RunRecord> run_again(storage::Storage& storage,
                                                   const Environment& environment,
                                                   Id run);

}  // namespace holdfast::ops
