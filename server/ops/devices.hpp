#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "server/storage/common/storage.hpp"

/// The devices of a person, for the operator who takes one away (OM36).
namespace holdfast::ops {

struct KnownDevice {
    storage::DeviceRecord record{};
    bool signed_in = false;
};

/// Those that a person has signed in on, the one that was seen last first.
/// Errors  tool_not_found: no such person · those of storage.
[[nodiscard]] Result<std::vector<KnownDevice>> list_devices(storage::Storage& storage,
                                                            std::string_view person);

/// Ends the sessions of a device for good. It deletes what the server has sent it at the next
/// contact: one that is connected to a running server within a second. Work that waits on it is not
/// taken any more, and stays for the person to save. The person may sign in again, as a new device:
/// who shall not is made inactive in the organization file.
/// Errors  tool_not_found: no such person, or no such device of this person · those of storage.
[[nodiscard]] Result<> revoke_device(storage::Storage& storage,
                                     std::string_view person,
                                     DeviceNumber number);

}  // namespace holdfast::ops
