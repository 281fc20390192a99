#include "server/ops/routines.hpp"

#include <algorithm>

#include "core/rules/timers.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::ops {
namespace {

/// A timer is in the log while it waits, where open runs are asked for, and where it has failed.
bool is_told(const storage::RunRecord& run, const RunFilter& filter) {
    return !is_timer(run.context) || run.state == storage::RunState::failed ||
           (run.state == storage::RunState::open && filter.state == storage::RunState::open);
}

bool matches(const storage::RunRecord& run, const std::string& text) {
    return run.routine.find(text) != std::string::npos ||
           run.context.find(text) != std::string::npos;
}

Result<storage::RunRecord> queue_again(storage::Storage& storage,
                                       const Environment& environment,
                                       const storage::RunRecord& old) {
    HF_TRY(const auto definition, storage.find_routine(old.organization, old.routine));
    if (!definition) {
        return fail(ErrorCode::workflow_unknown_routine, old.routine);
    }
    HF_TRY(const Id id, storage.mint_id());
    storage::RunRecord run{.id = id,
                           .organization = old.organization,
                           .routine = old.routine,
                           .definition = definition->id,
                           .user = old.user,
                           .task = old.task,
                           .channel = old.channel,
                           .context = old.context,
                           .queued_at = environment.wall(),
                           .due_at = environment.wall(),
                           .again = old.id};
    HF_CHECK(storage.queue_run(run));
    return run;
}

}  // namespace

Result<std::vector<storage::RunRecord>> list_runs(storage::Storage& storage,
                                                  const RunFilter& filter) {
    HF_TRY(const auto organizations, storage.organizations());
    std::vector<storage::RunRecord> found;
    for (const storage::OrganizationRecord& organization : organizations) {
        HF_TRY(auto runs, storage.runs_of(organization.id, filter.state, runs_searched_max));
        for (storage::RunRecord& run : runs) {
            if (is_told(run, filter) && matches(run, filter.text)) {
                found.push_back(std::move(run));
            }
        }
    }
    std::ranges::stable_sort(found, [](const auto& a, const auto& b) {
        return std::pair(a.queued_at, a.id) > std::pair(b.queued_at, b.id);
    });
    found.resize(std::min(found.size(), filter.limit));
    return found;
}

Result<RunStory> tell_run(storage::Storage& storage, Id run) {
    HF_TRY(auto found, storage.find_run(run));
    if (!found) {
        return fail(ErrorCode::tool_not_found, "there is no run " + to_string(run));
    }
    HF_TRY(auto entries, storage.run_entries(run));
    return RunStory{*std::move(found), std::move(entries)};
}

Result<storage::RunRecord> run_again(storage::Storage& storage,
                                     const Environment& environment,
                                     Id run) {
    HF_TRY(const RunStory story, tell_run(storage, run));
    if (story.run.state == storage::RunState::open) {
        return fail(ErrorCode::tool_not_found, "run " + to_string(run) + " has not ended");
    }
    return storage::transact(storage, [&] { return queue_again(storage, environment, story.run); });
}

}  // namespace holdfast::ops
