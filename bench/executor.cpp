// The server's judgement alone: intents from its queue to durable outcomes, without any network.

#include "server/services/executor.hpp"

#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.hpp"
#include "bench/stage.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds = 5;
constexpr std::size_t intents_count = 20'000;
constexpr DeviceNumber device = 5000;  // one of the user's own; it never signs in

struct Stage {
    std::unique_ptr<storage::Storage> storage;
    Id user;
    Id organization;
    std::vector<Id> channels;
};

Stage make_stage(const std::string& file, std::size_t channels) {
    Stage stage{.storage = make_storage(file, {.channels = channels, .messages = 10'000}),
                .user = {},
                .organization = {},
                .channels = {}};
    const auto account = must(stage.storage->find_account(Phone::email(0)), "find the account");
    if (!account) {
        give_up("executor: no account");
    }
    stage.user = account->user;
    stage.organization = account->organization;
    for (const auto& record : must(stage.storage->buckets_of(stage.organization), "read buckets")) {
        if (record.bucket.kind == BucketKind::channel) {
            stage.channels.push_back(record.bucket.owner);
        }
    }
    return stage;
}

/// Intents a second, each of them applied and on the disk; channels in turn.
double measure(std::size_t channels) {
    const TempFolder folder;
    net::SystemEnvironment environment;
    const Stage stage = make_stage(folder / "server.db", channels);
    services::Executor executor(*stage.storage, environment);
    std::uint32_t counter = 0;
    std::vector<double> rates;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < intents_count; ++i) {
            const Id channel = stage.channels[i % stage.channels.size()];
            services::IntentJob job{.user = stage.user,
                                    .organization = stage.organization,
                                    .device = device,
                                    .intent = {}};
            job.intent.id = Id::make(device, ++counter);
            job.intent.lane = channel;
            job.intent.kind = IntentKind::message_post;
            job.intent.args =
                R"({"channel":")" + to_string(channel) +
                R"(","reply_to":[],"text":"Filter changed, next one is due in May, number )" +
                std::to_string(counter) + "\"}";
            if (!executor.enqueue(std::move(job))) {
                give_up("executor: the queue is full");
            }
        }
        const Stopwatch watch;
        const std::size_t applied = work_off(executor);
        rates.push_back(static_cast<double>(intents_count) / watch.seconds());
        if (applied != intents_count) {
            give_up("executor: " + std::to_string(applied) + " applied");
        }
    }
    return median(rates);
}

}  // namespace

std::vector<Figure> executor() {
    return {{"executor", measure(1), "intents/s", 10'000, "into one channel, durable; at least 1"},
            {"executor",
             measure(2000),
             "intents/s",
             10'000,
             "into 2,000 channels, durable; at least 1"}};
}

}  // namespace holdfast::bench
