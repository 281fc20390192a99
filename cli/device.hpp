#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "client/native/native_client.hpp"
#include "core/base/result.hpp"

namespace boost::asio {
class io_context;
}

namespace holdfast::cli {

using Json = nlohmann::ordered_json;

/// A NativeClient for code that goes step by step: a call waits for its reply, and a query for a
/// snapshot that satisfies it. Each wait has a deadline.
class Device {
public:
    using Time = std::chrono::milliseconds;

    /// Opens the device and makes the first call, `start`.
    [[nodiscard]] static Result<std::unique_ptr<Device>> open(boost::asio::io_context& loop,
                                                              client::NativeOptions options,
                                                              bool mobile);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// Whether somebody is signed in, as `start` said.
    [[nodiscard]] bool signed_in() const { return signed_in_; }

    /// The result of a call.  Errors  those of the engine · server_unreachable: no reply in time.
    [[nodiscard]] Result<Json> call(std::string_view name, Json arguments, Time time_max);

    /// What came beside the last reply, of a call that gives bytes.
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

    /// Opens a live query; its number.
    [[nodiscard]] Result<int> subscribe(Json query);
    /// The newest snapshot of a query that may be shown; an empty object before the first.
    [[nodiscard]] const Json& snapshot(int subscription) const;
    /// Called with each snapshot from now on.
    void on_snapshot(std::function<void(int subscription, const Json& snapshot)> callback);

    /// The first snapshot of a query.
    [[nodiscard]] Result<Json> ask(Json query, Time time_max);

    /// Runs the loop until `condition` is true. False: the time is over.
    bool run_until(const std::function<bool()>& condition, Time time_max);

private:
    Device(boost::asio::io_context& loop, std::unique_ptr<client::NativeClient> client);
    [[nodiscard]] int send(std::string_view name, Json arguments);
    void take(std::string_view message, std::string_view bytes);

    boost::asio::io_context& loop_;
    std::unique_ptr<client::NativeClient> client_;
    int last_number_ = 0;
    bool signed_in_ = false;
    std::map<int, Json> replies_;
    std::string bytes_;
    std::map<int, Json> snapshots_;
    std::function<void(int, const Json&)> on_snapshot_;
};

/// The error that a reply names: its code of the catalogue and its parameters.
[[nodiscard]] Error error_of(const Json& error);

}  // namespace holdfast::cli
