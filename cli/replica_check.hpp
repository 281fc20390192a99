#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/bucket.hpp"
#include "server/storage/common/inspection.hpp"

/// A device's replica beside the server's tables.
namespace holdfast::cli {

struct ReplicaFinding {
    enum class State {
        same,
        behind,        ///< the device has not everything yet; the next synchronization brings it
        missing,       ///< readable, and not on the device yet
        not_readable,  ///< on the device, and the user may not read it (any more)
        other_epoch,   ///< of a history that the server does not have
        ahead,         ///< at a version that the server does not have
        differs,       ///< at the server's version, with other rows
        miscounted,    ///< its own count or sum is not that of its rows
    };
    Bucket head;  ///< the server's; the device's where the server has none
    State state = State::same;
    std::string text;

    /// Whether synchronizing does not lead to it.
    [[nodiscard]] bool is_fault() const {
        return state == State::other_epoch || state == State::ahead || state == State::differs ||
               state == State::miscounted;
    }
};

[[nodiscard]] std::string_view state_name(ReplicaFinding::State state);

struct ReplicaCheck {
    Id user;
    DeviceNumber device = 0;
    std::size_t waiting = 0;               ///< intents in the outbox
    std::vector<ReplicaFinding> findings;  ///< one for each bucket of either side
};

/// Compares the data folder of a native client with the server's tables, bucket by bucket.
///
/// It reads copies of the client's files: nothing there is changed, and a replica that the client
/// would make anew stays as it is. The client may run meanwhile.
/// Errors  setup_file: no device's folder · tool_not_found: nobody is signed in on it, or the user
///         is not one of this server · storage_corrupt: a file cannot be read.
[[nodiscard]] Result<ReplicaCheck> check_replica(storage::Inspection& inspection,
                                                 const std::string& device_folder);

}  // namespace holdfast::cli
