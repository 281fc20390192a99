#pragma once

#include <string>

#include "cli/device.hpp"
#include "core/base/result.hpp"

namespace holdfast::cli {

/// Saves what waits on a device to a sealed file (OM35); the file is there as a whole or not at
/// all. Errors  those of begin_saving · setup_file.
[[nodiscard]] Result<Json> save_unsent(Device& device,
                                       const std::string& path,
                                       Device::Time time_max);

}  // namespace holdfast::cli
