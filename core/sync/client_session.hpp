#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/base/split_mix.hpp"
#include "core/base/time.hpp"
#include "core/base/token_bucket.hpp"
#include "core/sync/bucket_cursor.hpp"
#include "core/sync/priority.hpp"
#include "core/sync/repair.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"

/// A device's side of synchronization, for as long as somebody is signed in: when to connect, what
/// to pull and in which order, what to push, how far it has got. It owns no bytes on disk: the
/// replica and the outbox carry its outputs out, before the next input.
///
///                 socket opened          welcome
///   ┌─────────┐ ───────────────► ┌──────────┐ ─────► ┌───────────┐
///   │ Opening │                  │ Greeting │        │ Connected │
///   └─────────┘ ◄─────┐          └──────────┘        └───────────┘
///     ▲    │ failed   │ deadline,      │ closed, silence   │ closed, silence
///     │    ▼          │ try now        ▼                   ▼
///     │  ┌──────────────┐ ◄────────────┴───────────────────┘
///     └──│   Waiting    │    signed out, refused for good
///        └──────────────┘ ─────────────────────────────► ┌─────────┐
///                             renewed, try now ◄──────── │ Stopped │
///                                                        └─────────┘
namespace holdfast::sync {

namespace limits {
inline constexpr Millis retry_first{500};  // full jitter: uniform in (0, bound], the bound doubles
inline constexpr Millis retry_bound_max{30'000};  // OM20: at most 30 s between tries
inline constexpr Millis healthy_after{10'000};  // a connection that lived so long resets the bound
inline constexpr Millis open_time_max{10'000};
inline constexpr Millis ping_every{15'000};
inline constexpr Millis ping_answer_max{5'000};  // silence beyond: the connection is dead
inline constexpr Millis probe_answer_max{
    900};  // after a hint of the platform that the network went
inline constexpr std::size_t pulls_in_flight_max = 2;
/// Bodies that one answer may hold: at first, at least, and at most what the server gives
/// (wire::limits::pull_bytes_max). A quick answer doubles it for the next one, a slow one or none
/// halves it: a cut line loses little, and what the screen needs does not wait long behind it.
inline constexpr std::uint32_t pull_bytes_first = 512 * 1024;
inline constexpr std::uint32_t pull_bytes_min = 64 * 1024;
inline constexpr Millis pull_quick{250};
inline constexpr Millis pull_slow{2'000};
/// A part that is cut so often does not fit this line: on with pulls, which may be smaller.
inline constexpr std::uint32_t segment_cuts_max = 2;
/// Nor does a line on which so many addresses, one after the other, are too old when they are used.
inline constexpr std::uint32_t segment_addresses_max = 3;
inline constexpr std::size_t intents_window =
    192;  // without an outcome; below what the server takes, three pushes are under way
inline constexpr Rate pushes{
    .burst = 600, .per_second = 50};  // of frames; beyond it intents gather, and go together
inline constexpr Millis outcome_time_max{
    20'000};  // an unanswered intent is sent again on a new connection
}  // namespace limits

/// How far one synchronization has got; for OM7, OM12, OM13. `received` never falls within one
/// synchronization.
struct Progress {
    std::uint64_t received = 0;  ///< rows of this synchronization that are stored
    std::uint64_t expected = 0;  ///< rows of this synchronization, stored or not
    bool complete = false;       ///< every bucket is exact at the head that the server told
};

class ClientSession {
public:
    // ------------------------------------------------------------------ inputs
    struct SocketOpened {};
    struct SocketClosed {};
    struct SocketReceived {
        std::string_view bytes;
    };
    /// The whole answer to a Pull output. `status` is HTTP's; 0: no answer.
    struct PullAnswered {
        std::uint32_t pull = 0;
        int status = 0;
        std::string_view bytes;
        std::optional<Instant> arrived{};  ///< where it has waited since: the line was that quick
    };
    /// What the replica holds of the bucket of a StorePage, after it was stored.
    struct PageStored {
        BucketCursor cursor;
        std::uint64_t new_rows = 0;
    };
    /// The answer to SumRanges: one sum for each range, in their order.
    struct RangesSummed {
        std::uint32_t repair = 0;
        BucketId bucket;
        std::vector<RangeSum> sums;
    };
    /// The answer to ReplaceRange: what the bucket's rows now are, and what it came to.
    struct RangeReplaced {
        BucketId bucket;
        std::uint64_t rows = 0;
        Sum sum{};
        std::uint64_t added = 0;
        std::uint64_t changed = 0;
        std::uint64_t removed = 0;
        std::uint64_t own_removed = 0;
    };
    /// The answer to EndRepair: the cursor is stored.
    struct RepairStored {
        BucketCursor cursor;
    };
    /// Something could not be stored (full disk). Pulling stops until TryNow or a new connection.
    struct StoreFailed {
        ErrorCode code{};
    };
    /// The outbox has intents that were not handed out yet.
    struct OutboxChanged {
        std::size_t waiting = 0;
        /// The smallest of them; 0: they are behind those that were handed out. Smaller ones come
        /// when confirmed work comes back.
        Id from{};
    };
    /// The answer to LoadIntents: in outbox order.
    struct IntentsLoaded {
        std::vector<Intent> intents;
        bool more = false;
    };
    /// New access token. Ends Stopped(signed_out).
    struct Renewed {
        std::string token;
    };
    /// The token was refused and cannot be renewed without the person.
    struct SignedOut {
        ErrorCode code{};
    };
    /// Renewing failed for lack of an answer: try again later, as after a lost connection.
    struct RenewFailed {};
    /// A screen shows this bucket: pull it first.
    struct Raise {
        BucketId bucket;
    };
    /// The person, or the platform's "online" event: try at once.
    struct TryNow {};
    /// The platform's "offline" event: ask for a sign of life.
    struct NetworkDoubted {};
    struct TimePassed {};
    using Input = std::variant<SocketOpened,
                               SocketClosed,
                               SocketReceived,
                               PullAnswered,
                               PageStored,
                               RangesSummed,
                               RangeReplaced,
                               RepairStored,
                               StoreFailed,
                               OutboxChanged,
                               IntentsLoaded,
                               Renewed,
                               SignedOut,
                               RenewFailed,
                               Raise,
                               TryNow,
                               NetworkDoubted,
                               TimePassed>;

    // ------------------------------------------------------------------ outputs
    struct OpenSocket {};
    struct CloseSocket {};
    struct Send {
        wire::Bytes bytes;
    };
    struct SendPull {
        std::uint32_t pull = 0;
        wire::Bytes bytes;  ///< body of POST /sync/v1/pull
        std::string path;   ///< not empty: GET this instead, a part of a segment
    };
    /// Store these rows and the cursor that follows from them in one transaction; answer
    /// PageStored. The page borrows from the bytes of the input that brought it: they stay until it
    /// has been carried out, or no output is left. Other inputs may come before that.
    struct StorePage {
        wire::Page page;
    };
    /// A bucket differs from the server's; from here on it is compared range by range (OM6).
    struct BeginRepair {
        BucketId bucket;
        RepairCause cause{};
    };
    /// Add up the rows that the device holds in these ranges; answer RangesSummed.
    struct SumRanges {
        std::uint32_t repair = 0;
        BucketId bucket;
        std::vector<KeyRange> ranges;
    };
    /// Make the rows of the page's range those of the page, whatever their versions, in one
    /// transaction; answer RangeReplaced. Borrows as StorePage does.
    struct ReplaceRange {
        wire::Page page;
    };
    /// The bucket is the server's as of this cursor: store it; answer RepairStored.
    struct EndRepair {
        BucketCursor cursor;
        RepairRecord record;
    };
    /// Remember heads that were told (the buckets' kinds and owners stand there).
    struct StoreHeads {
        std::vector<Bucket> heads;
    };
    /// Access was lost: hide at once, delete.
    struct DropBuckets {
        std::vector<BucketId> buckets;
    };
    struct StoreOutcomes {
        std::vector<Outcome> outcomes;
    };
    /// Read waiting intents behind `after` from the outbox; answer IntentsLoaded.
    struct LoadIntents {
        Id after;
        std::size_t limit = 0;
        std::size_t bytes = 0;
    };
    /// Get a new access token with the refresh token; answer Renewed, SignedOut or RenewFailed.
    struct Renew {};
    /// The session is another device's now: no token helps. The person has to sign in.
    struct LoseSession {
        ErrorCode code{};
    };
    struct Greeted {  ///< the server has answered: the only proof of a connection
        WallTime server_time{};
        std::uint64_t salt = 0;
        DeviceNumber device = 0;
        std::string policy;
        std::string resume;  ///< to be kept for the next session
    };
    struct ContactsChanged {
        std::vector<wire::Presence::Entry> contacts;
    };
    /// Something that the status shows has changed: connection or progress.
    struct StatusChanged {};
    using Output = std::variant<OpenSocket,
                                CloseSocket,
                                Send,
                                SendPull,
                                StorePage,
                                BeginRepair,
                                SumRanges,
                                ReplaceRange,
                                EndRepair,
                                StoreHeads,
                                DropBuckets,
                                StoreOutcomes,
                                LoadIntents,
                                Renew,
                                LoseSession,
                                Greeted,
                                ContactsChanged,
                                StatusChanged>;

    // ------------------------------------------------------------------ states
    struct Opening {
        Instant give_up_at;
    };
    struct Greeting {
        Instant give_up_at;
    };
    struct Connected {
        Instant since;
        std::optional<Instant> answer_by;  ///< of an open ping
        Instant ping_at;
    };
    enum class Cause : std::uint8_t { unreachable, refused };
    struct Waiting {
        Instant until;
        Cause cause = Cause::unreachable;
        ErrorCode code{};
    };
    struct Stopped {
        bool signed_out = false;  ///< otherwise refused for good: protocol too old, device revoked
        ErrorCode code{};
    };
    using State = std::variant<Opening, Greeting, Connected, Waiting, Stopped>;

    struct Options {
        std::string token;
        DeviceNumber device = 0;
        std::uint64_t salt = 0;
        std::string resume;  ///< what the last Greeted gave, if anything
        std::string app_version;
        wire::DeviceClass device_class = wire::DeviceClass::mobile;
        std::vector<BucketCursor> cursors;  ///< what the replica holds
        std::size_t waiting = 0;            ///< intents in the outbox
        std::uint64_t seed = 0;             ///< of the jitter
    };

    ClientSession(Options options, Instant now);

    void handle(Instant now, const Input& input);
    [[nodiscard]] std::optional<Output> poll_output();
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] Progress progress() const;
    /// Number of intents sent on this connection that have no outcome yet.
    [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
    /// Whether an intent was sent on this connection and has no outcome: "sending" on the screen.
    [[nodiscard]] bool is_in_flight(Id intent) const;

private:
    /// A repair of one bucket. The cursor on the disk is not touched before its end: a repair that
    /// is cut leaves a difference that is found again.
    struct RepairUnderWay {
        std::uint32_t number = 0;
        Repair work;
        Bucket told;                ///< the newest head of its history
        std::size_t replacing = 0;  ///< ReplaceRange without an answer
        bool ending = false;
    };
    /// A segment that is being fetched, part by part. What is stored is a snapshot as by pulls, so
    /// pulls can go on at any place.
    struct SegmentUnderWay {
        std::string address;
        std::uint32_t next = 0;  ///< part
        std::uint32_t parts = 0;
        std::uint32_t cuts = 0;  ///< of the next part, one after the other
    };
    /// One bucket: what is stored, and what has been asked for beyond it.
    struct Track {
        BucketCursor cursor;   ///< as stored
        BucketCursor planned;  ///< as it will be when every page handed out is stored
        bool in_flight = false;
        Priority asked_as{};   ///< in flight: in whose name
        bool refused = false;  ///< not served, or at rest: until it is told again
        std::optional<RepairUnderWay> repair{};
        std::optional<SegmentUnderWay> segment{};
        std::uint32_t old_addresses = 0;  ///< of segments, since the last part came
        bool pages_only = false;          ///< a segment has failed: no other on this connection
        std::uint32_t repairs = 0;        ///< on this connection
    };
    /// A bucket that so many repairs have left wrong.
    struct Rest {
        Bucket told;
        RepairCause cause{};
    };
    struct PullInFlight {
        std::vector<BucketId> buckets;
        Instant sent{};
        Priority charged{};       ///< with the whole budget, until it is known what came
        std::uint32_t bytes = 0;  ///< the budget
        bool of_segment = false;
    };
    /// What is missing, in its order, and who is at work.
    struct Missing {
        std::vector<Turn> turns;
        FairShare::Which at_work{};
    };
    struct SentIntent {
        Instant at;
        Id lane;
    };
    /// A lane whose intents were answered `later`: it rests until then, the others go on.
    struct HeldLane {
        Id from;  ///< the first that is to be sent again
        Instant until;
    };

    void on(Instant now, const SocketOpened& input);
    void on(Instant now, const SocketClosed& input);
    void on(Instant now, const SocketReceived& input);
    void on(Instant now, const PullAnswered& input);
    void on(Instant now, const PageStored& input);
    void on(Instant now, const RangesSummed& input);
    void on(Instant now, const RangeReplaced& input);
    void on(Instant now, const RepairStored& input);
    void on(Instant now, const StoreFailed& input);
    void on(Instant now, const OutboxChanged& input);
    void on(Instant now, const IntentsLoaded& input);
    void on(Instant now, const Renewed& input);
    void on(Instant now, const SignedOut& input);
    void on(Instant now, const RenewFailed& input);
    void on(Instant now, const Raise& input);
    void on(Instant now, const TryNow& input);
    void on(Instant now, const NetworkDoubted& input);
    void on(Instant now, const TimePassed& input);

    void on_frame(Instant now, wire::Welcome&& frame);
    void on_frame(Instant now, wire::Again&& frame);
    void on_frame(Instant now, wire::Heads&& frame);
    void on_frame(Instant now, wire::Revoke&& frame);
    void on_frame(Instant now, wire::Page&& frame);
    void on_frame(Instant now, wire::Outcomes&& frame);
    void on_frame(Instant now, wire::Presence&& frame);
    void on_frame(Instant now, wire::Pong&& frame);
    void on_frame(Instant now, wire::GoAway&& frame);
    template <class Unexpected>
    void on_frame(Instant now, Unexpected&& frame);

    void greet(bool in_full);
    [[nodiscard]] static wire::Cursor cursor_of(BucketId id, const BucketCursor& cursor);
    void open(Instant now);
    void wait(Instant now, Cause cause, ErrorCode code, Millis at_least = {});
    void renew(Instant now);
    void leave_connection();
    void enter(State next);

    /// @param greeting  they are the Welcome's: nothing of this connection is newer.
    void learn(const std::vector<Bucket>& heads, bool greeting);
    [[nodiscard]] std::vector<Bucket> unnamed(const std::vector<Bucket>& heads) const;
    [[nodiscard]] static std::optional<RepairCause> find_difference(const BucketCursor& cursor,
                                                                    const Bucket& head,
                                                                    bool greeting);
    void begin_repair(Track& track, const Bucket& head, RepairCause cause);
    void repair_anew(Track& track);
    void time_rest(Instant now);
    void end_rest();
    void hear_under_repair(Track& track, const Bucket& head);
    void take_range(Track& track, wire::Page&& page);
    void take_sums(const wire::Sums& sums, std::size_t bytes);
    void ask_for_sums(Track& track);
    void end_repair_if_done(Track& track);
    void drop(const std::vector<BucketId>& buckets);
    void forget_requests(Track& track, BucketId bucket);
    enum class Taken : std::uint8_t { nothing, some, all };
    /// What of the answer could be read.
    Taken take_pulled(std::string_view bytes, const std::vector<BucketId>& asked);
    void take_segment(const wire::Segment& segment);
    void take_part(Instant now, const PullAnswered& input, BucketId bucket);
    void send_part(Instant now, Track& track, const Turn& turn);
    void send(PullInFlight in_flight, wire::Bytes bytes, std::string path);
    [[nodiscard]] bool has_wants(const Track& track) const;
    void add_wants(Track& track, std::vector<wire::Want>& wants);
    void take_page(wire::Page&& page);
    void take_unwanted(const wire::Unwanted& unwanted);
    void plan_after(Track& track, const wire::Page& page);
    void size_next_pull(const PullInFlight& pull, Instant now, bool answered);
    void pulls_failed(Instant now);
    void schedule(Instant now);
    void schedule_pulls(Instant now);
    [[nodiscard]] Missing missing() const;
    [[nodiscard]] Attention attention() const;
    bool send_pull(Instant now, Missing missing);
    static void note_head(Track& track, const Bucket& head);
    void schedule_intents(Instant now);
    void ping(Instant now, Millis answer_max);
    [[nodiscard]] std::optional<Instant> outcomes_due() const;
    void forget_sent();
    void hold_lane(Instant now, const Outcome& outcome, Id lane);
    void release_lanes(Instant now);

    Options options_;
    State state_;
    std::deque<Output> outputs_;
    std::map<BucketId, Track> tracks_;  ///< ordered: the same inputs give the same pulls
    BucketId raised_;                   ///< what the screen shows
    bool greeted_ = false;              ///< heads are known: progress means something

    std::uint32_t next_pull_ = 1;
    std::uint32_t next_repair_ = 1;
    std::map<std::uint32_t, PullInFlight> pulls_;
    FairShare share_;
    WallTime server_time_{};                               ///< at the Welcome
    std::uint32_t pull_bytes_ = limits::pull_bytes_first;  ///< of the next one
    std::optional<Instant> pull_again_at_;                 ///< after a failure
    Millis pull_delay_{};
    std::map<BucketId, Rest> resting_;  ///< each has a track, which is `refused`
    std::optional<Instant> rest_until_;
    Millis rest_{};
    bool store_failed_ = false;
    bool renewing_ = false;

    Millis retry_bound_ = limits::retry_first;
    SplitMix jitter_;
    std::uint64_t nonce_ = 0;

    std::uint64_t received_ = 0;
    bool was_complete_ = false;

    bool intents_loading_ = false;
    bool intents_exhausted_ = false;  ///< the outbox had nothing behind `read_up_to_`
    bool read_anew_ = false;          ///< once what is being read has come, from the smallest id on
    TokenBucket pushes_{limits::pushes};  ///< outlives a connection, as the server's meter does
    std::optional<Instant> push_at_;      ///< no push before: the budget is spent
    Id read_up_to_;                       ///< of the outbox, on this connection
    std::map<Id, SentIntent> in_flight_;
    std::map<Id, HeldLane> held_;        ///< by lane
    std::optional<Instant> release_at_;  ///< the first of `held_`
    std::set<Id>
        unknown_;  ///< the server keeps them until it is newer: not again on this connection
};

}  // namespace holdfast::sync
