#include "client/engine/device.hpp"

#include <charconv>
#include <utility>

#include "client/engine/limits.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

constexpr std::string_view offline_value = "offline";
constexpr std::string_view counters_value = "counters";
constexpr std::string_view repairs_value = "repairs";
constexpr std::string_view server_ahead_value = "server_ahead_ms";

/// A difference between the clocks that is worth a write: seconds do not matter to anybody.
constexpr std::int64_t clock_step_ms = 60'000;

/// A text as a JSON string.
std::string quoted(std::string_view text) {
    return json::dump(text);
}

}  // namespace

Device::Device(EngineOptions with, Outbox opened)
    : options(std::move(with)),
      outbox(std::move(opened)),
      fillings(outbox),
      status(offline::DeviceClass::mobile, offline::parse_persisted(outbox.value(offline_value))) {
    counters.restore(outbox.value(counters_value));
    repairs.restore(outbox.value(repairs_value));
    const std::string ahead = outbox.value(server_ahead_value);
    std::from_chars(ahead.data(), ahead.data() + ahead.size(), server_ahead.count);
}

Result<std::unique_ptr<Device>> Device::open(EngineOptions options) {
    HF_TRY(auto outbox,
           Outbox::open({.path = options.memory_replica ? ":memory:" : options.outbox_path,
                         .vfs = options.vfs,
                         .key = options.key,
                         .exclusive = options.exclusive,
                         .file_bytes_max = options.outbox_bytes_max}));
    std::unique_ptr<Device> device(new Device(std::move(options), std::move(outbox)));
    HF_CHECK(device->open_replica(!device->may_keep(), false));
    if (!device->may_keep() && !device->options.memory_replica) {
        // It ended before it could delete what it may not keep any more.
        (void)Replica::remove(device->replica_options(false, false));
    }
    device->lay_overlay();
    return device;
}

void Device::save_figures() {
    (void)outbox.set_value(counters_value, counters.encode());
    (void)outbox.set_value(repairs_value, repairs.encode());
}

// ---------------------------------------------------------------------------- the replica

bool Device::may_keep() const {
    return !options.memory_replica && device_class == offline::DeviceClass::mobile &&
           status.persisted().policy.granted && !is_barred();
}

bool Device::is_barred() const {
    return account() && account()->ended == ErrorCode::auth_access_revoked;
}

Replica::Options Device::replica_options(bool in_memory, bool recreate) const {
    return {.path = in_memory ? ":memory:" : options.replica_path,
            .vfs = options.vfs,
            .key = options.key,
            .exclusive = options.exclusive,
            .recreate = recreate};
}

Result<> Device::open_replica(bool in_memory, bool recreate) {
    world_.reset();
    replica_.reset();  // the file is closed before it is opened again
    auto opened = Replica::open(replica_options(in_memory, recreate));
    if (!opened) {  // something has to be there: one that does not stay is better than none
        HF_TRY(opened, Replica::open(replica_options(true, false)));
        in_memory = true;
        place_again_at_ = now + limits::storage_retry_every;
    }
    use_replica(*std::move(opened), in_memory);
    return {};
}

void Device::use_replica(Replica opened, bool in_memory) {
    world_.reset();
    replica_ = std::make_unique<Replica>(std::move(opened));
    world_ = std::make_unique<DeviceWorld>(*replica_, older, overlay, forms);
    in_memory_ = in_memory;
    unread.clear();
    fillings.replica_replaced();
    overlay.base_replaced();
    if (replica_->cursors().empty()) {
        tell(offline::input::Emptied{});
    }
}

Result<bool> Device::place_replica() {
    const bool in_memory = !may_keep();
    if (in_memory == in_memory_) {
        return false;
    }
    if (in_memory) {
        HF_CHECK(open_replica(true, false));
        if (!options.memory_replica) {
            HF_CHECK(Replica::remove(replica_options(false, false)));
        }
        return true;
    }
    if (now < place_again_at_) {
        return false;
    }
    // With what is in memory: it is on the screen, and what waits is laid over it.
    auto opened = replica_->copy_to(replica_options(false, false));
    if (!opened) {
        place_again_at_ = now + limits::storage_retry_every;
        return false;
    }
    use_replica(*std::move(opened), false);
    return true;
}

void Device::leave_disk() {
    auto moved = replica_->copy_to_memory();
    if (!moved) {
        moved = Replica::open(replica_options(true, false));
    }
    if (moved) {
        use_replica(*std::move(moved), true);
        (void)Replica::remove(replica_options(false, false));
        place_again_at_ = now + limits::storage_retry_every;
    }
}

std::optional<Instant> Device::next_deadline() const {
    return lacks_room() ? std::optional(place_again_at_) : std::nullopt;
}

Result<> Device::renew_replica() {
    return open_replica(!may_keep(), true);
}

// ---------------------------------------------------------------------------- changes

void Device::tell_storage(bool full) {
    if (std::exchange(storage_full, full) != full) {
        tell(offline::input::Storage{.full = full});
    }
}

void Device::tell(const offline::Input& input) {
    status.handle({.instant = now, .device = wall}, input);
    changes.add(Topic::About::status);
}

void Device::save_status() {
    // Both are told anew by the server: a full disk costs a figure on the screen, no work.
    (void)outbox.set_value(offline_value, offline::encode(status.persisted()));
}

void Device::learn_server_time(WallTime server_time) {
    const Millis before = server_ahead;
    server_ahead = server_time - wall;
    const std::int64_t step = server_ahead.count - before.count;
    if (step > clock_step_ms || step < -clock_step_ms) {
        (void)outbox.set_value(server_ahead_value, std::to_string(server_ahead.count));
    }
}

void Device::lay_overlay() {
    overlay.clear();
    for (const auto& [id, item] : outbox.items()) {
        if (item.state != Outbox::State::rejected) {
            overlay.put(item.intent, done_at(item.intent));
            if (item.state == Outbox::State::applied) {
                overlay.confirm(id);
            }
        }
    }
    unread.clear();
}

FillingDesk::Place Device::filling_place() {
    const offline::Status shown = status.status(now);
    const bool connected = shown.connection.state == offline::ConnectionKind::connected;
    const auto& who = account();
    return {.world = world(),
            .replica = replica(),
            .organization = who ? who->organization : Id{},
            .person = {.user = who ? who->user : Id{},
                       .now = wall,
                       .offset_minutes = utc_offset_minutes,
                       .online = connected && !shown.offline.on}};
}

WallTime Device::done_at(const Intent& intent) const {
    return intent.claimed_at + server_ahead;
}

void Device::learn_storage(std::int64_t free) {
    const bool was_low = storage_free && *storage_free < limits::storage_low_bytes;
    const bool is_low = free < limits::storage_low_bytes;
    storage_free = free;
    if (is_low && !was_low) {
        (void)outbox.drop_cached();
        files_changed();
    }
    if (is_low || was_low) {
        changes.add(Topic::About::status);
    }
}

/// What waits is actions, and behind them the files whose actions are done.
void Device::outbox_changed() {
    changes.add(Topic::About::outbox);
    tell(offline::input::Outbox{outbox.waiting() + outbox.uploads_waiting()});
}

void Device::files_changed() {
    changes.add(Topic::About::files);
    outbox_changed();
}

// ---------------------------------------------------------------------------- to the outside

void Device::reply_ok(std::int64_t call, std::string_view json, std::string bytes) {
    std::string text = R"({"reply":)" + std::to_string(call) + R"(,"ok":)";
    text += json;
    text += '}';
    outputs.emplace_back(Post{.json = std::move(text), .bytes = std::move(bytes)});
}

void Device::reply_error(std::int64_t call, const Error& error) {
    reply_error(call, error_name(error.code), error.params);
}

void Device::reply_error(std::int64_t call, std::string_view code, std::string_view params) {
    const bool is_object = json::parse(params).is_object();
    std::string text = R"({"reply":)" + std::to_string(call) + R"(,"error":{"code":)";
    text += quoted(code);
    text += R"(,"params":)";
    text += is_object ? params : std::string_view{"{}"};
    text += "}}";
    outputs.emplace_back(Post{std::move(text)});
}

std::uint32_t Device::request(HttpRequest request) {
    request.request = next_request_++;
    counters.bytes_sent(request.body.size());
    outputs.emplace_back(std::move(request));
    return next_request_ - 1;
}

}  // namespace holdfast::client
