#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "sim/ledger.hpp"

namespace holdfast::sim {

/// What a person sees on one device, and whether it may be seen: the oracles of the screen.
///
/// OM20  stale data is never shown in Online Mode · OM13  progress does not fall · OM5  a channel
/// that was lost shows nothing · a message that was seen stays, and a deleted one stays deleted ·
/// own work is on the screen from the moment it is saved until the person has decided about it.
class Screens {
public:
    using Name = std::function<std::string()>;  ///< of the device, for the report
    Screens(Ledger& ledger, Name name) : ledger_(ledger), name_(std::move(name)) {}

    /// The process is gone; nothing is shown. What was seen is there again in its next life.
    void clear();
    /// A snapshot of a subscription; `channel` for messages.
    void take(std::string_view query, Id channel, const nlohmann::json& push);
    /// After all that one input brings.
    void check(Instant now);

    /// The server has said, and this device has heard, that a channel was lost, or gained.
    void lose(Id channel, Instant now);
    /// The device died while it was told: whether it knows of the loss, nobody can say.
    void doubt_loss(Id channel);
    void gain(Id channel);
    /// The person has discarded a refused intent, or sent it again.
    void release(Id intent) { released_.insert(intent); }
    /// What was seen, and heard of losses, is not there any more: it was in memory only.
    void forget_messages();
    /// The server's history is another one now: until the device has compared its rows with it,
    /// what was on the screen may go.
    void lose_history() { history_ = History::lost; }
    /// This device is an image of another: what that one has sent, and doubts, this one has and
    /// does.
    void descend_from(const Screens& other) {
        sent_ = other.sent_;
        history_ = other.history_ == History::known ? History::known : History::lost;
        for (const auto& [channel, since] : other.lost_) {
            doubt_loss(channel);
        }
    }
    /// The server greets.
    void greet() { history_ = history_ == History::lost ? History::compared : history_; }

    [[nodiscard]] bool signed_in() const { return signed_in_; }
    /// Connected, everything is here, nothing waits.
    [[nodiscard]] bool is_quiet() const;
    [[nodiscard]] std::string unrest() const;
    /// The outbox as it is shown: intent → state.
    [[nodiscard]] const std::map<Id, std::string>& outbox() const { return outbox_; }
    /// Messages of a channel, oldest first.
    [[nodiscard]] const std::vector<Id>& messages(Id channel) { return channels_[channel].order; }

    /// How many messages a subscription of messages shows at most, besides those that wait.
    static constexpr std::size_t window = 12;

private:
    struct Item {
        std::int64_t sort = 0;
        bool done = false;
        bool deleted = false;
        bool refused = false;
    };
    struct Channel {
        bool known = false;
        bool blocked = false;  ///< nothing of it is on the screen now
        bool more_before = false;
        std::map<Id, Item> items;
        std::vector<Id> order;
    };

    void settle_history();
    void take_status(const nlohmann::json& snapshot);
    void take_outbox(const nlohmann::json& snapshot);
    void take_messages(Id id, const nlohmann::json& snapshot);
    void compare(Id channel, const Channel& before, const Channel& now);
    void check_own_work();

    enum class History { known, lost, compared };

    Ledger& ledger_;
    Name name_;
    History history_ = History::known;
    std::set<Id> undeleted_;  ///< channels in which a deletion was refused
    std::set<Id> sent_;  ///< intents that have been on their way once, in any life of the process
    nlohmann::json status_;
    std::map<Id, std::string> outbox_;
    struct Post {
        Id channel;
        bool has_channel = false;  ///< the device has it
    };
    std::map<Id, Post> posts_;  ///< own messages that wait
    std::map<Id, Channel> channels_;
    std::map<Id, Channel> remembered_;  ///< as they were shown last in the life before
    std::map<Id, Instant> lost_;
    /// Of these: the device died with a replica in memory, and was not told again.
    std::set<Id> forgotten_;
    std::set<Id> released_;
    bool outbox_known_ = false;
    bool signed_in_ = false;
    bool menu_known_ = false;
    bool menu_blocked_ = false;
};

}  // namespace holdfast::sim
