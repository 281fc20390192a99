#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

/// The whole device behind one door: sign-in, synchronization, replica, outbox, Offline Mode and
/// live queries. It does no I/O but SQLite on the VFS that it is given: the shell (browser worker,
/// native client, simulator) carries its outputs out and brings back what came of them.
///
///     engine.handle(now, wall, input);
///     while (auto output = engine.poll_output()) carry_out(*output);
///
/// Calls and snapshots are the JSON of app/src/bridge/types.ts (docs/internals/engine-api.md).
namespace holdfast::client {

/// Where the two databases live. Names are those of the VFS; the browser maps them to OPFS handles.
struct EngineOptions {
    std::string replica_path = "replica.db";
    std::string outbox_path = "outbox.db";
    std::string vfs;              ///< empty: SQLite's default
    std::string key;              ///< both are encrypted with it (OM39); empty: they are not
    bool exclusive = false;       ///< one connection, no shared memory (browser, simulator)
    bool memory_replica = false;  ///< desktop: nothing stays after the app closes (OM15)
    std::string app_version = "0.1.0";
    std::uint64_t seed = 0;  ///< entropy for the jitter of retries
    /// So many missing rows are bulk: they are written past the log of the replica.
    std::uint64_t bulk_rows_min = 10'000;
    /// So many rows of an answer, and the rest of their page, are stored in one go: then calls have
    /// their turn.
    std::size_t slice_rows = 500;
    std::uint64_t outbox_bytes_max = 0;  ///< of its file: storage_full beyond; 0: no limit
};

// ------------------------------------------------------------------ inputs

struct Call {
    std::string_view json;     ///< {"id":7,"call":"submit","args":{…}}
    std::string_view bytes{};  ///< of a call that brings some: add_bytes
};
struct SocketOpened {
    std::uint32_t socket = 0;
};
struct SocketReceived {
    std::uint32_t socket = 0;
    std::string_view bytes;
};
struct SocketClosed {
    std::uint32_t socket = 0;
};
/// The whole answer to an HttpRequest; status 0: none came.
struct HttpAnswered {
    std::uint32_t request = 0;
    int status = 0;
    bool ours = false;  ///< the answer carries the header `Holdfast`: it is our server's, not a
                        ///< captive portal's
    std::string_view body;
};
struct TimePassed {};
using Input =
    std::variant<Call, SocketOpened, SocketReceived, SocketClosed, HttpAnswered, TimePassed>;

// ------------------------------------------------------------------ outputs

/// One EngineMessage for the screen.
struct Post {
    std::string json;
    std::string bytes{};  ///< of an answer that brings some: read_file
};
/// Opens a WebSocket to /sync/v1/socket. At most one is open; numbers are never reused, and inputs
/// about an older one are ignored.
struct OpenSocket {
    std::uint32_t socket = 0;
};
struct SendSocket {
    std::uint32_t socket = 0;
    std::string bytes;
};
struct CloseSocket {
    std::uint32_t socket = 0;
};
struct HttpRequest {
    std::uint32_t request = 0;
    std::string method{};  ///< POST or PATCH
    std::string path{};    ///< from the root of the server
    std::string content_type{};
    std::string authorization{};  ///< value of the header, or empty. Secret: never logged.
    std::string body{};
    std::int64_t timeout_ms = 30'000;
    std::string headers{};  ///< others, a line each: "Upload-Offset: 0\n"
};
using Output = std::variant<Post, OpenSocket, SendSocket, CloseSocket, HttpRequest>;

// ------------------------------------------------------------------

class Engine {
public:
    /// Opens or creates both databases. A replica that fails its check or has an unknown schema is
    /// made anew (the server has everything); an outbox is never thrown away.
    /// Errors  storage_full · storage_failed · storage_corrupt (the outbox cannot be read: nothing
    /// was changed).
    [[nodiscard]] static Result<std::unique_ptr<Engine>> open(EngineOptions options,
                                                              Instant now,
                                                              WallTime wall);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    void handle(Instant now, WallTime wall, const Input& input);
    /// The next output, to be carried out at once; snapshots are made when there is nothing else.
    [[nodiscard]] std::optional<Output> poll_output();
    [[nodiscard]] std::optional<Instant> next_deadline() const;

private:
    class Parts;
    explicit Engine(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::client
