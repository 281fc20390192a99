#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "client/engine/engine.hpp"
#include "sim/clock.hpp"
#include "sim/disk.hpp"
#include "sim/ledger.hpp"
#include "sim/organization.hpp"
#include "sim/profile.hpp"
#include "sim/random.hpp"
#include "sim/screens.hpp"

namespace holdfast::sim {

/// A phone: the real engine on a simulated disk, and a person who uses it.
class Device {
public:
    /// Carries an output of the engine into the simulated network.
    using CarryOut = std::function<void(Device&, client::Output)>;

    struct Setup {
        std::size_t number = 0;
        std::size_t user = 0;  ///< index of its person
        Random random;
        const Profile& profile;
    };
    /// What the device stands in; outlives it.
    struct Surroundings {
        Clock& clock;
        Ledger& ledger;
        const Organization& organization;
        CarryOut carry_out;
    };
    Device(Setup setup, Surroundings surroundings);

    /// Of its files: one device of four encrypts them (OM39).
    [[nodiscard]] const std::string& key() const { return key_; }
    void start();
    [[nodiscard]] bool running() const { return engine_ != nullptr; }
    /// Passes an input on, carries out what follows, and dies if the disk says so.
    void input(const client::Input& input);
    /// One thing that a person does.
    void act();
    void turn_online();
    /// Unless somebody is signed in.
    void sign_in();
    /// Puts a user out of the closed channel, if its own may do that.
    void put_out(Id user);
    /// The process is gone; `power` too when asked.
    void die(bool power);
    /// Begins with a copy of another device's disk, as it is now.
    void copy_disk(const Device& other) {
        disk_.copy_files(other.disk_);
        key_ = other.key_;
    }
    /// The server's word about buckets, as this device hears it.
    void learn_access(const std::vector<BucketId>& lost, const std::vector<BucketId>& gained);
    /// It died while it learned of these.
    void doubt_losses(const std::vector<BucketId>& lost);

    void jump_clock(Millis by) { wall_offset_.count += by.count; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] std::size_t number() const { return setup_.number; }
    [[nodiscard]] std::size_t user() const { return setup_.user; }
    /// Synchronized, nothing waits.
    [[nodiscard]] bool is_quiet() const { return running() && screens_.is_quiet(); }
    /// Counts up at every death: what was sent to an earlier life does not arrive.
    [[nodiscard]] std::uint64_t life() const { return life_; }
    [[nodiscard]] Screens& screens() { return screens_; }
    [[nodiscard]] std::string describe() const;
    /// What keeps it from being quiet, for the report.
    [[nodiscard]] std::string unrest() const;

private:
    /// A call that waits for its reply: what has to be known of it then.
    struct Asked {
        std::string call;
        std::string kind;
        std::string text;
        Id lane{};
        std::string args{};  ///< of an intent
        Id withdraws{};      ///< what is taken back
    };

    void call(Asked asked, nlohmann::json args);
    void subscribe_all();
    void take_post(const std::string& json);
    void take_reply(const nlohmann::json& message);
    void check_kept(const nlohmann::json& status);
    void arm();
    [[nodiscard]] std::vector<Id> channels_of(const std::vector<BucketId>& buckets) const;
    [[nodiscard]] WallTime wall() const;

    // --- the person: person.cpp
    void decide_on_refused();
    void take_back();
    void release(Id intent);
    void release_unsent(Id intent);
    void write();
    void submit(const std::string& kind, Id lane, nlohmann::json args);
    void change_channel(Id channel);
    void work_on_tasks();
    void keep_a_view();

    Setup setup_;
    Surroundings around_;
    Disk disk_;
    std::string key_;
    Screens screens_;
    Millis wall_offset_{};
    std::unique_ptr<client::Engine> engine_;
    std::uint64_t life_ = 0;
    bool had_replica_ = false;  ///< in a file, before the last input
    bool had_log_ = false;
    std::uint64_t alarm_ = 0;

    struct Subscription {
        std::string query;
        Id channel{};
    };
    int next_call_ = 1;
    std::map<int, Asked> asked_;
    std::map<int, Subscription> subscriptions_;
    std::uint64_t written_ = 0;
    std::uint64_t promised_ = 0;
};

}  // namespace holdfast::sim
