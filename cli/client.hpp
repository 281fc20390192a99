#pragma once

#include <cstdint>
#include <string>

#include "cli/device.hpp"

namespace holdfast::cli {

struct ClientOptions {
    client::NativeOptions native;
    std::string email;
    std::string password_file;
    bool desktop = false;
    int seconds_max = 60;

    [[nodiscard]] Device::Time time_max() const { return std::chrono::seconds(seconds_max); }
};

/// What the commands of `holdfast client` print and do, on a device that is signed in.
[[nodiscard]] Result<> print_channels(Device& device, const ClientOptions& options);
[[nodiscard]] Result<> print_messages(Device& device,
                                      const ClientOptions& options,
                                      const std::string& channel);
[[nodiscard]] Result<> send_message(Device& device,
                                    const ClientOptions& options,
                                    const std::string& channel,
                                    const std::string& text);
[[nodiscard]] Result<> watch_channel(Device& device,
                                     const ClientOptions& options,
                                     const std::string& channel);
[[nodiscard]] Result<> print_outbox(Device& device, const ClientOptions& options);
[[nodiscard]] Result<> export_unsent(Device& device,
                                     const ClientOptions& options,
                                     const std::string& path);
[[nodiscard]] Result<> print_status(Device& device, const ClientOptions& options);
/// Waits until everything is on the device.  Errors  server_unreachable.
[[nodiscard]] Result<> synchronize(Device& device, const ClientOptions& options);

/// Calls from the standard input, one JSON a line; messages of the engine to the standard output.
/// Ends with the input, when every call has been answered.
[[nodiscard]] Result<> run_calls(const ClientOptions& options);

}  // namespace holdfast::cli
