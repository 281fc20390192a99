// The loop around the session, and what goes out to the shell. Rows and outcomes: carry_out.cpp.

#include "client/engine/sync_driver.hpp"

#include <utility>

#include "client/engine/limits.hpp"
#include "core/base/deadline.hpp"

namespace holdfast::client {

void SyncDriver::begin() {
    (void)keep();  // the server is told of what is here: whatever that is now
    end();
    const auto& account = device_.account();
    if (!account || !device_.started) {
        return;
    }
    if (device_.outbox.is_read_only()) {
        device_.tell(offline::input::Stopped{.cause = offline::Cause::refused,
                                             .error = {ErrorCode::outbox_read_only}});
        return;
    }
    if (account->ended != ErrorCode::none) {
        // The session ended before the app was closed: the person signs in, or works offline.
        if (device_.is_barred()) {
            device_.tell(offline::input::Policy{});
        }
        device_.tell(offline::input::Stopped{.cause = offline::Cause::signed_out,
                                             .error = {account->ended}});
        return;
    }
    const bool mobile = device_.device_class == offline::DeviceClass::mobile;
    session_.emplace(Session::Options{.token = account->access_token,
                                      .device = account->device,
                                      .salt = account->salt,
                                      .resume = account->resume,
                                      .app_version = device_.options.app_version,
                                      .device_class = mobile ? wire::DeviceClass::mobile
                                                             : wire::DeviceClass::desktop,
                                      .cursors = device_.replica().cursors(),
                                      .waiting = device_.outbox.waiting(),
                                      .seed = device_.options.seed + socket_},
                     device_.now);
    pump();
}

void SyncDriver::end() {
    if (socket_open_) {
        device_.outputs.emplace_back(CloseSocket{socket_});
        socket_open_ = false;
    }
    session_.reset();
    pulls_.clear();
    answers_.clear();
    lent_.clear();
    rows_in_turn_ = 0;
    told_ = Told::nothing;
    told_complete_ = false;
    lost_session_.reset();
    storage_retry_at_.reset();
    disk_is_behind_ = false;
    sent_again_ = false;
    summing_.clear();
    device_.contacts_known = false;
    device_.contacts.clear();
    device_.changes.add(Topic::About::presence);
}

// ---------------------------------------------------------------------------- inputs

void SyncDriver::take(const SocketOpened& input) {
    if (input.socket == socket_ && socket_open_) {
        tell(Session::SocketOpened{});
    }
}

void SyncDriver::take(const SocketReceived& input) {
    if (input.socket == socket_ && socket_open_) {
        device_.counters.bytes_received(input.bytes.size());
        tell(
            Session::SocketReceived{turn_is_over() ? lend(std::string(input.bytes)) : input.bytes});
    }
}

void SyncDriver::take(const SocketClosed& input) {
    if (input.socket == socket_ && socket_open_) {
        socket_open_ = false;
        tell(Session::SocketClosed{});
    }
}

bool SyncDriver::take(const HttpAnswered& answer) {
    const auto found = pulls_.find(answer.request);
    if (found == pulls_.end()) {
        return false;
    }
    const std::uint32_t pull = found->second;
    pulls_.erase(found);
    device_.counters.bytes_received(answer.body.size());
    // What did not come from our server is no answer: a captive portal says 200 too.
    answers_.push_back({.pull = pull,
                        .status = answer.ours ? answer.status : 0,
                        .bytes = std::string(answer.ours ? answer.body : std::string_view{}),
                        .arrived = device_.now});
    if (!turn_is_over()) {
        go_on();
    }
    return true;
}

/// The session hears of an answer when all of the one before is stored, and asks for the next one
/// then: two are on their way, however slow the disk is.
void SyncDriver::go_on() {
    bulk_ = true;
    if (turn_is_over()) {
        rows_in_turn_ = 0;
        pump();
    }
    while (!turn_is_over() && !answers_.empty()) {
        Answer answer = std::move(answers_.front());
        answers_.pop_front();
        tell(Session::PullAnswered{.pull = answer.pull,
                                   .status = answer.status,
                                   .bytes = lend(std::move(answer.bytes)),
                                   .arrived = answer.arrived});
    }
    bulk_ = false;
}

std::string_view SyncDriver::lend(std::string bytes) {
    return lent_.emplace_back(std::move(bytes));
}

void SyncDriver::tell(const Session::Input& input) {
    if (disk_is_behind_ && std::holds_alternative<Session::TryNow>(input)) {
        begin();
        return;
    }
    if (send_again_due_ && std::holds_alternative<Session::TryNow>(input)) {
        send_again();
        if (send_again_due_ && told_ == Told::connected) {
            return;  // there is no room yet
        }
    }
    if (session_) {
        session_->handle(device_.now, input);
        pump();
    }
}

void SyncDriver::pass_time() {
    if (session_) {
        const auto deadline = session_->next_deadline();
        if (deadline && *deadline <= device_.now) {
            tell(Session::TimePassed{});
        }
    }
    if (storage_retry_at_ && *storage_retry_at_ <= device_.now) {
        storage_retry_at_.reset();
        tell(Session::TryNow{});
    }
    if (keep_at_ && *keep_at_ <= device_.now) {
        (void)keep();
    }
    if (!summing_.empty()) {
        sum_some();
    }
    sweep();
    if (!turn_is_over()) {
        rows_in_turn_ = 0;
    }
}

/// Deletes a slice of what was revoked. All of it is hidden already.
void SyncDriver::sweep() {
    if (!device_.replica().sweep_pending() || (sweep_again_at_ && device_.now < *sweep_again_at_)) {
        return;
    }
    sweep_again_at_.reset();
    if (!device_.replica().sweep()) {  // asked again at once, a full disk would be asked for ever
        sweep_again_at_ = device_.now + limits::storage_retry_every;
    }
    device_.changes.add(Topic::About::counters);
}

std::optional<Instant> SyncDriver::next_deadline() const {
    std::optional<Instant> sweep_at;
    if (device_.replica().sweep_pending()) {
        sweep_at = sweep_again_at_.value_or(device_.now);
    }
    return earliest({session_ ? session_->next_deadline() : std::nullopt,
                     storage_retry_at_,
                     keep_at_,
                     sweep_at,
                     turn_is_over() ? std::optional(device_.now) : std::nullopt,
                     summing_.empty() ? std::nullopt : std::optional(device_.now)});
}

void SyncDriver::raise(Id channel) {
    if (const auto* timeline = device_.replica().bucket(BucketKind::timeline, channel)) {
        tell(Session::Raise{timeline->head.id});
    }
}

bool SyncDriver::is_in_flight(Id intent) const {
    return session_ && session_->is_in_flight(intent);
}

std::optional<ErrorCode> SyncDriver::take_lost_session() {
    return std::exchange(lost_session_, std::nullopt);
}

// ---------------------------------------------------------------------------- outputs

void SyncDriver::pump() {
    if (std::exchange(pumping_, true)) {
        return;  // the loop below goes on with what was added
    }
    while (session_ && !turn_is_over()) {
        auto output = session_->poll_output();
        if (!output) {
            lent_.clear();
            break;
        }
        std::visit([this](auto& specific) { carry_out(specific); }, *output);
    }
    pumping_ = false;
    report_connection();
}

void SyncDriver::carry_out(const Session::OpenSocket& /*output*/) {
    if (disk_is_behind_) {
        begin();
        return;
    }
    socket_ += 1;
    socket_open_ = true;
    device_.outputs.emplace_back(OpenSocket{socket_});
}

void SyncDriver::carry_out(const Session::CloseSocket& /*output*/) {
    if (socket_open_) {
        socket_open_ = false;
        device_.outputs.emplace_back(CloseSocket{socket_});
    }
}

void SyncDriver::carry_out(Session::Send& output) {
    if (socket_open_) {
        device_.counters.bytes_sent(output.bytes.size());
        device_.outputs.emplace_back(SendSocket{socket_, std::move(output.bytes)});
    }
}

void SyncDriver::carry_out(Session::SendPull& output) {
    HttpRequest wanted{.request = 0, .timeout_ms = limits::pull_time_max.count};
    if (output.path.empty()) {
        wanted.method = "POST";
        wanted.path = "/sync/v1/pull";
        wanted.content_type = "application/x-holdfast";
        wanted.authorization = "Bearer " + device_.account()->access_token;
        wanted.body = std::move(output.bytes);
    } else {
        wanted.method = "GET";
        wanted.path = std::move(output.path);  // says who may
    }
    pulls_.emplace(device_.request(std::move(wanted)), output.pull);
}

void SyncDriver::carry_out(const Session::Renew& /*output*/) {
    device_.renewal_wished = true;
}

void SyncDriver::carry_out(const Session::LoseSession& output) {
    lost_session_ = output.code;
}

// ---------------------------------------------------------------------------- connection

void SyncDriver::report_connection() {
    if (!session_) {
        return;
    }
    const Session::State& state = session_->state();
    const bool was_connected = told_ == Told::connected;
    if (std::holds_alternative<Session::Connected>(state)) {
        report_progress();
        return;
    }
    if (std::holds_alternative<Session::Opening>(state) ||
        std::holds_alternative<Session::Greeting>(state)) {
        if (told_ != Told::trying) {
            device_.tell(offline::input::Connecting{});
            // What is counted begins anew: the screen sees that one synchronization has ended.
            device_.hurry(Device::Urgency::live);
        }
        told_ = Told::trying;
    } else if (const auto* waiting = std::get_if<Session::Waiting>(&state)) {
        report_waiting(*waiting);
    } else if (const auto* stopped = std::get_if<Session::Stopped>(&state)) {
        if (told_ != Told::stopped) {
            const auto cause =
                stopped->signed_out ? offline::Cause::signed_out : offline::Cause::refused;
            device_.tell(offline::input::Stopped{.cause = cause, .error = {stopped->code}});
        }
        told_ = Told::stopped;
    }
    if (was_connected) {
        // Nobody is shown as online by a device that hears nothing.
        device_.contacts.clear();
        device_.contacts_known = false;
        device_.hurry(Device::Urgency::live);
        device_.changes.add(Topic::About::presence);
        device_.changes.add(Topic::About::outbox);  // nothing is being sent any more
        device_.save_figures();
        (void)keep();  // the next greeting tells how far the rows have come
    }
}

void SyncDriver::report_waiting(const Session::Waiting& waiting) {
    if (told_ == Told::waiting && told_until_ == waiting.until) {
        return;
    }
    if (waiting.cause == Session::Cause::refused) {
        device_.tell(
            offline::input::Lost{.cause = offline::Cause::refused, .error = {waiting.code}});
    } else {
        const auto cause =
            device_.online ? offline::Cause::server_unreachable : offline::Cause::no_network;
        device_.tell(offline::input::Lost{.cause = cause, .error = {ErrorCode::none}});
    }
    device_.tell(offline::input::Waiting{waiting.until});
    told_ = Told::waiting;
    told_until_ = waiting.until;
}

void SyncDriver::report_progress() {
    if (told_ != Told::connected) {
        return;  // Greeted says it first
    }
    sync::Progress progress = session_->progress();
    if (progress.complete && !told_complete_) {
        (void)keep();  // "everything is here" survives a kill too
    }
    if (!choose_journal(progress)) {
        return;  // the disk did not take those rows: what is here has been told instead
    }
    progress.complete = progress.complete && !disk_is_behind_;
    device_.counters.missing(progress.expected - progress.received, progress.complete);
    device_.changes.add(Topic::About::counters);
    if (!progress.complete) {
        told_complete_ = false;
        device_.tell(offline::input::Progress{progress.received, progress.expected});
    } else if (!told_complete_) {
        told_complete_ = true;
        device_.hurry(Device::Urgency::live);  // nobody waits for the next screen of a bulk
        device_.tell(offline::input::Progress{progress.received, progress.expected});
        device_.tell(offline::input::Completed{});
        device_.save_figures();
    }
}

/// What comes in bulk is written to the file once, and not to a log first. Where there is no room
/// to change over it goes on as it is. False: rows were undone.
bool SyncDriver::choose_journal(const sync::Progress& progress) {
    const std::uint64_t missing = progress.expected - progress.received;
    const bool is_bulk = missing >= device_.options.bulk_rows_min || (in_bulk_ && missing > 0);
    if (is_bulk == in_bulk_) {
        return true;
    }
    if (!keep()) {
        return false;
    }
    in_bulk_ = is_bulk;
    (void)device_.replica().use_journal(is_bulk ? sqlite::Journal::rollback : sqlite::Journal::log);
    return true;
}

}  // namespace holdfast::client
