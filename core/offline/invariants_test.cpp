#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

#include "core/offline/reason.hpp"
#include "core/offline/testing/phone.hpp"

// What holds in every combination of connection, synchronization, switch, entitlement and device.

namespace holdfast::offline {
namespace {

using fixture::Phone;

/// Empty, or the sentence that does not hold.
std::string broken(const Status& status, bool entitled) {
    const bool connected = status.connection.state == ConnectionKind::connected;
    const auto unless = [](bool holds, const char* sentence) {
        return holds ? std::string{} : std::string(sentence) + "; ";
    };
    const auto implies = [](bool premise, bool conclusion) { return !premise || conclusion; };
    const Status::Bar& bar = status.bar;
    const Status::Banner& banner = status.banner;
    const bool visible =
        bar.kind != BarKind::hidden || status.offline.available || status.offline.on ||
        status.offline.can_change || !status.offline.reason.empty() || banner.incomplete ||
        banner.connected || banner.kind == BannerKind::offline_active ||
        banner.button == Button::offline_mode || banner.button == Button::online_mode;
    const bool read_only = status.connection.error == ErrorCode::outbox_read_only;
    return unless(implies(status.screens.show_data, connected || status.offline.on),
                  "OM20: no data in Online Mode without a connection") +
           unless(status.screens.show_data || !(connected || status.offline.on),
                  "data where it may be shown") +
           unless(implies(status.screens.accept_input, status.screens.show_data),
                  "no input without data") +
           unless(implies(!entitled, !visible), "OM14, OM15: nothing visible unless entitled") +
           unless(status.offline.available == (entitled && !read_only),
                  "OM38: available when entitled, and what is done can be kept") +
           unless(implies(status.offline.on, status.offline.can_change), "it can be turned off") +
           unless(implies(bar.kind == BarKind::synchronizing, connected), "amber: connected") +
           unless(implies(bar.kind == BarKind::ready,
                          connected && bar.waiting == 0 && bar.complete_at.has_value()),
                  "green: connected, complete, nothing waits") +
           unless(implies(bar.kind == BarKind::halted, !connected), "red: not connected") +
           unless(implies(entitled && connected, bar.kind != BarKind::hidden), "a bar") +
           unless(bar.received <= bar.expected, "received of expected") +
           unless(implies(connected,
                          status.connection.cause == Cause::none && !status.connection.next_try_at),
                  "no cause while connected") +
           unless(
               implies(banner.kind == BannerKind::no_connection, !connected && !status.offline.on),
               "the banner of a lost connection") +
           unless(implies(banner.kind == BannerKind::offline_active, status.offline.on),
                  "the banner of Offline Mode") +
           unless(implies(banner.connected, connected && status.offline.on), "banner.connected") +
           unless(status.offline.reason.empty() == (!entitled || status.offline.can_change),
                  "a disabled switch has its reason") +
           unless(refusal_of(status, IntentKind::channel_create).has_value() ==
                      (!status.screens.accept_input || status.offline.on),
                  "refusals");
}

using Step = std::function<void(Phone&)>;

const std::vector<Step> contacts{
    [](Phone&) {},
    [](Phone& phone) { phone.tell(input::Connecting{}); },
    [](Phone& phone) { phone.tell(input::Connecting{}).wait(5000).tell(input::TimePassed{}); },
    [](Phone& phone) { phone.connect(); },
    [](Phone& phone) { phone.connect().tell(input::Progress{5, 9}).wait(2000); },
    [](Phone& phone) { phone.connect().complete(); },
    [](Phone& phone) { phone.connect().lose(); },
    [](Phone& phone) { phone.connect().complete().lose(Cause::refused); },
    [](Phone& phone) { phone.connect().lose().tell(input::Connecting{}); },
    [](Phone& phone) { phone.connect().tell(input::Stopped{Cause::signed_out, {}}); },
    [](Phone& phone) { phone.tell(input::Stopped{Cause::refused, {}}); },
    [](Phone& phone) { phone.tell(input::Stopped{Cause::refused, {ErrorCode::outbox_read_only}}); },
    [](Phone& phone) { phone.connect().tell(input::SignedOut{}); },
    [](Phone& phone) { phone.connect().complete().tell(input::Emptied{}); },
};

const std::vector<Step> people{
    [](Phone&) {},
    [](Phone& phone) { (void)phone.turn(true, SwitchFrom::banner); },
    [](Phone& phone) { (void)phone.turn(true, SwitchFrom::settings); },
    [](Phone& phone) { (void)phone.turn(false, SwitchFrom::settings); },
    [](Phone& phone) { phone.machine.dismiss_banner(); },
};

const std::vector<Step> devices{
    [](Phone&) {},
    [](Phone& phone) { phone.tell(input::Outbox{3}); },
    [](Phone& phone) { phone.tell(input::Storage{true}); },
    [](Phone& phone) { phone.tell(input::Outbox{1}).tell(input::Storage{true}); },
};

std::vector<Persisted> restored() {
    std::vector<Persisted> all;
    for (const Mode mode : {Mode::online, Mode::offline, Mode::offline_automatic}) {
        for (int bits = 0; bits < 16; ++bits) {
            const auto bit = [&](int which) { return ((bits >> which) & 1) != 0; };
            all.push_back(
                {.mode = mode,
                 .ever_complete = bit(0),
                 .policy = {.granted = bit(1), .automatic = bit(2), .allow_messages = bit(3)}});
        }
    }
    return all;
}

TEST(Status, OM14_OM15_OM20_hold_in_every_combination) {
    std::size_t combinations = 0;
    for (const Persisted& before : restored()) {
        for (const DeviceClass device : {DeviceClass::mobile, DeviceClass::desktop}) {
            for (const Step& reach : contacts) {
                for (const Step& press : people) {
                    for (const Step& load : devices) {
                        Phone phone(before, device);
                        load(phone);
                        reach(phone);
                        press(phone);
                        const bool entitled = device == DeviceClass::mobile &&
                                              phone.machine.persisted().policy.granted;
                        ASSERT_EQ(broken(phone.status(), entitled), "");
                        ++combinations;
                    }
                }
            }
        }
    }
    EXPECT_EQ(combinations, 48U * 2 * contacts.size() * people.size() * devices.size());
}

Input any_input() {
    const auto number = [] { return *rc::gen::inRange<std::uint64_t>(0, 20); };
    const auto flag = [] { return *rc::gen::arbitrary<bool>(); };
    switch (*rc::gen::inRange(0, 13)) {
        case 0:
            return input::Connecting{};
        case 1:
            return input::Connected{Phone::server_start};
        case 2:
            return input::Lost{flag() ? Cause::no_network : Cause::refused};
        case 3:
            return input::Waiting{Instant{static_cast<std::int64_t>(number()) * 1000}};
        case 4:
            return input::Stopped{flag() ? Cause::signed_out : Cause::refused,
                                  {ErrorCode::auth_session_revoked}};
        case 5:
        case 6:
            return input::Progress{number(), number()};
        case 7:
            return input::Completed{};
        case 8:
            return input::Outbox{number() / 10};
        case 9:
            return input::Policy{{.granted = flag(), .automatic = flag()}};
        case 10:
            return input::Storage{flag()};
        case 11:
            return input::Emptied{};
        default:
            return flag() ? Input{input::TimePassed{}} : Input{input::SignedOut{}};
    }
}

RC_GTEST_PROP(StatusHistory, OM14_OM15_OM20_hold_after_any_history, ()) {
    const bool mobile = *rc::gen::weightedElement<bool>({{4, true}, {1, false}});
    Phone phone({.policy = fixture::granted}, mobile ? DeviceClass::mobile : DeviceClass::desktop);
    const int steps = *rc::gen::inRange(0, 60);
    for (int i = 0; i < steps; ++i) {
        phone.wait(*rc::gen::inRange(0, 4000));
        const std::uint64_t received = phone.status().bar.received;
        const bool amber = phone.status().bar.kind == BarKind::synchronizing;
        const Input in = any_input();
        switch (*rc::gen::inRange(0, 8)) {
            case 0:
                (void)phone.turn(*rc::gen::arbitrary<bool>(), SwitchFrom::banner);
                break;
            case 1:
                (void)phone.turn(*rc::gen::arbitrary<bool>(), SwitchFrom::settings);
                break;
            case 2:
                phone.machine.dismiss_banner();
                break;
            default:
                phone.tell(in);
                if (amber && std::holds_alternative<input::Progress>(in) &&
                    phone.machine.persisted().complete_at == std::nullopt) {
                    RC_ASSERT(phone.status().bar.received >= received);
                }
        }
        const Persisted& kept = phone.machine.persisted();
        RC_ASSERT(broken(phone.status(), mobile && kept.policy.granted).empty());
        RC_ASSERT(parse_persisted(encode(kept)) == kept);
    }
}

TEST(Persisted, OM19_what_cannot_be_read_is_Online_Mode) {
    for (const char* text : {"",
                             "{}",
                             "[]",
                             R"({"mode":7})",
                             R"({"mode":"later"})",
                             R"({"mode":"offline","granted":1})"}) {
        EXPECT_EQ(parse_persisted(text), Persisted{}) << text;
    }
}

TEST(Persisted, bytes_are_the_same_everywhere) {
    const Persisted kept{.mode = Mode::offline_automatic,
                         .ever_complete = true,
                         .complete_at = WallTime{17},
                         .last_online_at = WallTime{5},
                         .policy = {.granted = true}};
    EXPECT_EQ(encode(kept),
              R"({"complete_at":17,"ever_complete":true,"granted":true,"last_online_at":5,)"
              R"("mode":"offline_automatic"})");
    EXPECT_EQ(encode(Persisted{}), "{}");
}

TEST(Reasons, every_refusal_has_one_of_the_catalogue) {
    for (const ErrorEntry& entry : error_catalogue) {
        const std::string_view key = reason_of({entry.number});
        EXPECT_TRUE(std::ranges::any_of(reasons, [&](const auto& one) { return one.key == key; }));
    }
    EXPECT_EQ(reason_of({ErrorCode::access_read_only}), reason::read_only);
    EXPECT_EQ(reason_of({ErrorCode::intent_gone}), reason::gone);
    EXPECT_EQ(reason_of({ErrorCode::access_forbidden}), reason::no_permission);
}

}  // namespace
}  // namespace holdfast::offline
