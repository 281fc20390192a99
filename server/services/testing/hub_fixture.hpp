#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/wire/codec.hpp"
#include "server/services/hub.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::testing {

/// Takes "user:device" for a token and lets in whom it knows.
class FakeAuthenticator final : public services::Authenticator {
public:
    std::map<std::string, services::Identity> known;
    std::vector<std::string> ended;
    std::map<std::string, ErrorCode> refused;  ///< by session

    Result<Admission> admit(const wire::Hello& hello) override {
        const auto found = known.find(hello.token);
        if (found == known.end()) {
            return fail(ErrorCode::auth_session_expired);
        }
        return Admission{.identity = found->second, .salt = 7, .resume = hello.token};
    }
    /// Takes the session's name for a sealed token.
    std::optional<Admission> resume(const wire::Hello& hello) override {
        const auto found = known.find(hello.resume);
        return found == known.end()
                   ? std::nullopt
                   : std::optional(
                         Admission{.identity = found->second, .salt = 8, .resume = hello.resume});
    }
    void forget_standings() override {}
    Result<> check(const services::Identity& identity) override {
        const auto found = refused.find(identity.session);
        return found == refused.end() ? Result<>{} : fail(found->second);
    }
    std::vector<std::string> take_ended() override { return std::exchange(ended, {}); }
    bool has_ended() const override { return !ended.empty(); }
};

/// What one socket has been sent.
struct Inbox {
    std::vector<sync::SharedBytes> messages;
    std::optional<ErrorCode> closed;

    template <class T>
    [[nodiscard]] std::vector<T> all() const {
        std::vector<T> found;
        for (const auto& bytes : messages) {
            auto frame = must(wire::decode(*bytes));
            if (auto* one = std::get_if<T>(&frame)) {
                found.push_back(std::move(*one));
            }
        }
        return found;
    }
    /// The page of this bucket, as it was sent.
    [[nodiscard]] std::vector<sync::SharedBytes> pages_of(BucketId bucket) const {
        std::vector<sync::SharedBytes> found;
        for (const auto& bytes : messages) {
            const auto frame = must(wire::decode(*bytes));
            const auto* page = std::get_if<wire::Page>(&frame);
            if (page != nullptr && page->head.id == bucket) {
                found.push_back(bytes);
            }
        }
        return found;
    }
};

class HubTest : public ::testing::Test {
protected:
    void SetUp() override { start(); }

    void start(services::HubOptions options = {}) {
        hub_ = std::make_unique<services::Hub>(*storage_, environment_, authenticator_, options);
    }

    /// A connection that has been welcomed, of a new device of this user.
    services::ConnectionId connect(Id user, const Company& company) {
        return connect(user, company, company_.make_device(user));
    }
    services::ConnectionId connect(Id user,
                                   const Company& company,
                                   DeviceNumber device,
                                   std::vector<wire::Cursor> cursors = {}) {
        const std::string token = to_string(user) + ":" + std::to_string(device);
        return connect(
            {.user = user, .organization = company.id, .device = device, .session = token},
            std::move(cursors));
    }
    /// A phone of a user of `company_`; `phone_` is who it is.
    services::ConnectionId connect_phone(Id user) {
        phone_ = {.user = user,
                  .organization = company_.id,
                  .device = company_.make_device(user),
                  .session = "phone " + to_string(user),
                  .device_class = wire::DeviceClass::mobile};
        return connect(phone_, {});
    }
    services::ConnectionId connect(const services::Identity& identity,
                                   std::vector<wire::Cursor> cursors) {
        authenticator_.known[identity.session] = identity;
        const services::ConnectionId id = hub_->open();
        devices_[id] = identity.device;
        send(id,
             wire::Hello{.token = identity.session,
                         .device = identity.device,
                         .cursors = std::move(cursors)});
        run();
        return id;
    }

    void send(services::ConnectionId id, const wire::Frame& frame) {
        hub_->received(id, wire::encode(frame));
    }

    /// Posts a message; its intent's id.
    Id say(services::ConnectionId id, Id channel, const std::string& text) {
        const Id intent = next_id(id);
        send(id, wire::Push{.intents = {post(intent, channel, text)}});
        run();
        return intent;
    }
    Id next_id(services::ConnectionId id) {
        return Id::make(devices_.at(id), ++counters_[devices_.at(id)]);
    }

    void run() {
        while (hub_->has_pending()) {
            hub_->run_pending();
        }
        collect();
    }
    void tick(Millis span) {
        environment_.advance(span);
        hub_->tick();
        run();
    }
    void collect() {
        for (services::Command& command : hub_->poll()) {
            Inbox& inbox = inboxes_[command.connection];
            if (command.bytes != nullptr) {
                inbox.messages.push_back(std::move(command.bytes));
            } else {
                inbox.closed = command.code;
            }
        }
    }
    Inbox& inbox(services::ConnectionId id) { return inboxes_[id]; }
    void forget_messages() {
        for (auto& [id, inbox] : inboxes_) {
            inbox.messages.clear();
        }
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    FakeAuthenticator authenticator_;
    services::Identity phone_;  ///< the last one
    std::unique_ptr<services::Hub> hub_;
    std::map<services::ConnectionId, Inbox> inboxes_;
    std::map<services::ConnectionId, DeviceNumber> devices_;
    std::map<DeviceNumber, std::uint32_t> counters_;
};

}  // namespace holdfast::testing
