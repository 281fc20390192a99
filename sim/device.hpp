#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/engine.hpp"
#include "sim/clock.hpp"
#include "sim/disk.hpp"
#include "sim/ledger.hpp"
#include "sim/organization.hpp"
#include "sim/random.hpp"

namespace holdfast::sim {

/// A phone: the real engine on a simulated disk, and a person who uses it.
class Device {
public:
    /// Carries an output of the engine into the simulated network.
    using CarryOut = std::function<void(Device&, client::Output)>;

    struct Setup {
        std::size_t number = 0;
        std::string email;
        Random random;
    };
    Device(Setup setup,
           Clock& clock,
           Ledger& ledger,
           const Organization& organization,
           CarryOut carry_out);

    void start();
    [[nodiscard]] bool running() const { return engine_ != nullptr; }
    /// Passes an input on, carries out what follows, and dies if the disk says so.
    void input(const client::Input& input);
    /// One thing that a person does.
    void act();
    void turn_online();
    /// Unless somebody is signed in.
    void sign_in();
    /// The process is gone; `power` too when asked.
    void die(bool power);

    void jump_clock(Millis by) { wall_offset_.count += by.count; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] std::size_t number() const { return setup_.number; }
    /// Synchronized, nothing waits.
    [[nodiscard]] bool is_quiet() const;
    /// Counts up at every death: what was sent to an earlier life does not arrive.
    [[nodiscard]] std::uint64_t life() const { return life_; }

    /// The outbox as the screen shows it: intent → state.
    [[nodiscard]] const std::map<Id, std::string>& shown_outbox() const { return outbox_; }
    [[nodiscard]] bool outbox_known() const { return outbox_known_; }
    [[nodiscard]] std::string describe() const;
    /// What keeps it from being quiet, for the report.
    [[nodiscard]] std::string unrest() const;

private:
    void call(const std::string& name, nlohmann::json args);
    void take_post(const std::string& json);
    void take_reply(const nlohmann::json& message);
    void take_push(const nlohmann::json& message);
    void check_screens();
    void arm();
    [[nodiscard]] nlohmann::json make_message();
    [[nodiscard]] WallTime wall() const;

    struct Asked {
        std::string call;
        std::string text;
        std::string kind;
    };

    Setup setup_;
    Clock& clock_;
    Ledger& ledger_;
    const Organization& organization_;
    CarryOut carry_out_;
    Disk disk_;
    Millis wall_offset_{};
    std::unique_ptr<client::Engine> engine_;
    std::uint64_t life_ = 0;
    std::uint64_t alarm_ = 0;

    int next_call_ = 1;
    std::map<int, Asked> asked_;
    std::map<int, std::string> subscriptions_;
    nlohmann::json status_;
    std::map<Id, std::string> outbox_;
    bool outbox_known_ = false;
    bool signed_in_ = false;
    bool menu_blocked_ = false;
    bool menu_known_ = false;
    std::vector<std::string> seen_messages_;
    std::uint64_t written_ = 0;
};

}  // namespace holdfast::sim
