// Devices that come back with nothing new: what a greeting costs the server. No sockets: the hub,
// the sessions and the authenticator as they are, on one thread.

#include "bench/resume.hpp"

#include <string>
#include <vector>

#include "bench/stage.hpp"
#include "core/sync/digest.hpp"
#include "core/wire/codec.hpp"
#include "server/admin/demo/demo.hpp"
#include "server/auth/auth_service.hpp"
#include "server/net/system_environment.hpp"
#include "server/services/hub.hpp"
#include "server/services/testing/faulty_storage.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::bench {
namespace {

constexpr std::size_t users_count = 1000;
constexpr std::size_t channels_count = 100;  // two buckets each, readable by all
constexpr int rounds_count = 5;

template <class T>
T done(Result<T> result) {
    if (!result) {
        give_up("resume: " + result.error().detail);
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

struct Device {
    DeviceNumber number = 0;
    std::string resume;
    Sum digest{};
    wire::Bytes greeting;
};

/// A server in this process whose storage counts every call.
class Bench {
public:
    Bench() {
        done(admin::create_bench(*storage_,
                                 {.password_hash = "!",
                                  .users = users_count,
                                  .channels = channels_count,
                                  .messages = 1000,
                                  .now = environment_.wall()}));
        auth_ = done(auth::AuthService::create(counted_, environment_));
        // As fast as it can, not as fast as it lets devices in.
        const Rate any{.burst = 1e9, .per_second = 1e9};
        hub_ = std::make_unique<services::Hub>(
            counted_,
            environment_,
            *auth_,
            services::HubOptions{.admission = {.resume = any, .bootstrap = any}});
    }

    /// Signs somebody in and greets in full, as every device has done once.
    Device welcome(std::size_t user) {
        const std::string email = "bench" + std::to_string(user) + "@holdfast.example";
        const auto check = done(auth_->begin_sign_in(email, "10.0." + std::to_string(user) + ".1"));
        const auto signed_in = done(auth_->finish_sign_in(check, true, {.name = "bench"}));
        const auto answer = greet(wire::encode(wire::Hello{
            .token = signed_in.tokens.access, .device = signed_in.device, .salt = signed_in.salt}));
        Device device{.number = signed_in.device, .resume = answer.resume};
        for (const Bucket& head : answer.heads) {
            device.digest += sync::digest_of(head.id, head.epoch, head.version, head.sum);
        }
        buckets_ = answer.heads.size();
        return device;
    }

    /// One connection from its first frame to its welcome, and its end.
    wire::Bytes resume(const wire::Bytes& greeting) {
        const services::ConnectionId id = hub_->open();
        hub_->received(id, greeting);
        hub_->run_pending();
        wire::Bytes answer;
        for (services::Command& command : hub_->poll()) {
            if (command.connection == id && command.bytes != nullptr && answer.empty()) {
                answer = *command.bytes;
            }
        }
        hub_->closed(id);
        return answer;
    }

    wire::Welcome greet(const wire::Bytes& greeting) {
        const wire::Bytes bytes = resume(greeting);
        auto frame = done(wire::decode(bytes));
        auto* answer = std::get_if<wire::Welcome>(&frame);
        if (answer == nullptr) {
            give_up("resume: no welcome");
        }
        return std::move(*answer);
    }

    [[nodiscard]] std::uint64_t queries() const { return counted_.calls; }
    [[nodiscard]] std::size_t buckets() const { return buckets_; }

private:
    net::SystemEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = done(storage::open_sqlite(":memory:"));
    testing::FaultyStorage counted_{*storage_};
    std::unique_ptr<auth::AuthService> auth_;
    std::unique_ptr<services::Hub> hub_;
    std::size_t buckets_ = 0;
};

struct Round {
    double rate = 0;
    std::uint64_t queries = 0;
    std::size_t up = 0;
    std::size_t down = 0;
};

/// Every device comes back once.
Round come_back(Bench& bench, std::vector<Device>& devices) {
    Round round;
    for (Device& device : devices) {
        device.greeting = wire::encode(wire::Hello{.device = device.number,
                                                   .app_version = "0.1.0",
                                                   .resume = device.resume,
                                                   .digest = device.digest});
        round.up = std::max(round.up, device.greeting.size());
    }
    std::vector<wire::Bytes> answers;
    answers.reserve(devices.size());
    const std::uint64_t before = bench.queries();
    const Stopwatch watch;
    for (const Device& device : devices) {
        answers.push_back(bench.resume(device.greeting));
    }
    round.rate = static_cast<double>(devices.size()) / watch.seconds();
    round.queries = bench.queries() - before;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const auto frame = done(wire::decode(answers[i]));
        const auto* welcome = std::get_if<wire::Welcome>(&frame);
        if (welcome == nullptr || welcome->exact != bench.buckets()) {
            give_up("resume: a device was not welcomed in short");
        }
        devices[i].resume = welcome->resume;
        round.down = std::max(round.down, answers[i].size());
    }
    return round;
}

}  // namespace

std::vector<Figure> resume() {
    Bench bench;
    std::vector<Device> devices;
    for (std::size_t i = 0; i < users_count; ++i) {
        devices.push_back(bench.welcome(i));
    }
    (void)come_back(bench, devices);  // the first time reads what each session stands on
    std::vector<double> rates;
    Round last;
    for (int i = 0; i < rounds_count; ++i) {
        last = come_back(bench, devices);
        rates.push_back(last.rate);
    }
    const std::string buckets = std::to_string(bench.buckets()) + " buckets each";
    return {{"resume", median(rates), "resumes/s", 10'000, buckets + ", one core; at least 1"},
            {"resume", static_cast<double>(last.up), "bytes up", 300, "at most 1"},
            {"resume", static_cast<double>(last.down), "bytes down", 300, "at most 1"},
            {"resume",
             static_cast<double>(last.queries),
             "queries",
             0,
             "calls of the storage in 1,000 resumes, transactions too; 0"}};
}

}  // namespace holdfast::bench
