#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/base/id.hpp"
#include "core/model/intent.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"
#include "sim/device.hpp"
#include "sim/ledger.hpp"
#include "sim/server.hpp"

/// What a world at rest must look like. Each adds to the ledger's checks, and its violation if
/// there is one.
namespace holdfast::sim {

/// OM32, OM33: each promise has exactly one durable outcome, which is the one that was told; an
/// applied one has its effect once, a refused one has none and is still in the outbox of its
/// device, until the person has decided.
void check_promises(Ledger& ledger,
                    Server& server,
                    const std::vector<std::unique_ptr<Device>>& devices,
                    const std::map<Id, Outcome>& told);

/// What a device wrote to one channel has its effects in the order in which it was written.
void check_lanes(Ledger& ledger, storage::SqliteStorage& storage);

/// OM25 to OM27, OM32: every task that was begun is there once, every change has one row of
/// history, a task has moved as often as its history says, numbers are given once, and no two
/// changes of one absence were taken. A refused action has done nothing.
void check_tasks(Ledger& ledger, Server& server);

/// OM28, OM32: every run has ended, has gone through each of its stages once, and what each stage
/// says is said once. What was to begin at a time has begun: once for each task that was not closed
/// within its time limit, once for each moment of the schedule.
void check_runs(Ledger& ledger, storage::SqliteStorage& storage, Id organization);

/// OM5, OM6: the device holds exactly what its user may see, row by row, and every sum is that of
/// its rows. Ends the device: its files are read as they are.
void check_replica(Ledger& ledger, storage::SqliteStorage& storage, Device& device, Id user);

}  // namespace holdfast::sim
