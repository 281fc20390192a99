#include "server/ops/quarantine.hpp"

#include "server/services/executor.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::ops {
namespace {

/// The intent in the words of the executor. Device 0 is nobody's: the id has to be one of a device
/// of the user, as when another of the user's devices brings it (OM35).
Result<services::IntentJob> make_job(storage::Storage& storage,
                                     const storage::QuarantinedIntent& kept) {
    HF_TRY(const auto account, storage.find_account(kept.user));
    if (!account) {
        return fail(ErrorCode::tool_not_found, "no account of user " + to_string(kept.user));
    }
    return services::IntentJob{.user = kept.user,
                               .organization = account->organization,
                               .device = 0,
                               .intent = kept.intent};
}

Result<> drop(storage::Storage& storage, const Replayed& replayed) {
    return storage::transact(
        storage, [&] { return storage.drop_quarantined(replayed.intent, replayed.user); });
}

/// Alone in its batch, so that one that cannot be stored holds up no other.
Result<Replayed> replay(storage::Storage& storage,
                        services::Executor& executor,
                        const storage::QuarantinedIntent& kept) {
    HF_TRY(services::IntentJob job, make_job(storage, kept));
    if (!executor.enqueue(std::move(job))) {
        return fail(ErrorCode::server_busy, "the executor takes no intent");
    }
    services::Batch batch = executor.run();
    if (batch.failure) {
        return std::unexpected(*std::move(batch.failure));
    }
    Replayed replayed{.intent = kept.intent.id,
                      .user = kept.user,
                      .outcome = std::move(batch.judged.front().outcome)};
    replayed.kept = replayed.outcome.status == OutcomeStatus::later;
    if (!replayed.kept) {
        // A crash in between is harmless: sent once more, it is answered from the stored outcome.
        HF_CHECK(drop(storage, replayed));
    }
    return replayed;
}

}  // namespace

Result<std::vector<QuarantineEntry>> list_quarantine(storage::Storage& storage) {
    HF_TRY(auto kept, storage.quarantined());
    std::vector<QuarantineEntry> entries;
    for (storage::QuarantinedIntent& one : kept) {
        HF_TRY(auto outcome, storage.find_outcome(one.intent.id));
        entries.push_back({.kept = std::move(one), .outcome = std::move(outcome)});
    }
    return entries;
}

Result<std::vector<Replayed>> replay_quarantine(storage::Storage& storage,
                                                Environment& environment,
                                                std::optional<Id> intent) {
    HF_TRY(const auto kept, storage.quarantined());
    services::Executor executor(storage, environment);
    std::vector<Replayed> all;
    for (const storage::QuarantinedIntent& one : kept) {
        if (intent && one.intent.id != *intent) {
            continue;
        }
        HF_TRY(Replayed replayed, replay(storage, executor, one));
        all.push_back(std::move(replayed));
    }
    if (intent && all.empty()) {
        return fail(ErrorCode::tool_not_found,
                    "intent " + to_string(*intent) + " is not in quarantine");
    }
    return all;
}

}  // namespace holdfast::ops
