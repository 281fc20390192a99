#include "cli/device.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>

#include "client/engine/http_answer.hpp"

namespace holdfast::cli {
namespace {

constexpr Device::Time local_time_max{30'000};

/// What a phone, or a computer with a mouse, says of itself.
Json make_platform(bool mobile) {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return {{"mobile_hint", mobile},
            {"coarse_pointer", mobile},
            {"touch_points", mobile ? 5 : 0},
            {"screen_width", mobile ? 390 : 1080},
            {"installed", true},
            {"online", true},
            {"visible", true},
            {"locale", "en"},
            {"device_name", std::string("holdfast client · ") + name.data()},
            {"persistent_storage", true}};
}

}  // namespace

Error error_of(const Json& error) {
    const std::string name = error.value("code", "");
    const ErrorCode code = client::code_named(name, ErrorCode::none);
    const std::string params = error.contains("params") ? error["params"].dump() : std::string{};
    return {code, code == ErrorCode::none ? name : std::string{}, params};
}

Device::Device(boost::asio::io_context& loop, std::unique_ptr<client::NativeClient> client)
    : loop_(loop), client_(std::move(client)) {
    client_->on_message_with_bytes(
        [this](std::string_view message, std::string_view bytes) { take(message, bytes); });
}

Device::~Device() = default;

Result<std::unique_ptr<Device>> Device::open(boost::asio::io_context& loop,
                                             client::NativeOptions options,
                                             bool mobile) {
    HF_TRY(auto client, client::NativeClient::open(loop, std::move(options)));
    std::unique_ptr<Device> device(new Device(loop, std::move(client)));
    HF_TRY(const Json started, device->call("start", make_platform(mobile), local_time_max));
    device->signed_in_ = started.value("signed_in", false);
    return device;
}

int Device::send(std::string_view name, Json arguments) {
    const int number = ++last_number_;
    if (arguments.is_null()) {
        arguments = Json::object();
    }
    const Json call{{"id", number}, {"call", name}, {"args", std::move(arguments)}};
    // What stands on a command line need not be UTF-8.
    client_->call(call.dump(-1, ' ', false, Json::error_handler_t::replace));
    return number;
}

void Device::take(std::string_view message, std::string_view bytes) {
    Json json = Json::parse(message, nullptr, false);
    if (json.contains("reply")) {
        const int number = json["reply"].get<int>();
        replies_[number] = std::move(json);
        bytes_ = bytes;
    } else if (json.contains("push") && !json.value("blocked", false)) {
        const int number = json["push"].get<int>();
        Json snapshot = std::move(json["snapshot"]);
        snapshots_[number] = snapshot.is_object() ? std::move(snapshot) : Json::object();
        if (on_snapshot_) {
            on_snapshot_(number, snapshots_[number]);
        }
    }
}

Result<Json> Device::call(std::string_view name, Json arguments, Time time_max) {
    const int number = send(name, std::move(arguments));
    if (!run_until([&] { return replies_.contains(number); }, time_max)) {
        return fail(ErrorCode::server_unreachable, "no reply to " + std::string(name));
    }
    Json reply = std::move(replies_[number]);
    replies_.erase(number);
    if (reply.contains("error")) {
        return std::unexpected(error_of(reply["error"]));
    }
    return reply["ok"];
}

Result<int> Device::subscribe(Json query) {
    const int number = last_number_ + 1;
    HF_CHECK(call("subscribe", std::move(query), local_time_max));
    return number;
}

const Json& Device::snapshot(int subscription) const {
    static const Json none = Json::object();
    const auto found = snapshots_.find(subscription);
    return found == snapshots_.end() ? none : found->second;
}

void Device::on_snapshot(std::function<void(int, const Json&)> callback) {
    on_snapshot_ = std::move(callback);
}

Result<Json> Device::ask(Json query, Time time_max) {
    HF_TRY(const int number, subscribe(std::move(query)));
    if (!run_until([&] { return snapshots_.contains(number); }, time_max)) {
        return fail(ErrorCode::server_unreachable, "no snapshot in time");
    }
    Json snapshot = std::move(snapshots_[number]);
    HF_CHECK(call("unsubscribe", {{"subscription", number}}, local_time_max));
    snapshots_.erase(number);
    return snapshot;
}

bool Device::run_until(const std::function<bool()>& condition, Time time_max) {
    const auto deadline = std::chrono::steady_clock::now() + time_max;
    while (!condition()) {
        if (loop_.stopped()) {
            loop_.restart();
        }
        if (loop_.run_one_until(deadline) == 0 && std::chrono::steady_clock::now() >= deadline) {
            return condition();
        }
    }
    return true;
}

}  // namespace holdfast::cli
