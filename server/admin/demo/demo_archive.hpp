#pragma once

#include <cstddef>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "server/admin/org_state.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

struct DemoPerson {
    Id id;
    bool spanish = false;
};

struct DemoArchive {
    std::vector<DemoPerson> people;  ///< who report and do the work
    std::size_t tasks = 0;           ///< in all groups together
    WallTime now{};                  ///< nothing is later
};

/// Makes tasks of the three workflows of the demonstration as people have worked on them over half
/// a year: reported by form, moved by buttons and forms, most of them done; by the rules that
/// people's actions have. Their history counts as read.
/// @param state  with the workflows and everything that their forms choose from.
/// Cost  about a millisecond a task.
[[nodiscard]] Result<> make_demo_archive(storage::Storage& storage,
                                         const OrgState& state,
                                         const DemoArchive& archive);

}  // namespace holdfast::admin
