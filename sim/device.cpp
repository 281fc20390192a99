#include "sim/device.hpp"

#include <utility>
#include <variant>

namespace holdfast::sim {
namespace {

using nlohmann::json;

std::string unique_name() {
    static std::uint64_t count = 0;
    return "sim-device-" + std::to_string(count++);
}

Id id_of(const json& value) {
    return parse_id(value.get<std::string>()).value_or(Id{});
}

}  // namespace

Device::Device(
    Setup setup, Clock& clock, Ledger& ledger, const Organization& organization, CarryOut carry_out)
    : setup_(std::move(setup)),
      clock_(clock),
      ledger_(ledger),
      organization_(organization),
      carry_out_(std::move(carry_out)),
      disk_(unique_name()) {}

WallTime Device::wall() const {
    return WallTime{1'760'000'000'000 + clock_.now().ms + wall_offset_.count};
}

void Device::start() {
    disk_.restart();
    client::EngineOptions options;
    options.vfs = disk_.vfs();
    options.exclusive = true;
    options.seed = setup_.random.next();
    auto opened = client::Engine::open(std::move(options), clock_.now(), wall());
    if (!opened) {
        const bool excused = disk_.dead() || opened.error().code == ErrorCode::storage_full;
        ledger_.expect(excused,
                       describe() + " cannot open its databases: " + opened.error().detail);
        die(false);
        return;
    }
    engine_ = *std::move(opened);
    outbox_known_ = menu_known_ = false;
    status_ = {};
    subscriptions_.clear();
    asked_.clear();
    call("start",
         {{"mobile_hint", true},
          {"coarse_pointer", true},
          {"touch_points", 5},
          {"screen_width", 390},
          {"installed", true},
          {"online", true},
          {"visible", true},
          {"locale", "en"},
          {"device_name", "Simulated"},
          {"persistent_storage", true}});
    for (const char* query : {"status", "menu", "outbox", "session"}) {
        if (!running()) {
            return;
        }
        subscriptions_.emplace(next_call_, query);
        call("subscribe", {{"query", query}});
    }
    if (running()) {
        subscriptions_.emplace(next_call_, "messages");
        call("subscribe",
             {{"query", "messages"},
              {"channel", to_string(organization_.channels.front())},
              {"anchor", "latest"},
              {"before", 20},
              {"after", 0}});
    }
}

void Device::die(bool power) {
    disk_.kill();
    engine_.reset();
    life_ += 1;
    outbox_known_ = menu_known_ = false;
    if (power) {
        disk_.lose_power(setup_.random);
    }
}

void Device::call(const std::string& name, json args) {
    const json message{{"id", next_call_}, {"call", name}, {"args", std::move(args)}};
    asked_.emplace(next_call_, Asked{name, {}, {}});
    next_call_ += 1;
    const std::string text = message.dump();
    input(client::Call{text});
}

void Device::input(const client::Input& input) {
    if (!running()) {
        return;
    }
    engine_->handle(clock_.now(), wall(), input);
    if (disk_.dead()) {
        die(setup_.random.chance(500));
        return;
    }
    while (auto output = engine_->poll_output()) {
        if (auto* post = std::get_if<client::Post>(&*output)) {
            take_post(post->json);
        } else {
            carry_out_(*this, *std::move(output));
        }
    }
    if (disk_.dead()) {  // an output may touch the disk too
        die(setup_.random.chance(500));
        return;
    }
    check_screens();
    arm();
}

void Device::arm() {
    const auto deadline = engine_->next_deadline();
    if (!deadline) {
        return;
    }
    alarm_ += 1;
    clock_.at(*deadline, [this, alarm = alarm_, life = life_] {
        if (alarm == alarm_ && life == life_) {
            input(client::TimePassed{});
        }
    });
}

void Device::take_post(const std::string& text) {
    const json message = json::parse(text, nullptr, false);
    ledger_.expect(message.is_object(),
                   describe() + " posts what is not JSON: " + text.substr(0, 200));
    if (!message.is_object()) {
        return;
    }
    if (message.contains("reply")) {
        take_reply(message);
    } else if (message.contains("push")) {
        take_push(message);
    }
}

void Device::take_reply(const json& message) {
    const auto asked = asked_.find(message["reply"].get<int>());
    if (asked == asked_.end()) {
        return;
    }
    const Asked what = std::move(asked->second);
    asked_.erase(asked);
    if (message.contains("error")) {
        ledger_.refusals += 1;
        ledger_.refused_with[what.call + " " + message["error"]["code"].get<std::string>()] += 1;
        return;
    }
    if (what.call == "submit") {
        const Id intent = id_of(message["ok"]["intent"]);
        const bool fresh =
            ledger_.promises.emplace(intent, Ledger::Promise{setup_.number, what.kind, what.text})
                .second;
        ledger_.expect(fresh, describe() + " gives the id " + to_string(intent) + " twice");
    }
}

void Device::take_push(const json& message) {
    const auto subscription = subscriptions_.find(message["push"].get<int>());
    if (subscription == subscriptions_.end()) {
        return;
    }
    const json& snapshot = message["snapshot"];
    const bool blocked = message["blocked"].get<bool>();
    if (subscription->second == "status") {
        const json before = std::exchange(status_, snapshot);
        const auto synchronizing = [](const json& status) {
            return status.is_object() && status["connection"]["state"] == "connected" &&
                   status["bar"]["kind"] == "synchronizing";
        };
        // One that has completed may be followed by a smaller one, which begins at 0, before the
        // screen has seen the end of the first.
        const auto number = [](const json& status, const char* name) {
            return status["bar"][name].get<std::uint64_t>();
        };
        if (synchronizing(before) && synchronizing(status_) &&
            number(before, "received") < number(before, "expected") &&
            number(status_, "expected") >= number(before, "expected")) {
            ledger_.expect(number(status_, "received") >= number(before, "received"),
                           describe() + ": progress falls");
        }
    } else if (subscription->second == "session") {
        signed_in_ = snapshot.value("signed_in", false);
    } else if (subscription->second == "menu") {
        menu_known_ = true;
        menu_blocked_ = blocked;
    } else if (subscription->second == "messages" && !blocked && snapshot.is_object()) {
        seen_messages_.clear();
        for (const json& item : snapshot["items"]) {
            seen_messages_.push_back(item["id"].get<std::string>());
        }
    } else if (subscription->second == "outbox" && snapshot.is_object() &&
               snapshot.contains("items")) {
        outbox_known_ = true;
        outbox_.clear();
        for (const json& item : snapshot["items"]) {
            outbox_.emplace(id_of(item["intent"]), item["state"].get<std::string>());
        }
    }
}

void Device::check_screens() {
    if (!status_.is_object() || !menu_known_ || !signed_in_) {
        return;
    }
    const bool show = status_["screens"]["show_data"].get<bool>();
    // The other way round is allowed for a moment: data may follow the permission to show it.
    ledger_.expect(show || menu_blocked_, describe() + ": shows stale data (OM20)");
}

json Device::make_message() {
    Random& random = setup_.random;
    const std::string channel =
        to_string(organization_.channels[random.below(organization_.channels.size())]);
    const std::string front = to_string(organization_.channels.front());
    const std::string some =
        seen_messages_.empty() ? "" : seen_messages_[random.below(seen_messages_.size())];
    const std::string text =
        "d" + std::to_string(setup_.number) + " message " + std::to_string(written_++);
    switch (some.empty() ? 0 : random.below(6)) {
        case 1:
            return {{"kind", "message.post"},
                    {"args", {{"channel", front}, {"text", text}, {"reply_to", {some}}}}};
        case 2:
            return {{"kind", "message.react"},
                    {"args",
                     {{"channel", front},
                      {"message", some},
                      {"emoji", "👍"},
                      {"on", random.chance(700)}}}};
        case 3:
            return {{"kind", "channel.read"}, {"args", {{"channel", front}, {"message", some}}}};
        default:
            return {{"kind", "message.post"},
                    {"args", {{"channel", channel}, {"text", text}, {"reply_to", json::array()}}}};
    }
}

void Device::act() {
    if (!running()) {
        return;
    }
    ledger_.actions += 1;
    Random& random = setup_.random;
    if (!signed_in_) {
        sign_in();
        return;
    }
    const std::uint64_t choice = random.below(100);
    if (choice < 8) {
        call("set_offline_mode", {{"on", random.chance(600)}});
    } else if (choice < 12) {
        call("try_now", json::object());
    } else if (choice < 16) {
        call("platform", {{"online", random.chance(500)}, {"visible", true}});
    } else {
        json intent = make_message();
        const int number = next_call_;
        const json message{{"id", number}, {"call", "submit"}, {"args", intent}};
        next_call_ += 1;
        asked_.emplace(
            number,
            Asked{"submit", intent["args"].value("text", ""), intent["kind"].get<std::string>()});
        const std::string text = message.dump();
        input(client::Call{text});
    }
}

void Device::turn_online() {
    call("set_offline_mode", {{"on", false}});
}

void Device::sign_in() {
    if (running() && !signed_in_) {
        call("sign_in", {{"email", setup_.email}, {"password", "correct horse"}});
    }
}

bool Device::is_quiet() const {
    if (!running() || !status_.is_object() || !outbox_known_ || !signed_in_) {
        return false;
    }
    for (const auto& [intent, state] : outbox_) {
        if (state != "needs_you") {
            return false;
        }
    }
    return status_["connection"]["state"] == "connected" && status_["bar"]["kind"] == "ready";
}

std::string Device::unrest() const {
    if (!running()) {
        return "is not running";
    }
    std::string text = signed_in_ ? "" : "signed out ";
    text +=
        status_.is_object() ? status_["connection"].dump() + status_["bar"].dump() : "no status";
    for (const auto& [intent, state] : outbox_) {
        text += " " + to_string(intent) + " " + state;
    }
    return text;
}

std::string Device::describe() const {
    return "device " + std::to_string(setup_.number) + " at " + std::to_string(clock_.now().ms) +
           " ms";
}

}  // namespace holdfast::sim
