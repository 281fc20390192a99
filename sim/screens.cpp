#include "sim/screens.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace holdfast::sim {
namespace {

using nlohmann::json;

/// A screen is drawn at most every 50 ms while rows arrive in bulk; "at once" has this much room.
constexpr Millis hidden_within{1'000};

Id id_of(const json& value) {
    return value.is_string() ? parse_id(value.get<std::string>()).value_or(Id{}) : Id{};
}

std::uint64_t bar_number(const json& status, const char* name) {
    return status["bar"][name].get<std::uint64_t>();
}

bool is_synchronizing(const json& status) {
    return status.is_object() && status["connection"]["state"] == "connected" &&
           status["bar"]["kind"] == "synchronizing";
}

}  // namespace

void Screens::clear() {
    status_ = {};
    outbox_.clear();
    posts_.clear();
    for (auto& [id, channel] : channels_) {
        if (channel.known) {
            remembered_.insert_or_assign(id, std::move(channel));
        }
    }
    channels_.clear();
    outbox_known_ = menu_known_ = false;
}

void Screens::forget_messages() {
    channels_.clear();
    remembered_.clear();
    for (const auto& [channel, since] : lost_) {
        forgotten_.insert(channel);
    }
}

void Screens::lose(Id channel, Instant now) {
    forgotten_.erase(channel);
    Instant& since = lost_.try_emplace(channel, now).first->second;
    since = std::min(since, now);
}

void Screens::doubt_loss(Id channel) {
    lost_.insert_or_assign(channel, Instant{std::numeric_limits<std::int64_t>::max()});
}

void Screens::gain(Id channel) {
    lost_.erase(channel);
}

void Screens::take(std::string_view query, Id channel, const json& push) {
    const json& snapshot = push["snapshot"];
    const bool blocked = push["blocked"].get<bool>();
    if (query == "status") {
        take_status(snapshot);
    } else if (query == "session" && snapshot.is_object()) {
        signed_in_ = snapshot.value("signed_in", false) && snapshot["ended"].is_null();
    } else if (query == "menu") {
        menu_known_ = true;
        menu_blocked_ = blocked;
    } else if (query == "outbox" && snapshot.is_object() && snapshot.contains("items")) {
        take_outbox(snapshot);
    } else if (query == "messages") {
        channels_[channel].blocked = blocked;
        if (!blocked && snapshot.is_object()) {
            take_messages(channel, snapshot);
        }
    }
}

void Screens::take_status(const json& snapshot) {
    const json before = std::exchange(status_, snapshot);
    // One that has completed may be followed by another, which begins at 0, before the screen has
    // seen the end of the first: only the time of the completion is another then.
    if (is_synchronizing(before) && is_synchronizing(status_) &&
        before["bar"]["complete_at"] == status_["bar"]["complete_at"] &&
        bar_number(before, "received") < bar_number(before, "expected") &&
        bar_number(status_, "expected") >= bar_number(before, "expected")) {
        ledger_.expect(bar_number(status_, "received") >= bar_number(before, "received"),
                       [&] { return name_() + ": progress falls (OM13)"; });
    }
}

void Screens::settle_history() {
    if (history_ == History::compared && status_.is_object() &&
        status_["connection"]["state"] == "connected" && status_["bar"]["kind"] == "ready") {
        history_ = History::known;
    }
}

void Screens::take_outbox(const json& snapshot) {
    outbox_known_ = true;
    outbox_.clear();
    posts_.clear();
    for (const json& item : snapshot["items"]) {
        const Id intent = id_of(item["intent"]);
        const auto [shown, fresh] = outbox_.emplace(intent, item["state"].get<std::string>());
        ledger_.see(intent,
                    item["kind"].get<std::string>() + " " + item["text"].get<std::string>());
        if (shown->second == "sending") {
            sent_.insert(intent);
        }
        const json& refusal = item["refusal"];
        if (refusal.is_object() && refusal["error"]["code"] == "intent.id_conflict") {
            ledger_.contested.insert(intent);
        }
        if (item["kind"] == "message.post") {
            posts_.emplace(intent, Post{id_of(item["channel"]), item["target"] != ""});
        } else if (item["kind"] == "message.delete") {
            if (shown->second == "needs_you") {
                undeleted_.insert(id_of(item["channel"]));
            }
        }
    }
}

void Screens::take_messages(Id id, const json& snapshot) {
    Channel now{
        .known = true, .more_before = snapshot["has_before"].get<bool>(), .items = {}, .order = {}};
    for (const json& item : snapshot["items"]) {
        const Id message = id_of(item["id"]);
        const bool refused = item["state"] == "needs_you";
        const bool fresh = now.items
                               .emplace(message,
                                        Item{.sort = item["sort"].get<std::int64_t>(),
                                             .done = item["state"] == "done",
                                             .deleted = item["kind"] == "deleted",
                                             .refused = refused})
                               .second;
        // What a copy of the device wrote under the same id waits for the person beside it.
        ledger_.expect(fresh || refused, [&] {
            return name_() + ": message " + to_string(message) + " is shown twice";
        });
        now.order.push_back(message);
    }
    Channel& shown = channels_[id];
    const auto remembered = remembered_.find(id);
    if (!shown.known && remembered != remembered_.end()) {
        shown = std::move(remembered->second);
        remembered_.erase(remembered);
    }
    if (shown.known && !lost_.contains(id) && history_ == History::known) {
        compare(id, shown, now);
    }
    shown = std::move(now);
}

/// What was seen stays, unless newer messages have pushed it out of the window.
void Screens::compare(Id channel, const Channel& before, const Channel& now) {
    // The first that is done: one further down may still stand where this device's clock put it.
    const auto first =
        std::ranges::find_if(now.order, [&](Id id) { return now.items.at(id).done; });
    const std::int64_t oldest = first == now.order.end() ? std::numeric_limits<std::int64_t>::max()
                                                         : now.items.at(*first).sort;
    const auto fresh = static_cast<std::size_t>(
        std::ranges::count_if(now.order, [&](Id id) { return !before.items.contains(id); }));
    for (const auto& [id, item] : before.items) {
        const auto still = now.items.find(id);
        if (still != now.items.end()) {
            // A deletion is shown before the server has judged it, and may be refused.
            const bool undeleted = undeleted_.contains(channel);
            ledger_.expect(undeleted || !item.deleted || still->second.deleted, [&] {
                return name_() + ": message " + to_string(id) + " was deleted and is back";
            });
            continue;
        }
        // The place of what this device wrote is a guess of its clock until the server's row is
        // here.
        const bool guessed = sent_.contains(id) || (!item.done && fresh >= window);
        const bool pushed_out = now.more_before && (guessed || (item.done && item.sort <= oldest));
        const bool outlived = ledger_.history_begins != 0 &&
                              (sent_.contains(id) || item.sort < ledger_.history_begins);
        ledger_.expect(pushed_out || outlived || item.refused || released_.contains(id), [&] {
            return name_() + ": message " + to_string(id) + " was on the screen, " +
                   (item.done ? "done" : "waiting") + ", and is gone";
        });
    }
}

void Screens::check(Instant now) {
    settle_history();
    if (!status_.is_object() || !menu_known_ || !signed_in_) {
        return;
    }
    const bool show = status_["screens"]["show_data"].get<bool>();
    // The other way round is allowed for a moment: data may follow the permission to show it.
    ledger_.expect(show || menu_blocked_, [&] { return name_() + ": shows stale data (OM20)"; });
    for (const auto& [channel, since] : lost_) {
        const auto shown = channels_.find(channel);
        // Own work that waits stands where it was written, until the device has learned of the
        // loss; and what is done of it, on a device that has forgotten the loss with all rows.
        const auto is_kept = [&](Id id) {
            return forgotten_.contains(channel) && sent_.contains(id);
        };
        const bool visible = shown != channels_.end() && !shown->second.blocked &&
                             std::ranges::any_of(shown->second.items, [&](const auto& at) {
                                 return at.second.done && !is_kept(at.first);
                             });
        ledger_.expect(!visible || now - since <= hidden_within, [&] {
            return name_() + ": channel " + to_string(channel) + " was lost and is shown (OM5)";
        });
    }
    if (show) {
        check_own_work();
    }
}

void Screens::check_own_work() {
    for (const auto& [intent, post] : posts_) {
        const auto shown = channels_.find(post.channel);
        if (shown == channels_.end() || !shown->second.known || lost_.contains(post.channel)) {
            continue;
        }
        // Where the channel is not here, the outbox is the only place: one that was lost and comes
        // back, and any on a phone that had no room for what it was sent.
        if (!post.has_channel) {
            continue;
        }
        // The server may have it while its answer is late: then it stands where others have pushed
        // it to.
        const bool above = shown->second.more_before && sent_.contains(intent);
        ledger_.expect(above || shown->second.items.contains(intent), [&] {
            return name_() + ": own message " + to_string(intent) +
                   " waits and is not on the screen (OM37)";
        });
    }
}

bool Screens::is_quiet() const {
    if (!status_.is_object() || !outbox_known_ || !signed_in_) {
        return false;
    }
    const bool nothing_waits =
        std::ranges::all_of(outbox_, [](const auto& item) { return item.second == "needs_you"; });
    return nothing_waits && status_["connection"]["state"] == "connected" &&
           status_["bar"]["kind"] == "ready";
}

std::string Screens::unrest() const {
    std::string text = signed_in_ ? "" : "signed out ";
    text +=
        status_.is_object() ? status_["connection"].dump() + status_["bar"].dump() : "no status";
    for (const auto& [intent, state] : outbox_) {
        text += " " + to_string(intent) + " " + state;
    }
    return text;
}

}  // namespace holdfast::sim
