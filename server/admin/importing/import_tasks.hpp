#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/rules/past_tasks.hpp"
#include "server/admin/importing/import_answers.hpp"
#include "server/admin/importing/import_map.hpp"
#include "server/admin/importing/import_rows.hpp"
#include "server/admin/importing/past_writer.hpp"
#include "server/admin/org_state.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

/// Makes tasks of the rows of a table, by the rules that people's actions have
/// (core/rules/past_tasks.hpp).
/// Lifetime  one import. Borrows all.
class TaskImporter {
public:
    TaskImporter(storage::Storage& storage, const OrgState& state, const ImportMap& map)
        : state_(state), map_(map), answers_(state, map), writer_(storage, state.id) {}

    /// Whether the row can become a task; writes nothing.
    /// Errors  import_invalid with the reason in words, which is the row's; those of storage.
    [[nodiscard]] Result<> check(const ImportRow& row);

    /// Call  at the beginning of every transaction that writes.
    [[nodiscard]] Result<> begin() { return writer_.begin(); }

    /// Makes the task with its answers, states, history and messages.
    /// @param author  who did everything that the row tells.
    /// @param code    of the task's channel.
    /// Errors  as check().
    [[nodiscard]] Result<> write(const ImportRow& row, Id author, const std::string& code);

private:
    /// Where the rows of one group go.
    struct Place {
        Id group{};
        const workflow::TaskGroup* settings = nullptr;
        const workflow::Workflow* workflow = nullptr;
    };
    struct Plan {
        PastTask task{};
        std::string form{};  ///< code of the start form
        struct Move {
            PastMove move{};
            std::string form{};
        };
        std::vector<Move> moves{};  ///< one a step
    };

    [[nodiscard]] Result<Place> place_of(const std::string& group_code) const;
    [[nodiscard]] Result<Plan> plan(const ImportRow& row) const;
    [[nodiscard]] Result<workflow::TaskPatch> patch(const Place& place,
                                                    const ImportRow::Task& task) const;
    /// The definition of a form as it is filled in now.
    [[nodiscard]] Result<const forms::Definition*> definition(const std::string& code) const;
    [[nodiscard]] Result<std::optional<PastAnswer>> answer(const std::string& form,
                                                           const ImportRow::Answers& answers,
                                                           std::int64_t at) const;

    const OrgState& state_;
    const ImportMap& map_;
    AnswerReader answers_;
    PastWriter writer_;
    mutable std::map<std::string, forms::Definition> definitions_;  ///< by code of the form
};

}  // namespace holdfast::admin
