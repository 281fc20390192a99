#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/sync/held_lanes.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"

/// One device's conversation with the server, from its first frame to the close: what the server
/// says and when, without sockets, tables or clocks. server/services/hub.hpp carries its outputs
/// out.
///
///                    hello                      welcome sent
///   ┌──────────┐ ─────────────► ┌────────────┐ ─────────────► ┌──────┐
///   │ Greeting │ ◄───────────── │ Admitting  │                │ Live │──┐ push, ping,
///   └──────────┘  once: too     └────────────┘                └──────┘◄─┘ changes
///        │        short               │                          │
///        │ timeout, other frame      │ refused                   │ revoked, drain, bad frame,
///        ▼                           ▼                           ▼ silence
///   ┌───────────────────────────────────────────────────────────────────┐
///   │ Closed                                                            │
///   └───────────────────────────────────────────────────────────────────┘
namespace holdfast::sync {

namespace limits {
inline constexpr Millis greeting_time_max{10'000};  // a socket that says nothing is closed
inline constexpr Millis silence_max{
    45'000};  // no frame from the device: closed; devices ping each 15 s
inline constexpr std::size_t queued_bytes_max =
    1024 * 1024;  // beyond it live pages are dropped: "behind"
inline constexpr std::ptrdiff_t heads_per_frame = 4000;  // about 84 bytes each; a frame holds 1 MiB
inline constexpr std::size_t intents_in_flight_max =
    256;  // of one connection without an outcome; more is request_too_many
inline constexpr std::size_t intents_put_off_max =
    10'000;  // of one connection, as many as an outbox can hold; more is request_too_many
}  // namespace limits

/// Bytes of a frame that many sessions send: encoded once, shared by their send queues.
using SharedBytes = std::shared_ptr<const wire::Bytes>;

class ServerSession {
public:
    // ------------------------------------------------------------------ inputs

    /// The answer to Admit: who it is and what the device has to learn.
    struct Admitted {
        Id user;
        Id organization;
        DeviceNumber device = 0;
        std::uint64_t salt = 0;
        WallTime server_time{};
        std::string policy;
        std::vector<Bucket>
            readable;        ///< every bucket that the user may read, ascending, at its head
        std::string resume;  ///< sealed, for the next greeting
        bool exact = false;  ///< the greeting's digest is that of `readable`: nothing is new
    };
    /// The short greeting does not do: the token is not taken, or something is new.
    struct TooShort {};
    struct Refused {
        ErrorCode code{};
        std::string detail;
        Millis retry_after{};
    };
    struct Received {
        std::string_view bytes;  ///< one WebSocket message
    };
    /// What the user may read has changed: the whole list again.
    struct AccessChanged {
        std::vector<Bucket> readable;
    };
    /// A bucket has moved from `from` to `head.version`; `page` is the encoded Page frame of it.
    struct Changed {
        Bucket head;
        std::uint64_t from = 0;
        SharedBytes page;
    };
    struct Judged {
        std::vector<Outcome> outcomes;
    };
    struct ContactsChanged {
        SharedBytes presence;
    };
    /// Bytes that wait in the socket's queue now.
    struct Queued {
        std::size_t bytes = 0;
    };
    /// The session is to end: the server stops, or the account, device or session was revoked.
    struct End {
        ErrorCode code{};
        Millis retry_after{};
    };
    struct TimePassed {
        WallTime server_time{};
    };
    using Input = std::variant<Admitted,
                               TooShort,
                               Refused,
                               Received,
                               AccessChanged,
                               Changed,
                               Judged,
                               ContactsChanged,
                               Queued,
                               End,
                               TimePassed>;

    // ------------------------------------------------------------------ outputs

    struct Admit {
        wire::Hello hello;
    };
    struct Execute {
        std::vector<Intent> intents;
    };
    struct Send {
        SharedBytes bytes;
    };
    struct Close {
        ErrorCode code{};  ///< for the log
        std::string detail;
    };
    using Output = std::variant<Admit, Execute, Send, Close>;

    // ------------------------------------------------------------------ states

    struct Greeting {
        Instant give_up_at;
        bool in_full = false;  ///< the device was asked to say everything
    };
    struct Admitting {
        wire::Hello hello;
    };
    struct Live {
        Id user;
        Id organization;
        DeviceNumber device = 0;
        /// The head that the device was told of, by readable bucket, ascending.
        std::vector<std::pair<BucketId, std::uint64_t>> told;
        Instant last_heard;
        HeldLanes lanes;
        bool behind =
            false;  ///< live pages were dropped: heads are told when the queue has drained
        std::unordered_map<BucketId, Bucket> missed;
    };
    struct Closed {};
    using State = std::variant<Greeting, Admitting, Live, Closed>;

    explicit ServerSession(Instant now);

    /// Takes one input. Runs to completion; poll_output() until empty afterwards.
    void handle(Instant now, const Input& input);
    [[nodiscard]] std::optional<Output> poll_output();
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    [[nodiscard]] const State& state() const { return state_; }

private:
    void on(Instant now, const Admitted& input);
    void on(Instant now, const TooShort& input);
    void on(Instant now, const Refused& input);
    void on(Instant now, const Received& input);
    void on(Instant now, const AccessChanged& input);
    void on(Instant now, const Changed& input);
    void on(Instant now, const Judged& input);
    void on(Instant now, const ContactsChanged& input);
    void on(Instant now, const Queued& input);
    void on(Instant now, const End& input);
    void on(Instant now, const TimePassed& input);

    void on_frame(Instant now, wire::Hello&& hello);
    void on_frame(Instant now, wire::Push&& push);
    void on_frame(Instant now, wire::Ping&& ping);
    template <class Unexpected>
    void on_frame(Instant now, Unexpected&& frame);
    void send(const wire::Frame& frame);
    void send(SharedBytes bytes);
    void send_heads(std::span<const Bucket> heads);
    void miss(Live& live, const Bucket& head);
    void close(ErrorCode code, std::string detail, Millis retry_after = {});
    void enter(State next);

    State state_;
    std::list<Output> outputs_;  ///< not a deque: an empty one holds 600 bytes
    Instant wall_at_;            ///< when `wall_` was told
    WallTime wall_{};            ///< the server's clock, for Pong
};

}  // namespace holdfast::sync
