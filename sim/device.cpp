// The life of the device's process. What its person does: person.cpp.

#include "sim/device.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "platform/sqlite/database.hpp"
#include "sim/breaks.hpp"

namespace holdfast::sim {
namespace {

using nlohmann::json;

/// So many missing rows are bulk to every other device, and it stores page by page: nobody here has
/// ten thousand.
constexpr std::uint64_t few_rows = 5;

std::string unique_name() {
    static std::uint64_t count = 0;
    return "sim-device-" + std::to_string(count++);
}

Id id_of(const json& value) {
    return parse_id(value.get<std::string>()).value_or(Id{});
}

}  // namespace

Device::Device(Setup setup, Surroundings surroundings)
    : setup_(std::move(setup)),
      around_(std::move(surroundings)),
      disk_(unique_name()),
      key_(setup_.number % 4 == 1 ? std::string(sqlite::key_bytes, 'k') : std::string()),
      screens_(around_.ledger, [this] { return describe(); }) {
    if (HF_BROKEN(outbox_not_synced)) {
        disk_.ignore_syncs_of("outbox.db-wal");
    }
}

WallTime Device::wall() const {
    return WallTime{epoch_of_worlds.ms + around_.clock.now().ms + wall_offset_.count};
}

void Device::start() {
    disk_.restart();
    client::EngineOptions options;
    options.vfs = disk_.vfs();
    options.key = key_;
    options.exclusive = true;
    options.seed = setup_.random.next();
    options.bulk_rows_min = setup_.number % 2 == 1 ? few_rows : options.bulk_rows_min;
    options.slice_rows = setup_.number % 2 == 1 ? 1 : options.slice_rows;
    options.outbox_bytes_max = setup_.profile.outbox_bytes_max;
    auto opened = client::Engine::open(std::move(options), around_.clock.now(), wall());
    if (!opened) {
        const bool excused = disk_.dead() || opened.error().code == ErrorCode::storage_full;
        around_.ledger.expect(excused, [&] {
            return describe() + " cannot open its databases: " + opened.error().detail;
        });
        die(false);
        return;
    }
    engine_ = *std::move(opened);
    screens_.clear();
    subscriptions_.clear();
    asked_.clear();
    call({.call = "start", .kind = {}, .text = {}},
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
    subscribe_all();
}

void Device::subscribe_all() {
    for (const char* query : {"status", "menu", "outbox", "session"}) {
        subscriptions_.emplace(next_call_, Subscription{query});
        call({.call = "subscribe", .kind = {}, .text = {}}, {{"query", query}});
    }
    // One that everybody reads, and the private one, which is lost and gained.
    const Organization& organization = around_.organization;
    for (const Id channel : {organization.channels.front(), organization.closed_channel}) {
        subscriptions_.emplace(next_call_, Subscription{"messages", channel});
        call({.call = "subscribe", .kind = {}, .text = {}},
             {{"query", "messages"},
              {"channel", to_string(channel)},
              {"anchor", "latest"},
              {"before", Screens::window},
              {"after", 0}});
    }
}

void Device::die(bool power) {
    disk_.kill();
    engine_.reset();
    life_ += 1;
    screens_.clear();
    const bool was_removing = had_log_ && !disk_.exists("replica.db-wal");
    if (!had_replica_ || was_removing) {
        screens_.forget_messages();  // there was no room for it: it was in memory
    }
    if (power) {
        disk_.lose_power(setup_.random);
    }
}

void Device::call(Asked asked, json args) {
    if (!running()) {
        return;
    }
    const json message{{"id", next_call_}, {"call", asked.call}, {"args", std::move(args)}};
    asked_.emplace(next_call_, std::move(asked));
    next_call_ += 1;
    const std::string text = message.dump();
    input(client::Call{text});
}

void Device::input(const client::Input& input) {
    if (!running()) {
        return;
    }
    had_replica_ = disk_.exists("replica.db");  // one that dies while it makes one has none
    had_log_ = disk_.exists("replica.db-wal");  // goes first when a replica is removed
    engine_->handle(around_.clock.now(), wall(), input);
    while (!disk_.dead()) {
        auto output = engine_->poll_output();
        if (!output || disk_.dead()) {
            break;  // also to say something may write first: then it is not said
        }
        if (auto* post = std::get_if<client::Post>(&*output)) {
            take_post(post->json);
        } else {
            around_.carry_out(*this, *std::move(output));
        }
    }
    if (disk_.dead()) {
        die(setup_.random.chance(setup_.profile.power));
        return;
    }
    screens_.check(around_.clock.now());
    arm();
}

void Device::arm() {
    const auto deadline = engine_->next_deadline();
    if (!deadline) {
        return;
    }
    alarm_ += 1;
    around_.clock.at(*deadline, [this, alarm = alarm_, life = life_] {
        if (alarm == alarm_ && life == life_) {
            input(client::TimePassed{});
        }
    });
}

void Device::take_post(const std::string& text) {
    around_.ledger.note(around_.clock.now(), "device", setup_.number, text);
    const json message = json::parse(text, nullptr, false);
    around_.ledger.expect(message.is_object(), [&] {
        return describe() + " posts what is not JSON: " + text.substr(0, 200);
    });
    if (!message.is_object()) {
        return;
    }
    if (message.contains("reply")) {
        take_reply(message);
    } else if (message.contains("push")) {
        const auto subscription = subscriptions_.find(message["push"].get<int>());
        if (subscription != subscriptions_.end()) {
            screens_.take(subscription->second.query, subscription->second.channel, message);
            if (subscription->second.query == "status") {
                check_kept(message["snapshot"]);
            }
        }
    }
}

/// OM14: what says that there is no Offline Mode keeps nothing for after it closes.
void Device::check_kept(const json& status) {
    if (status.is_object() && !status["offline"]["available"].get<bool>()) {
        around_.ledger.expect(disk_.dead() || !disk_.exists("replica.db"), [&] {
            return describe() + " keeps a replica and is not entitled (OM14)";
        });
    }
}

void Device::take_reply(const json& message) {
    const auto asked = asked_.find(message["reply"].get<int>());
    if (asked == asked_.end()) {
        return;
    }
    const Asked what = std::move(asked->second);
    asked_.erase(asked);
    Ledger& ledger = around_.ledger;
    if (message.contains("error")) {
        ledger.refusals += 1;
        ledger.refused_with[what.call + " " + message["error"]["code"].get<std::string>()] += 1;
        return;
    }
    if (what.withdraws) {
        ledger.promises.at({setup_.number, what.withdraws}).withdrawn = true;
    }
    if (what.call == "submit") {
        const Id intent = id_of(message["ok"]["intent"]);
        const bool fresh =
            ledger.promises
                .emplace(
                    std::pair(setup_.number, intent),
                    Ledger::Promise{
                        setup_.number, promised_++, what.kind, what.lane, what.text, what.args})
                .second;
        ledger.expect(fresh,
                      [&] { return describe() + " gives the id " + to_string(intent) + " twice"; });
    }
}

void Device::learn_access(const std::vector<BucketId>& lost, const std::vector<BucketId>& gained) {
    for (const Id channel : channels_of(gained)) {
        screens_.gain(channel);
    }
    for (const Id channel : channels_of(lost)) {
        screens_.lose(channel, around_.clock.now());
    }
}

void Device::doubt_losses(const std::vector<BucketId>& lost) {
    for (const Id channel : channels_of(lost)) {
        screens_.doubt_loss(channel);
    }
}

std::vector<Id> Device::channels_of(const std::vector<BucketId>& buckets) const {
    const auto& timelines = around_.organization.timelines;
    std::vector<Id> channels;
    for (const BucketId bucket : buckets) {
        if (const auto channel = timelines.find(bucket); channel != timelines.end()) {
            channels.push_back(channel->second);
        }
    }
    return channels;
}

std::string Device::unrest() const {
    return running() ? screens_.unrest() : "is not running";
}

std::string Device::describe() const {
    return "device " + std::to_string(setup_.number) + " at " +
           std::to_string(around_.clock.now().ms) + " ms";
}

}  // namespace holdfast::sim
