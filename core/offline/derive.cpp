#include <algorithm>
#include <array>
#include <limits>

#include "core/offline/reason.hpp"
#include "core/offline/status.hpp"

namespace holdfast::offline {

namespace {

/// First one first: what needs the person, then what stops the work, then what is good to know.
constexpr std::array<BannerKind, 7> banners{BannerKind::read_only,
                                            BannerKind::signed_out,
                                            BannerKind::too_long_offline,
                                            BannerKind::no_connection,
                                            BannerKind::storage_full,
                                            BannerKind::withdrawn,
                                            BannerKind::offline_active};

[[nodiscard]] std::optional<std::uint64_t> seconds_left(const contact::CatchingUp& progress,
                                                        Instant now) {
    if (!progress.early || now - progress.early->at < estimate_after) {
        return std::nullopt;
    }
    const auto elapsed_ms = static_cast<std::uint64_t>((now - progress.early->at).count);
    const std::uint64_t gained = progress.received - progress.early->received;
    const std::uint64_t missing = progress.expected - progress.received;
    const bool computable = missing <= std::numeric_limits<std::uint64_t>::max() / elapsed_ms;
    if (gained == 0 || missing == 0 || !computable) {
        return std::nullopt;
    }
    return missing * elapsed_ms / gained / 1000 + 1;
}

void describe(const Error& error, Status::Connection& out) {
    if (error.code != ErrorCode::none) {
        out.error = error.code;
        out.error_params = error.params;
    }
}

}  // namespace

std::string_view to_string(Cause cause) {
    constexpr std::array<std::string_view, 5> names{
        "none", "no_network", "server_unreachable", "signed_out", "refused"};
    return names[static_cast<std::size_t>(cause)];
}

std::string_view to_string(ConnectionKind kind) {
    constexpr std::array<std::string_view, 4> names{
        "connected", "connecting", "waiting", "stopped"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(BarKind kind) {
    constexpr std::array<std::string_view, 4> names{"hidden", "synchronizing", "ready", "halted"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(BannerKind kind) {
    constexpr std::array<std::string_view, 8> names{"none",
                                                    "no_connection",
                                                    "offline_active",
                                                    "storage_full",
                                                    "signed_out",
                                                    "too_long_offline",
                                                    "withdrawn",
                                                    "read_only"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Button button) {
    constexpr std::array<std::string_view, 4> names{
        "none", "offline_mode", "online_mode", "sign_in"};
    return names[static_cast<std::size_t>(button)];
}

Status StatusMachine::status(Instant now) const {
    const bool connected = std::holds_alternative<contact::Connected>(contact_);
    Status status;
    status.connection = connection();
    status.bar = bar(now);
    status.banner = banner();
    status.offline = offline_switch();
    status.screens.show_data = connected || is_on();
    status.screens.accept_input = status.screens.show_data;
    status.since = persisted_.last_online_at;
    if (connected) {
        status.since = std::get<contact::Connected>(contact_).before;
    }
    status.messages_offline = persisted_.policy.allow_messages;
    return status;
}

Status::Connection StatusMachine::connection() const {
    Status::Connection out;
    if (const auto* trying = std::get_if<contact::Connecting>(&contact_)) {
        out.state = ConnectionKind::connecting;
        out.cause = trying->cause;
        describe(trying->error, out);
    } else if (std::holds_alternative<contact::Connected>(contact_)) {
        out.state = ConnectionKind::connected;
    } else if (const auto* waiting = std::get_if<contact::Waiting>(&contact_)) {
        out.state = ConnectionKind::waiting;
        out.cause = waiting->cause;
        out.next_try_at = waiting->until;
        describe(waiting->error, out);
    } else if (const auto* stopped = std::get_if<contact::Stopped>(&contact_)) {
        out.state = ConnectionKind::stopped;
        out.cause = stopped->cause;
        describe(stopped->error, out);
    }
    return out;
}

Status::Bar StatusMachine::bar(Instant now) const {
    Status::Bar out;
    const auto* connected = std::get_if<contact::Connected>(&contact_);
    const bool signed_out = std::holds_alternative<contact::Stopped>(contact_);
    if (!available() || (connected == nullptr && !signed_out && !is_lost(contact_))) {
        return out;  // also while the first try has neither succeeded nor failed
    }
    out.complete_at = persisted_.complete_at;
    out.waiting = waiting_;
    if (connected == nullptr) {
        out.kind = BarKind::halted;
        return out;
    }
    out.kind = BarKind::synchronizing;
    if (const auto* current = std::get_if<contact::Current>(&connected->synchronization)) {
        out.received = out.expected = current->received;
        if (waiting_ == 0) {
            out.kind = BarKind::ready;
        }
    } else {
        const auto& progress = std::get<contact::CatchingUp>(connected->synchronization);
        out.received = progress.received;
        out.expected = progress.expected;
        out.seconds_left = seconds_left(progress, now);
    }
    return out;
}

bool StatusMachine::reports(BannerKind kind) const {
    switch (kind) {
        case BannerKind::none:
            return false;
        case BannerKind::no_connection:
            return is_lost(contact_) && !is_on() && !overdue_ && !is_read_only();
        case BannerKind::offline_active:
            return is_on();
        case BannerKind::storage_full:
            return storage_full_;
        case BannerKind::signed_out:
            return connection().cause == Cause::signed_out;
        case BannerKind::too_long_offline:
            return is_lost(contact_) && overdue_;
        case BannerKind::withdrawn:
            return taken_away_;
        case BannerKind::read_only:
            return is_read_only();
    }
    return false;
}

StatusMachine::Report StatusMachine::report(BannerKind kind) const {
    const bool connected = std::holds_alternative<contact::Connected>(contact_);
    return {.kind = kind, .connected = kind == BannerKind::offline_active && connected};
}

Status::Banner StatusMachine::banner() const {
    Status::Banner out;
    for (const BannerKind kind : banners) {
        if (reports(kind) && std::ranges::find(dismissed_, report(kind)) == dismissed_.end()) {
            out.kind = kind;
            break;
        }
    }
    if (out.kind == BannerKind::signed_out) {
        out.button = Button::sign_in;
    } else if (out.kind == BannerKind::no_connection && available()) {
        out.button = Button::offline_mode;
    } else if (out.kind == BannerKind::offline_active) {
        out.button = Button::online_mode;
    }
    out.waiting = waiting_;
    out.connected = is_on() && std::holds_alternative<contact::Connected>(contact_);
    out.incomplete = is_on() && !persisted_.ever_complete;
    return out;
}

std::string_view StatusMachine::why_no_switch() const {
    if (overdue_) {
        return reason::too_long_offline;
    }
    if (entitled() && is_read_only()) {
        return reason::not_upgraded;
    }
    if (entitled()) {
        return reason::keeps_nothing;
    }
    const bool is_phone = device_ == DeviceClass::mobile;
    return is_phone && persisted_.policy.withdrawn ? reason::withdrawn : "";
}

Status::Switch StatusMachine::offline_switch() const {
    Status::Switch out{.pin_required = entitled() && persisted_.policy.pin_required};
    if (!available() || overdue_) {
        out.reason = why_no_switch();
        return out;
    }
    out.available = true;
    out.on = is_on();
    out.can_change = is_on() || persisted_.ever_complete;
    if (!out.can_change) {
        out.reason = reason::not_synchronized;
    }
    return out;
}

std::optional<Refusal> refusal_of(const Status& status, IntentKind kind) {
    if (status.connection.error == ErrorCode::outbox_read_only) {
        return Refusal{ErrorCode::outbox_read_only, reason::not_upgraded};
    }
    if (!status.screens.accept_input) {
        return Refusal{ErrorCode::offline_no_connection, reason::no_connection};
    }
    if (!status.offline.on) {
        return std::nullopt;
    }
    if (!works_offline(kind)) {
        return Refusal{ErrorCode::intent_needs_connection, reason::offline_mode};
    }
    const bool is_talk = kind == IntentKind::message_post || kind == IntentKind::message_react;
    if (!status.messages_offline && is_talk) {
        return Refusal{ErrorCode::intent_needs_connection, reason::offline_messages};
    }
    return std::nullopt;
}

}  // namespace holdfast::offline
