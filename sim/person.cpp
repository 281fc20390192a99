// What a person does with a device: every kind of intent, and the decisions that only people take.

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "sim/device.hpp"

namespace holdfast::sim {

using nlohmann::json;

void Device::act() {
    if (!running()) {
        return;
    }
    around_.ledger.actions += 1;
    Random& random = setup_.random;
    if (!screens_.signed_in()) {
        sign_in();
        return;
    }
    const std::uint64_t choice = random.below(100);
    if (choice < 8) {
        call({.call = "set_offline_mode", .kind = {}, .text = {}}, {{"on", random.chance(600)}});
    } else if (choice < 12) {
        call({.call = "try_now", .kind = {}, .text = {}}, json::object());
    } else if (choice < 16) {
        call({.call = "platform", .kind = {}, .text = {}},
             {{"online", random.chance(500)}, {"visible", true}});
    } else if (choice < 20) {
        decide_on_refused();
    } else if (choice < 25) {
        take_back();
    } else {
        write();
    }
}

/// A refused intent stays until somebody decides: sends it again, or lets it go.
void Device::decide_on_refused() {
    for (const auto& [intent, state] : screens_.outbox()) {
        if (state == "needs_you") {
            release(intent);
            call({.call = setup_.random.chance(500) ? "retry" : "discard",
                  .kind = {},
                  .text = {},
                  .lane = {}},
                 {{"intent", to_string(intent)}});
            return;
        }
    }
}

/// Thinks better of something that waits. The device may know that it is too late.
void Device::take_back() {
    const auto& outbox = screens_.outbox();
    const auto waits =
        std::ranges::find(outbox, std::string("saved"), &std::pair<const Id, std::string>::second);
    if (waits == outbox.end() || !around_.ledger.promises.contains({setup_.number, waits->first})) {
        return;
    }
    const Id intent = waits->first;
    release_unsent(intent);
    for (auto behind = std::next(waits); behind != outbox.end(); ++behind) {
        // Saved, and the process died before it said so: nobody knows what it was about.
        if (!around_.ledger.promises.contains({setup_.number, behind->first})) {
            screens_.release(behind->first);
        }
    }
    call({.call = "discard", .kind = {}, .text = {}, .withdraws = intent},
         {{"intent", to_string(intent)}});
}

/// It and what names it, and what names that.
void Device::release_unsent(Id intent) {
    screens_.release(intent);
    around_.ledger.promises.at({setup_.number, intent}).taken_back = true;
    const std::string name = '"' + to_string(intent) + '"';
    auto& promises = around_.ledger.promises;
    for (auto at = promises.upper_bound({setup_.number, intent});
         at != promises.end() && at->first.first == setup_.number;
         ++at) {
        if (!at->second.taken_back && at->second.args.find(name) != std::string::npos) {
            release_unsent(at->first.second);
        }
    }
}

/// From the asking on: a device that dies may have done it and not said so.
void Device::release(Id intent) {
    screens_.release(intent);
    const auto promise = around_.ledger.promises.find({setup_.number, intent});
    if (promise != around_.ledger.promises.end()) {
        promise->second.released = true;
    } else {
        around_.ledger.decided_on_copies.insert(intent);
    }
}

void Device::write() {
    Random& random = setup_.random;
    const auto& channels = around_.organization.channels;
    const bool front = random.chance(600);
    const Id watched = front ? channels.front() : around_.organization.closed_channel;
    const std::vector<Id>& seen = screens_.messages(watched);
    const std::string some = seen.empty() ? "" : to_string(seen[random.below(seen.size())]);
    const std::string text =
        "d" + std::to_string(setup_.number) + " message " + std::to_string(written_++);
    const std::uint64_t choice = random.below(20);
    if (choice < 4 && !some.empty()) {
        submit("message.post", watched, {{"text", text}, {"reply_to", {some}}});
    } else if (choice < 7 && !some.empty()) {
        submit("message.react",
               watched,
               {{"message", some}, {"emoji", "👍"}, {"on", random.chance(700)}});
    } else if (choice < 9 && !some.empty()) {
        submit("channel.read", watched, {{"message", some}});
    } else if (choice < 10 && !some.empty()) {
        submit("message.delete", watched, {{"message", some}});
    } else if (choice < 12) {
        change_channel(watched);
    } else if (choice < 15) {
        work_on_tasks();
    } else {
        const Id channel = random.chance(500) ? watched : channels[random.below(channels.size())];
        submit("message.post", channel, {{"text", text}, {"reply_to", json::array()}});
    }
}

/// Begins a task, or moves one that somebody has begun. The state that the person saw is a guess:
/// the device refuses what it knows better.
void Device::work_on_tasks() {
    Random& random = setup_.random;
    if (random.chance(200)) {
        keep_a_view();
        return;
    }
    std::vector<Id> begun;
    for (const auto& [key, promise] : around_.ledger.promises) {
        if (promise.kind == "task.create") {
            begun.push_back(key.second);
        }
    }
    const std::string group = to_string(around_.organization.task_group);
    if (begun.empty() || random.chance(250)) {
        submit("task.create",
               {},
               {{"group", group},
                {"workflow", "job"},
                {"form", to_string(around_.organization.start_form)},
                {"answers", {{"what", "Job " + std::to_string(written_++)}}}});
        return;
    }
    const std::uint64_t moves = random.below(4);
    const bool is_open = moves % 2 == 0;
    const char* target = is_open ? "doing" : random.chance(800) ? "open" : "closed";
    submit("task.change_state",
           {},
           {{"group", group},
            {"task", to_string(begun[random.below(begun.size())])},
            {"target", target},
            {"base_state", is_open ? "open" : "doing"},
            {"base_version", moves}});
}

/// Saves a view under a new name, or changes or deletes one of this device's: what somebody may not
/// share, the device refuses.
void Device::keep_a_view() {
    Random& random = setup_.random;
    std::vector<Id> saved;
    for (const auto& [key, promise] : around_.ledger.promises) {
        if (promise.kind == "view.save" && key.first == setup_.number) {
            saved.push_back(key.second);
        }
    }
    const std::string group = to_string(around_.organization.task_group);
    const std::string some = saved.empty() ? "" : to_string(saved[random.below(saved.size())]);
    if (!some.empty() && random.chance(300)) {
        submit("view.delete", {}, {{"group", group}, {"view", some}});
        return;
    }
    json args{{"group", group},
              {"shared", random.chance(100)},
              {"definition", {{"name", "View " + std::to_string(written_++)}}}};
    if (!some.empty() && random.chance(500)) {
        args["view"] = some;
    }
    submit("view.save", {}, std::move(args));
}

void Device::change_channel(Id channel) {
    Random& random = setup_.random;
    const auto& users = around_.organization.users;
    const std::string user = to_string(users[random.below(users.size())]);
    const std::string name = "Name " + std::to_string(random.below(1000));
    switch (random.below(8)) {
        case 0:
            submit("channel.rename", channel, {{"name", name}});
            break;
        case 1:
            submit("profile.update", {}, {{"name", name}, {"last_name", "Sim"}, {"phone", ""}});
            break;
        case 2:
            submit("channel.create",
                   {},
                   {{"group", to_string(around_.organization.groups.front())},
                    {"name", name},
                    {"private", random.chance(500)},
                    {"members", {user}}});
            break;
        case 3:
        case 4:
        case 5:
            submit("channel.remove_member", around_.organization.closed_channel, {{"user", user}});
            break;
        default:
            submit("channel.add_member", around_.organization.closed_channel, {{"user", user}});
    }
}

void Device::put_out(Id user) {
    if (running() && screens_.signed_in()) {
        submit("channel.remove_member",
               around_.organization.closed_channel,
               {{"user", to_string(user)}});
    }
}

void Device::submit(const std::string& kind, Id lane, json args) {
    const std::string text = args.value("text", "");
    if (lane) {
        args["channel"] = to_string(lane);
    }
    Asked asked{.call = "submit", .kind = kind, .text = text, .lane = lane, .args = args.dump()};
    call(std::move(asked), {{"kind", kind}, {"args", std::move(args)}});
}

void Device::turn_online() {
    call({.call = "set_offline_mode", .kind = {}, .text = {}}, {{"on", false}});
}

void Device::sign_in() {
    if (running() && !screens_.signed_in()) {
        call({.call = "sign_in", .kind = {}, .text = {}},
             {{"email", Organization::email(setup_.user)}, {"password", "correct horse"}});
    }
}

}  // namespace holdfast::sim
