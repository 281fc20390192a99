#include "core/offline/status.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/deadline.hpp"

namespace holdfast::offline {

namespace {

using contact::CatchingUp;
using contact::Connected;
using contact::Connecting;
using contact::Current;
using contact::Idle;
using contact::Stopped;
using contact::Waiting;

/// From (row) to (column), in the order of Contact's alternatives.
constexpr std::array<std::array<bool, 5>, 5> arrows{{
    // Idle  Connecting  Connected  Waiting  Stopped
    {true, true, true, true, true},    // Idle
    {true, true, true, true, true},    // Connecting
    {true, true, true, true, true},    // Connected
    {true, true, true, true, true},    // Waiting
    {true, true, false, false, true},  // Stopped: what its closing socket still says is no news
}};

template <class Next>
[[nodiscard]] bool leads_to(const Contact& from, const Next& to) {
    return arrows[from.index()][Contact(to).index()];
}

[[nodiscard]] bool is_connected(const Contact& contact) {
    return std::holds_alternative<Connected>(contact);
}

/// What a new try inherits from the state before it.
[[nodiscard]] Connecting next_try(Instant now, const Contact& before) {
    if (const auto* trying = std::get_if<Connecting>(&before)) {
        return *trying;
    }
    if (const auto* waiting = std::get_if<Waiting>(&before)) {
        return {.cause = waiting->cause, .error = waiting->error, .since = now};
    }
    const Cause cause = is_connected(before) ? Cause::server_unreachable : Cause::none;
    return {.cause = cause, .error = {ErrorCode::none}, .since = now};
}

}  // namespace

bool is_lost(const Contact& contact) {
    if (const auto* trying = std::get_if<Connecting>(&contact)) {
        return trying->cause != Cause::none;
    }
    if (const auto* stopped = std::get_if<Stopped>(&contact)) {
        return stopped->cause != Cause::signed_out;
    }
    return std::holds_alternative<Waiting>(contact);
}

StatusMachine::StatusMachine(DeviceClass device, Persisted restored, bool keeps)
    : device_(device), keeps_(keeps), persisted_(restored) {
    settle();
}

void StatusMachine::handle(Now now, const Input& in) {
    std::visit([&](const auto& one) { take(now, one); }, in);
    watch_absence(now);
    settle();
}

void StatusMachine::take(Now now, const input::Connecting&) {
    move_to(now, next_try(now.instant, contact_));
}

void StatusMachine::take(Now now, const input::Connected& in) {
    Connected next{.since = now.instant,
                   .server_time = in.server_time,
                   .before = persisted_.last_online_at,
                   .synchronization = CatchingUp{}};
    if (!leads_to(contact_, next)) {
        return;
    }
    move_to(now, std::move(next));
    persisted_.last_online_at = now.device;
}

void StatusMachine::take(Now now, const input::Lost& in) {
    Waiting next{.cause = in.cause, .error = in.error, .until = {}};
    if (leads_to(contact_, next)) {
        move_to(now, std::move(next));
    }
}

void StatusMachine::take(Now now, const input::Waiting& in) {
    if (auto* waiting = std::get_if<Waiting>(&contact_)) {
        waiting->until = now.device + (in.until - now.instant);
    }
}

void StatusMachine::take(Now now, const input::Stopped& in) {
    move_to(now, Stopped{.cause = in.cause, .error = in.error});
}

void StatusMachine::take(Now now, const input::Progress& in) {
    auto* connected = std::get_if<Connected>(&contact_);
    if (connected == nullptr) {
        return;
    }
    if (std::holds_alternative<Current>(connected->synchronization)) {
        connected->synchronization = CatchingUp{};
    }
    auto& progress = std::get<CatchingUp>(connected->synchronization);
    progress.received = std::max(progress.received, in.received);
    progress.expected = std::max({progress.expected, in.expected, progress.received});

    const CatchingUp::Mark mark{.at = now.instant, .received = progress.received};
    if (!progress.late) {
        progress.early = progress.late = mark;
    } else if (mark.at - progress.late->at >= estimate_window) {
        progress.early = std::exchange(progress.late, mark);
    }
}

void StatusMachine::take(Now now, const input::Completed&) {
    auto* connected = std::get_if<Connected>(&contact_);
    if (connected == nullptr) {
        return;
    }
    if (const auto* progress = std::get_if<CatchingUp>(&connected->synchronization)) {
        connected->synchronization = Current{.received = progress->received};
    }
    persisted_.ever_complete = true;
    persisted_.complete_at = connected->server_time + (now.instant - connected->since);
    persisted_.last_online_at = now.device;
}

void StatusMachine::take(Now, const input::Outbox& in) {
    waiting_ = in.waiting;
}

void StatusMachine::take(Now, const input::Policy& in) {
    taken_away_ = !in.policy.granted && (taken_away_ || entitled());
    persisted_.policy = in.policy;
}

void StatusMachine::take(Now, const input::Storage& in) {
    storage_full_ = in.full;
}

/// What is not here is not ready, and as of no time (OM38).
void StatusMachine::take(Now, const input::Emptied&) {
    persisted_.ever_complete = false;
    persisted_.complete_at.reset();
    if (auto* connected = std::get_if<Connected>(&contact_)) {
        connected->synchronization = CatchingUp{};
    }
}

void StatusMachine::take(Now now, const input::SignedOut&) {
    move_to(now, Idle{});
    persisted_ = {};
    waiting_ = 0;
    taken_away_ = false;
}

void StatusMachine::take(Now now, const input::TimePassed&) {
    const std::optional<Instant> patience = patience_ends();
    if (!patience || now.instant < *patience) {
        return;
    }
    Connecting next = std::get<Connecting>(contact_);
    next.cause = Cause::server_unreachable;
    move_to(now, std::move(next));
}

/// The one place where contact changes, and so where its loss is noticed.
void StatusMachine::move_to(Now now, Contact next) {
    HF_ASSERT(leads_to(contact_, next));
    if (is_connected(contact_)) {
        persisted_.last_online_at = now.device;
    }
    const bool loses = !is_lost(contact_) && is_lost(next);
    contact_ = std::move(next);
    if (loses && available() && persisted_.policy.automatic && !is_on()) {
        persisted_.mode = Mode::offline_automatic;
    }
}

/// The device's clock may be wrong, and nothing better counts while the app is closed. What it
/// costs where it is: the person has to connect once.
void StatusMachine::watch_absence(Now now) {
    overdue_ = false;
    overdue_at_.reset();
    const bool counts = available() && persisted_.policy.offline_days_max > 0 &&
                        persisted_.last_online_at && !is_connected(contact_);
    if (!counts) {
        return;
    }
    constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
    const Millis allowed{persisted_.policy.offline_days_max * day_ms};
    const Millis left = *persisted_.last_online_at + allowed - now.device;
    overdue_ = left <= Millis{};
    if (!overdue_) {
        overdue_at_ = now.instant + std::min(left, absence_check);
    }
}

/// What follows from the new state by itself.
void StatusMachine::settle() {
    if (!available() || overdue_) {
        persisted_.mode = Mode::online;
    }
    const auto* connected = std::get_if<Connected>(&contact_);
    const bool done = connected != nullptr && waiting_ == 0 &&
                      std::holds_alternative<Current>(connected->synchronization);
    if (done && persisted_.mode == Mode::offline_automatic) {
        persisted_.mode = Mode::online;
    }
    std::erase_if(dismissed_,
                  [&](const Report& old) { return !reports(old.kind) || report(old.kind) != old; });
}

Result<> StatusMachine::set_offline_mode(bool wanted, SwitchFrom from) {
    if (wanted && !is_on()) {
        if (is_read_only()) {
            return fail(ErrorCode::outbox_read_only);
        }
        if (!available()) {
            return fail(ErrorCode::offline_not_available);
        }
        if (overdue_) {
            return fail(ErrorCode::offline_too_long);
        }
        const bool from_banner = from == SwitchFrom::banner && is_lost(contact_);
        if (!persisted_.ever_complete && !from_banner) {
            return fail(ErrorCode::offline_not_ready);
        }
        persisted_.mode = Mode::offline;
    }
    if (!wanted) {
        persisted_.mode = Mode::online;
    }
    settle();
    return {};
}

void StatusMachine::dismiss_banner() {
    if (const BannerKind shown = banner().kind; shown != BannerKind::none) {
        dismissed_.push_back(report(shown));
    }
}

std::optional<Instant> StatusMachine::next_deadline() const {
    return earliest({patience_ends(), overdue_at_});
}

std::optional<Instant> StatusMachine::patience_ends() const {
    const auto* trying = std::get_if<Connecting>(&contact_);
    if (trying == nullptr || trying->cause != Cause::none) {
        return std::nullopt;
    }
    return trying->since + first_try_patience;
}

bool StatusMachine::entitled() const {
    return device_ == DeviceClass::mobile && persisted_.policy.granted;
}

bool StatusMachine::available() const {
    return entitled() && keeps_ && !is_read_only();
}

/// Then nothing that is done would be kept: nobody works offline on it (OM38).
bool StatusMachine::is_read_only() const {
    const auto* stopped = std::get_if<Stopped>(&contact_);
    return stopped != nullptr && stopped->error.code == ErrorCode::outbox_read_only;
}

bool StatusMachine::is_on() const {
    return persisted_.mode != Mode::online;
}

}  // namespace holdfast::offline
