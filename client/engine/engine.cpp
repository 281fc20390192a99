#include "client/engine/engine.hpp"

#include <utility>

#include "client/engine/calls.hpp"
#include "client/engine/device.hpp"
#include "client/engine/live_queries.hpp"
#include "client/engine/parts.hpp"
#include "core/base/deadline.hpp"
#include "core/model/args.hpp"
#include "core/model/limits.hpp"
#include "core/rules/reduce.hpp"

namespace holdfast::client {

Engine::Parts::Parts(std::unique_ptr<Device> opened)
    : device(std::move(opened)),
      keeper(*device),
      driver(*device),
      uploads(*device),
      enquiries(*device),
      fetches(*device),
      live(
          *device,
          uploads.queue(),
          fetches,
          [this](Id intent) { return driver.is_in_flight(intent); },
          [this] {
              if (!driver.keep()) {
                  replay_waiting();
              }
          }),
      saved(device->status.persisted()) {}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(EngineOptions options, Instant now, WallTime wall) {
    HF_TRY(auto device, Device::open(std::move(options)));
    device->now = now;
    device->wall = wall;
    device->outbox_changed();
    return std::unique_ptr<Engine>(new Engine(std::make_unique<Parts>(std::move(device))));
}

void Engine::handle(Instant now, WallTime wall, const Input& input) {
    Parts& parts = *parts_;
    parts.show();  // of a shell that did not wait for the last output
    parts.live.note_cost(now, parts.driver.turn_is_over());
    parts.device->now = now;
    parts.device->wall = wall;
    std::visit([&](const auto& specific) { parts.take(specific); }, input);
    parts.settle();
}

std::optional<Output> Engine::poll_output() {
    auto& outputs = parts_->device->outputs;
    if (outputs.empty()) {
        parts_->show();
    }
    if (outputs.empty()) {
        return std::nullopt;
    }
    Output output = std::move(outputs.front());
    outputs.pop_front();
    return output;
}

std::optional<Instant> Engine::next_deadline() const {
    return earliest({parts_->driver.next_deadline(),
                     parts_->uploads.next_deadline(),
                     parts_->device->next_deadline(),
                     parts_->device->older.next_deadline(),
                     parts_->device->status.next_deadline(),
                     parts_->device->overlay.next_deadline(),
                     parts_->live.next_deadline()});
}

// ---------------------------------------------------------------------------- inputs

void Engine::Parts::take(const Call& input) {
    auto parsed = calls::parse(input.json);
    if (!parsed.args) {
        device->reply_error(parsed.number, parsed.args.error());
        return;
    }
    const bool first = std::holds_alternative<calls::Start>(*parsed.args);
    if (!device->started && !first) {
        device->reply_error(parsed.number,
                            Error{ErrorCode::request_malformed, "start comes first"});
        return;
    }
    if (device->outbox.is_read_only() && !calls::only_looks(*parsed.args)) {
        device->reply_error(parsed.number, Error{ErrorCode::outbox_read_only});
        return;
    }
    brought = input.bytes;
    std::visit([&](auto& call) { take(parsed.number, call); }, *parsed.args);
    brought = {};
}

void Engine::Parts::take(const HttpAnswered& input) {
    if (!keeper.take(input) && !uploads.take(input) && !enquiries.take(input) &&
        !fetches.take(input)) {
        driver.take(input);
    }
}

void Engine::Parts::take(const SocketOpened& input) {
    driver.take(input);
}

void Engine::Parts::take(const SocketReceived& input) {
    driver.take(input);
}

void Engine::Parts::take(const SocketClosed& input) {
    driver.take(input);
}

void Engine::Parts::take(const TimePassed& /*input*/) {
    driver.go_on();  // settle() does what else is due
}

// ---------------------------------------------------------------------------- after each input

void Engine::Parts::settle() {
    driver.pass_time();
    const auto due = device->status.next_deadline();
    if (due && *due <= device->now) {
        device->tell(offline::input::TimePassed{});
    }
    follow_session();
    place_replica();
    mend_replica();
    driver.forget_seen();
    if (device->older.pass_time(device->now)) {
        device->changes.add(Topic::About::older);
    }
    uploads.pump();
    fetches.pump();
    replay_waiting();
    if (!(saved == device->status.persisted())) {
        saved = device->status.persisted();
        device->save_status();
    }
    show_due = true;
}

void Engine::Parts::show() {
    if (std::exchange(show_due, false)) {
        live.refresh();
        live.prepare();
    }
}

void Engine::Parts::follow_session() {
    for (;;) {
        if (std::exchange(device->renewal_wished, false)) {
            keeper.renew();
        }
        if (const auto code = driver.take_lost_session()) {
            keeper.lose_session(*code);
        }
        const auto event = keeper.poll_event();
        if (!event) {
            return;
        }
        std::visit([&](const auto& specific) { follow(specific); }, *event);
    }
}

void Engine::Parts::follow(const SessionKeeper::SignedIn& /*event*/) {
    (void)device->place_replica();
    begin_sync();
}

void Engine::Parts::follow(const SessionKeeper::SignedOut& /*event*/) {
    driver.end();
    enquiries.clear();
    fetches.clear();
    device->older.clear();
    live.doubt_all();
}

void Engine::Parts::follow(const SessionKeeper::Renewed& /*event*/) {
    driver.tell(sync::ClientSession::Renewed{device->account()->access_token});
    renewed(true);
}

void Engine::Parts::follow(const SessionKeeper::RenewFailed& /*event*/) {
    driver.tell(sync::ClientSession::RenewFailed{});
    renewed(false);
}

void Engine::Parts::follow(const SessionKeeper::Ended& event) {
    driver.tell(sync::ClientSession::SignedOut{event.code});
    renewed(false);
    if (device->is_barred()) {
        erase();
    }
    device->hurry(Device::Urgency::now);
}

void Engine::Parts::renewed(bool done) {
    uploads.renewed(done);
    enquiries.renewed(done);
    fetches.renewed(done);
}

/// Everything that the server had sent is deleted (OM36). What waits stays, for a file (OM35).
void Engine::Parts::erase() {
    const auto moved = device->place_replica();
    if (!moved || !*moved) {  // it was in memory
        (void)device->renew_replica();
    }
    fetches.clear();
    device->older.clear();
    (void)device->outbox.drop_cached();
    device->files_changed();
    begin_sync();
}

void Engine::Parts::begin_sync() {
    driver.begin();
    live.visit([this](const Query& query) {
        if (const auto channel = shown_channel(query)) {
            driver.raise(*channel);
        }
    });
    live.doubt_all();
}

void Engine::Parts::place_replica() {
    const auto moved = device->place_replica();
    if (moved && *moved) {
        device->tell_storage(false);
        begin_sync();
    } else if (device->lacks_room()) {
        device->tell_storage(true);  // what is here would go with the process (OM38)
    }
}

/// Lays what waits over the rows as they are now.
void Engine::Parts::replay_waiting() {
    if (const auto& account = device->account()) {
        const auto replayed = device->overlay.refresh(
            device->now, device->world(), {account->user, account->organization}, device->changes);
        for (const Id lane : replayed) {
            device->unread.forget(lane);
        }
    }
}

/// The server has everything: a damaged replica is fetched again, and what waits is laid over it.
void Engine::Parts::mend_replica() {
    if (std::exchange(device->replica_broken, false) && device->renew_replica()) {
        begin_sync();
    }
}

// ---------------------------------------------------------------------------- calls

void Engine::Parts::take(std::int64_t number, const calls::Start& call) {
    device->online = call.online;
    device->storage_persistent = call.persistent_storage;
    device->device_name = call.device_name;
    device->utc_offset_minutes = call.utc_offset_minutes.value_or(0);
    const bool begins = !device->started;
    if (begins) {
        device->started = true;
        device->device_class = offline::device_class(call.signals);
        device->storage_full = false;
        device->status = offline::StatusMachine(
            device->device_class, device->status.persisted(), device->storage_persistent);
        device->outbox_changed();
    }
    const bool mobile = device->device_class == offline::DeviceClass::mobile;
    device->reply_ok(number,
                     R"({"version":")" + device->options.app_version + R"(","signed_in":)" +
                         (device->account() ? "true" : "false") + R"(,"device_class":")" +
                         (mobile ? "mobile" : "desktop") + R"("})");
    if (begins) {
        (void)device->place_replica();
        begin_sync();
    }
}

void Engine::Parts::take(std::int64_t number, const calls::SignIn& call) {
    keeper.sign_in(number, call.email, call.password);
}

void Engine::Parts::take(std::int64_t number, const calls::SignOut& call) {
    keeper.sign_out(number, call.discard);
}

void Engine::Parts::take(std::int64_t number, const calls::ChangePassword& call) {
    keeper.change_password(number, call.old_password, call.new_password);
}

Result<Id> Engine::Parts::submit(const calls::Submit& call, std::optional<std::int64_t> draft) {
    const auto& account = device->account();
    if (!account) {
        return fail(ErrorCode::auth_session_expired);
    }
    const offline::Status status = device->status.status(device->now);
    if (const auto refusal = offline::refusal_of(status, call.kind)) {
        return fail(refusal->code);
    }
    const std::size_t limit = args_bytes_max(call.kind);
    if (call.args.size() > limit) {
        return fail_at_limit(ErrorCode::request_too_large, limit);
    }
    const Id id = device->outbox.next_id(account->device);
    const auto lane = lane_of(call.kind, call.args, {account->user, id});
    if (!lane) {
        return fail(ErrorCode::intent_malformed);
    }
    Intent intent{.id = id,
                  .lane = *lane,
                  .kind = call.kind,
                  .args = args::said_offline(call.kind, call.args, status.offline.on),
                  .claimed_at = device->wall};
    const Occasion occasion{
        .user = account->user, .organization = account->organization, .now = device->server_now()};
    auto effects = reduce(device->world(), occasion, intent);
    // What only the server can do is judged by the server; here there is a connection for it.
    const bool server_only = !effects && effects.error().code == ErrorCode::intent_needs_connection;
    if (!effects && !server_only) {
        return std::unexpected(effects.error());
    }
    HF_TRY(intent,
           device->outbox.add(std::move(intent),
                              account->device,
                              device->now,
                              {.form = draft,
                               .refused = call.refused,
                               .files = call.files,
                               .connected = device->is_connected()}));
    if (effects) {
        device->overlay.put(intent, occasion.now, *std::move(effects), device->changes);
        device->unread.forget(intent.lane);
    }
    return intent.id;
}

void Engine::Parts::take(std::int64_t number, const calls::Submit& call) {
    const auto claimed = with_claims(call);
    const auto submitted = claimed ? submit(*claimed) : std::unexpected(claimed.error());
    if (!submitted) {
        const bool damaged = submitted.error().code == ErrorCode::storage_corrupt;
        device->replica_broken = device->replica_broken || damaged;
        device->reply_error(number, submitted.error());
        return;
    }
    device->reply_ok(number, R"({"intent":")" + to_string(*submitted) + R"("})");
    waiting_changed(*submitted);
}

void Engine::Parts::take(std::int64_t number, const calls::Retry& call) {
    const auto& account = device->account();
    if (!account) {
        device->reply_error(number, Error{ErrorCode::auth_session_expired});
        return;
    }
    const auto again =
        device->outbox.retry(call.intent, account->device, device->now, device->is_connected());
    if (!again) {
        device->reply_error(number, again.error());
        return;
    }
    device->overlay.put(*again, device->done_at(*again));
    device->reply_ok(number);
    waiting_changed(again->id);
}

void Engine::Parts::take(std::int64_t number, const calls::Discard& call) {
    const auto discarded = device->outbox.discard(call.intent);
    if (!discarded) {
        device->reply_error(number, discarded.error());
        return;
    }
    device->overlay.remove(*discarded, device->changes);
    device->reply_ok(number);
    waiting_changed();
}

void Engine::Parts::take(std::int64_t number, const calls::Acknowledge& call) {
    answer(number, device->outbox.acknowledge(call.intent));
}

void Engine::Parts::waiting_changed(Id added) {
    device->files_changed();
    device->hurry(Device::Urgency::now);
    driver.tell(
        sync::ClientSession::OutboxChanged{.waiting = device->outbox.waiting(), .from = added});
}

void Engine::Parts::take(std::int64_t number, const calls::SetOfflineMode& call) {
    const auto from = offline::is_lost(device->status.contact()) ? offline::SwitchFrom::banner
                                                                 : offline::SwitchFrom::settings;
    const auto set = device->status.set_offline_mode(call.on, from);
    if (!set) {
        device->reply_error(number, set.error());
        return;
    }
    device->changes.add(Topic::About::status);
    device->hurry(Device::Urgency::now);
    device->save_status();
    saved = device->status.persisted();
    device->reply_ok(number);
}

void Engine::Parts::take(std::int64_t number, const calls::DismissBanner& /*call*/) {
    device->status.dismiss_banner();
    device->changes.add(Topic::About::status);
    device->hurry(Device::Urgency::now);
    device->reply_ok(number);
}

void Engine::Parts::take(std::int64_t number, const calls::TryNow& /*call*/) {
    device->reply_ok(number);
    driver.tell(sync::ClientSession::TryNow{});
}

void Engine::Parts::take(std::int64_t number, const calls::Platform& call) {
    const bool came_back = call.online && !device->online;
    const bool went = !call.online && device->online;
    device->online = call.online;
    device->utc_offset_minutes = call.utc_offset_minutes.value_or(device->utc_offset_minutes);
    device->unmetered = call.unmetered.value_or(device->unmetered);
    if (call.storage_free) {
        device->learn_storage(*call.storage_free);
    }
    device->reply_ok(number);
    if (went) {
        driver.tell(sync::ClientSession::NetworkDoubted{});
    } else if (came_back || call.visible) {
        driver.tell(sync::ClientSession::TryNow{});
    }
}

void Engine::Parts::take(std::int64_t number, calls::Subscribe& call) {
    const auto channel = shown_channel(call.query);
    const auto opened = live.open(number, std::move(call.query));
    if (!opened) {
        device->reply_error(number, opened.error());
        return;
    }
    device->reply_ok(number);
    follow_screen();
    if (channel) {
        driver.raise(*channel);
    }
}

void Engine::Parts::take(std::int64_t number, const calls::Unsubscribe& call) {
    live.close(call.subscription);
    follow_screen();
    device->reply_ok(number);
}

}  // namespace holdfast::client
