#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace boost::asio {
class io_context;
}

namespace holdfast::client {

struct NativeOptions {
    std::string server_url;       ///< http://host:port or https://host:port
    std::string data_folder;      ///< for replica.db and outbox.db; made when it is not there
    std::string ca_file;          ///< certificates to trust beside the system's, PEM; or empty
    bool memory_replica = false;  ///< keep no replica on the disk
    std::string app_version = "0.1.0";
    /// File to record the engine's inputs in, without their secrets (client/native/trace.hpp); or
    /// empty. The data folder has to be a new one: a trace begins where a device begins.
    std::string trace_file;
};

/// A device without a screen: the engine, and what carries its outputs out (WebSocket, HTTP,
/// timers).
///
/// It talks the JSON of app/src/bridge/types.ts, as the app does.
///
/// Threads    the thread that runs the io_context; the destructor too, or after the last run().
/// Ownership  the io_context outlives it. Destroying it closes the databases at once and cuts the
///            connections, as the end of the process would: nothing of the outbox is lost.
class NativeClient {
public:
    using OnMessage = std::function<void(std::string_view json)>;
    using OnBytes = std::function<void(std::string_view json, std::string_view bytes)>;

    /// Errors  those of Engine::open · setup_address (the URL) · setup_tls (the CA file) ·
    ///         setup_file (the data folder; the trace, or a folder that is not new).
    [[nodiscard]] static Result<std::unique_ptr<NativeClient>> open(boost::asio::io_context& loop,
                                                                    NativeOptions options);
    ~NativeClient();
    NativeClient(const NativeClient&) = delete;
    NativeClient& operator=(const NativeClient&) = delete;

    /// Every EngineMessage from now on. The callback may call call(); it may not destroy the
    /// client.
    void on_message(OnMessage callback);
    /// The same for those who ask for bytes too: they stand behind the answer to read_file.
    void on_message_with_bytes(OnBytes callback);

    /// Gives the engine a call: {"id":7,"call":"submit","args":{…}}, and the bytes that add_bytes
    /// brings. Answered through on_message, later.
    void call(std::string json, std::string bytes = {});

private:
    struct Parts;
    explicit NativeClient(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;  ///< owners: this, and what is queued in the loop
};

}  // namespace holdfast::client
