#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/rules/past_tasks.hpp"
#include "server/services/batch_writer.hpp"
#include "server/services/world_cache.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

/// Writes tasks that were worked on before they came here (core/rules/past_tasks.hpp), in
/// transactions of the caller.
class PastWriter {
public:
    PastWriter(storage::Storage& storage, Id organization)
        : storage_(storage), organization_(organization) {}

    /// Call  at the beginning of every transaction that writes.
    [[nodiscard]] Result<> begin();

    /// How the channel of a task is known again, and until when nobody has to read it.
    struct Mark {
        std::string code{};
        std::int64_t read_until = 0;
    };
    /// Makes a task at `ms` in the name of `user`; its span is minted here. Returns its id.
    /// Errors  those of begin_past_task().
    [[nodiscard]] Result<Id> task(PastTask past, Id user, std::int64_t ms, const Mark& mark);
    /// Errors  those of move_past_task().
    [[nodiscard]] Result<> move(PastMove past, Id user, std::int64_t ms);

    /// Lets the time limits run that the task has behind its last move, which was at `ms`.
    /// Errors  those of time_past_task().
    [[nodiscard]] Result<> time(Id group, Id task, Id user, std::int64_t ms);

    struct Said {
        Id author{};
        std::string text{};
        std::int64_t at = 0;
    };
    /// Messages of people in the task's channel.
    [[nodiscard]] Result<> say(Id task, const std::vector<Said>& messages);

    [[nodiscard]] Result<> check(Id group,
                                 const std::string& form,
                                 const PastAnswer& answer,
                                 std::int64_t ms);

private:
    [[nodiscard]] Occasion at(std::int64_t ms, Id user) const {
        return {.user = user, .organization = organization_, .now = {ms}};
    }

    storage::Storage& storage_;
    Id organization_;
    services::WorldCache cache_;
    std::optional<services::BatchWriter> writer_;  ///< of the transaction
};

}  // namespace holdfast::admin
