#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/body.hpp"
#include "core/model/intent.hpp"
#include "core/offline/device_class.hpp"

/// Offline Mode: the person's switch, and what the screens say about connection and
/// synchronization. Requirements OM7-OM10 and OM14-OM21. docs/internals/engine-api.md shows the
/// result as JSON.
namespace holdfast::offline {

// ---------------------------------------------------------------------------------- what is kept

enum class Mode : std::uint8_t {
    online = 0,
    offline = 1,            ///< turned on by the person: only the person turns it off (OM18)
    offline_automatic = 2,  ///< turned on by the policy: turned off by it too (OM21)
};

/// What survives restarts (OM19). Stored beside the outbox: a lost replica does not lose it.
struct Persisted {
    Mode mode = Mode::online;
    bool ever_complete = false;                ///< what was synchronized completely is here (OM17)
    std::optional<WallTime> complete_at{};     ///< last complete synchronization, server's clock
    std::optional<WallTime> last_online_at{};  ///< last known contact, device's clock
    body::OfflinePolicy policy{};
    bool operator==(const Persisted&) const = default;
};

/// JSON, members in fixed order. `parse_persisted` never fails: what cannot be read is the default,
/// which is Online Mode.
[[nodiscard]] std::string encode(const Persisted& value);
[[nodiscard]] Persisted parse_persisted(std::string_view text);

// ---------------------------------------------------------------------------------- what happens

/// Both clocks of the device at one moment. Only `instant` decides anything.
struct Now {
    Instant instant;
    WallTime device;
};

enum class Cause : std::uint8_t { none, no_network, server_unreachable, signed_out, refused };

namespace input {
// Of the sync session.
struct Connecting {};  ///< a try to connect begins
struct Connected {     ///< the server has greeted this device: a synchronization begins
    WallTime server_time;
};
struct Lost {  ///< a try failed, or contact was lost; `refused`: for now, the error says why
    Cause cause = Cause::server_unreachable;
    Error error{ErrorCode::none};
};
struct Waiting {  ///< when the next try will be; after Lost
    Instant until;
};
/// No more tries by itself: `signed_out` (session ended) or `refused`; with outbox_read_only what
/// waits can only be looked at.
struct Stopped {
    Cause cause = Cause::signed_out;
    Error error{ErrorCode::none};
};
/// Records of this synchronization. Numbers that run backwards are not shown. After Completed the
/// next Progress begins a new synchronization.
struct Progress {
    std::uint64_t received = 0;
    std::uint64_t expected = 0;
};
struct Completed {};  ///< every bucket is at its head and every checksum is equal

// Of the engine.
struct Outbox {  ///< actions not yet judged by the server: `saved` and `sending`, not `needs_you`
    std::uint64_t waiting = 0;
};
struct Policy {  ///< of the Welcome, or of the organization's entitlement that has changed
    body::OfflinePolicy policy;
};
struct Storage {
    bool full = false;
};
struct Emptied {};     ///< the replica begins anew: it was evicted, damaged, or never had room
struct SignedOut {};   ///< by the person: everything here starts anew
struct TimePassed {};  ///< `next_deadline()` has come
}  // namespace input

using Input = std::variant<input::Connecting,
                           input::Connected,
                           input::Lost,
                           input::Waiting,
                           input::Stopped,
                           input::Progress,
                           input::Completed,
                           input::Outbox,
                           input::Policy,
                           input::Storage,
                           input::Emptied,
                           input::SignedOut,
                           input::TimePassed>;

/// Where the person turned Offline Mode on. The call of the bridge does not say it: while contact
/// is lost it is `banner`, because the switch in Settings is disabled whenever `settings` would be
/// refused.
enum class SwitchFrom : std::uint8_t { banner, settings };

// ---------------------------------------------------------------------------------- what is shown

enum class ConnectionKind : std::uint8_t { connected, connecting, waiting, stopped };
enum class BarKind : std::uint8_t { hidden, synchronizing, ready, halted };
enum class BannerKind : std::uint8_t {
    none,
    no_connection,
    offline_active,
    storage_full,
    signed_out,
    too_long_offline,  ///< longer without contact than the entitlement allows
    withdrawn,         ///< Offline Mode was taken away while it was here
    read_only          ///< what waits can only be looked at, and saved (OM38)
};
enum class Button : std::uint8_t { none, offline_mode, online_mode, sign_in };

/// Names as in app/src/bridge/types.ts.
[[nodiscard]] std::string_view to_string(Cause cause);
[[nodiscard]] std::string_view to_string(ConnectionKind kind);
[[nodiscard]] std::string_view to_string(BarKind kind);
[[nodiscard]] std::string_view to_string(BannerKind kind);
[[nodiscard]] std::string_view to_string(Button button);

/// StatusSnapshot of app/src/bridge/types.ts, member by member, already decided.
struct Status {
    struct Connection {
        ConnectionKind state = ConnectionKind::stopped;
        Cause cause = Cause::none;
        std::optional<ErrorCode> error{};       ///< of `refused` and `signed_out`
        std::string error_params{};             ///< JSON object, or empty
        std::optional<WallTime> next_try_at{};  ///< device's clock
    } connection{};
    struct Bar {
        BarKind kind = BarKind::hidden;
        std::uint64_t received = 0;
        std::uint64_t expected = 0;
        std::optional<std::uint64_t> seconds_left{};
        std::optional<WallTime> complete_at{};
        std::uint64_t waiting = 0;
    } bar{};
    struct Banner {
        BannerKind kind = BannerKind::none;
        Button button = Button::none;
        std::uint64_t waiting = 0;
        bool connected = false;
        bool incomplete = false;
    } banner{};
    struct Switch {
        bool available = false;
        bool on = false;
        bool can_change = false;
        bool pin_required = false;  ///< by the terms (OM39)
        /// Key of core/offline/reason.hpp, or empty: why it cannot be changed, or why it is not
        /// available although it is granted.
        std::string_view reason{};
    } offline{};
    struct Screens {
        bool show_data = false;
        bool accept_input = false;
    } screens{};
    std::optional<WallTime>
        since{};  ///< SettingsSnapshot.since: end of the contact before, device's clock
    bool messages_offline = true;  ///< the policy allows messages in Offline Mode
};

/// Why an intent is not taken now.
struct Refusal {
    ErrorCode code{};
    std::string_view reason;  ///< key of core/offline/reason.hpp
};

/// Nothing if an intent of this kind may be taken now; else offline_no_connection (OM20),
/// intent_needs_connection (OM30) or outbox_read_only (OM38). What the channel and the person allow
/// is for core/model.
[[nodiscard]] std::optional<Refusal> refusal_of(const Status& status, IntentKind kind);

// ---------------------------------------------------------------------------------- the machine

/// Contact with the server as the screens report it.
///
///         Connecting               Connected                 Completed
///   Idle ────────────▶ Connecting ───────────▶ Connected { CatchingUp ────────▶ Current }
///    ▲                  │  ▲   ▲                │          ▲      Progress        │
///    │             Lost │  │   │ Connecting     │ Lost     └──────────────────────┘
///    │                  ▼  │   └──────────┐     │
///    │                 Waiting ◀──────────┼─────┘
///    │ SignedOut                          │ (signed in again)
///    └─(from all)─── Stopped ─────────────┘      Stopped: from all
///
/// A first try says nothing about a lost connection until it fails, or has taken
/// `first_try_patience` (TimePassed); from then on contact counts as lost until Connected.
/// Connecting while connected is a loss too. After Stopped only Connecting and SignedOut count.
namespace contact {
struct Idle {};  ///< nobody is signed in, or the engine has not begun
struct Connecting {
    Cause cause = Cause::none;  ///< why there was no contact before; `none`: the first try
    Error error{ErrorCode::none};
    Instant since{};
};
struct CatchingUp {
    std::uint64_t received = 0;
    std::uint64_t expected = 0;
    /// The rate is measured from `early`; `late` takes its place after a window, so that an old
    /// rate is forgotten. Nothing until the first Progress.
    struct Mark {
        Instant at{};
        std::uint64_t received = 0;
    };
    std::optional<Mark> early{};
    std::optional<Mark> late{};
};
struct Current {
    std::uint64_t received = 0;  ///< in the synchronization that has just completed
};
struct Connected {
    Instant since{};
    WallTime server_time{};            ///< at `since`
    std::optional<WallTime> before{};  ///< end of the contact before, device's clock
    std::variant<CatchingUp, Current> synchronization{};
};
struct Waiting {
    Cause cause = Cause::server_unreachable;
    Error error{ErrorCode::none};
    std::optional<WallTime> until{};  ///< device's clock
};
struct Stopped {
    Cause cause = Cause::signed_out;
    Error error{ErrorCode::none};
};
}  // namespace contact

using Contact = std::variant<contact::Idle,
                             contact::Connecting,
                             contact::Connected,
                             contact::Waiting,
                             contact::Stopped>;

/// A device that hears nothing for so long after its start reports a lost connection.
inline constexpr Millis first_try_patience{3000};
/// How long without contact is looked at again so often: the device's clock may be set meanwhile.
inline constexpr Millis absence_check{60LL * 60 * 1000};
/// No estimate of the time left before this much of a synchronization has been seen.
inline constexpr Millis estimate_after{1000};
/// The rate behind the estimate is that of the last one to two windows.
inline constexpr Millis estimate_window{4000};

/// Whether the screens say that contact is lost.
[[nodiscard]] bool is_lost(const Contact& contact);

/// Joins contact, synchronization, switch and entitlement into one Status. No clock, no effects:
/// the owner hands in what happens, then reads `status()` and stores `persisted()` when it has
/// changed.
///
/// Threads  the owner's only.
class StatusMachine {
public:
    /// What is on a device that `keeps` nothing is gone when the app closes: nobody may work
    /// offline on it.
    explicit StatusMachine(DeviceClass device, Persisted restored = {}, bool keeps = true);

    /// An input that means nothing in the present state (Progress without contact) changes nothing.
    void handle(Now now, const Input& in);

    /// OM16-OM18. Turning off always succeeds and touches nothing else.
    /// Errors  offline_not_available · offline_too_long · offline_not_ready · outbox_read_only.
    [[nodiscard]] Result<> set_offline_mode(bool wanted, SwitchFrom from);

    /// The × of the banner: hides it until what it reports changes.
    void dismiss_banner();

    /// When `handle` wants TimePassed, if no other input comes before.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// Pure: derives everything from the state. `now` serves the estimate only.
    [[nodiscard]] Status status(Instant now) const;

    [[nodiscard]] const Persisted& persisted() const { return persisted_; }
    [[nodiscard]] const Contact& contact() const { return contact_; }

private:
    /// What a banner reports; a dismissed one comes back when this differs.
    struct Report {
        BannerKind kind = BannerKind::none;
        bool connected = false;
        bool operator==(const Report&) const = default;
    };

    void take(Now now, const input::Connecting& in);
    void take(Now now, const input::Connected& in);
    void take(Now now, const input::Lost& in);
    void take(Now now, const input::Waiting& in);
    void take(Now now, const input::Stopped& in);
    void take(Now now, const input::Progress& in);
    void take(Now now, const input::Completed& in);
    void take(Now now, const input::Outbox& in);
    void take(Now now, const input::Policy& in);
    void take(Now now, const input::Storage& in);
    void take(Now now, const input::Emptied& in);
    void take(Now now, const input::SignedOut& in);
    void take(Now now, const input::TimePassed& in);

    void move_to(Now now, Contact next);
    void watch_absence(Now now);
    void settle();
    [[nodiscard]] std::optional<Instant> patience_ends() const;
    [[nodiscard]] bool entitled() const;
    [[nodiscard]] bool available() const;
    [[nodiscard]] bool is_read_only() const;
    [[nodiscard]] bool is_on() const;
    [[nodiscard]] bool reports(BannerKind kind) const;
    [[nodiscard]] Report report(BannerKind kind) const;
    [[nodiscard]] Status::Connection connection() const;
    [[nodiscard]] Status::Bar bar(Instant now) const;
    [[nodiscard]] Status::Banner banner() const;
    [[nodiscard]] Status::Switch offline_switch() const;
    [[nodiscard]] std::string_view why_no_switch() const;

    DeviceClass device_;
    bool keeps_;
    Persisted persisted_;
    Contact contact_{};
    std::uint64_t waiting_ = 0;
    bool storage_full_ = false;
    bool taken_away_ = false;              ///< Offline Mode was here since the start
    bool overdue_ = false;                 ///< too long without contact, by the device's clock
    std::optional<Instant> overdue_at_{};  ///< when to look again
    std::vector<Report> dismissed_{};
};

}  // namespace holdfast::offline
