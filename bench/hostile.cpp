// Routines that mean harm, while other people write to each other.

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/benchmarks.hpp"
#include "bench/screens.hpp"
#include "bench/stage.hpp"
#include "core/model/body_bots.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::bench {
namespace {

// Ten seconds: every process that evaluates is ended several times. More often than that, and the
// server's own limit of frames would be what is measured.
constexpr int messages_count = 400;
constexpr std::chrono::milliseconds pause{25};

/// A command that begins a routine which ends at its limit.
struct Harm {
    const char* command;
    const char* expression;  ///< jq
};
constexpr Harm harms[] = {{"endless", "def f: f; f"}, {"swollen", "\"x\" * 1000000000 * 10"}};
constexpr int harms_at_once = 4;  // two for each process that evaluates

[[nodiscard]] Result<> put_harm(storage::Storage& storage,
                                const storage::OrganizationRecord& organization,
                                const Harm& harm) {
    const Phone::Json stage{
        {"key", "it"}, {"kind", "post_message"}, {"inputs", {{"text", harm.expression}}}};
    const Phone::Json definition{
        {"code", harm.command}, {"start", "it"}, {"stages", Phone::Json::array({stage})}};
    HF_TRY(const Id id, storage.mint_id());
    return storage.put_routine({.id = id,
                                .organization = organization.id,
                                .code = harm.command,
                                .definition = definition.dump()});
}

/// Everybody may give the commands.
void furnish(storage::Storage& storage) {
    const auto write = [&]() -> Result<> {
        HF_TRY(const auto organizations, storage.organizations());
        const storage::OrganizationRecord& organization = organizations.front();
        body::Bots bots;
        for (const Harm& harm : harms) {
            HF_CHECK(put_harm(storage, organization, harm));
            bots.bots.push_back(
                {.code = harm.command, .command = harm.command, .routine = harm.command});
        }
        const RowChange row{.key = {organization.directory, RowKind::bots, organization.id},
                            .body = body::encode(bots)};
        HF_CHECK(storage.write_rows({&row, 1}));
        return {};
    };
    must(storage::transact(storage, write), "define the routines");
}

/// Failures at the limit that the channel tells of, in its newest messages.
int failures_in(const Phone::Json& window) {
    int count = 0;
    for (const Phone::Json& item : window["items"]) {
        count += !item["system"].is_null() && item["system"]["key"] == "routine_failed" &&
                         item["system"]["params"]["code"] == "routine.expression_limit"
                     ? 1
                     : 0;
    }
    return count;
}

/// Gives the commands again and again until it is told that it is over; returns how many runs have
/// failed with their reason: all of them.
int do_harm(Phone& phone, const std::string& channel, const std::atomic<bool>& over) {
    constexpr int rows = 400;  // more than there can be in a minute: all are in the window
    const int window = phone.watch_channel(channel, rows);
    int begun = 0;
    while (!over) {
        for (int i = 0; i < harms_at_once; ++i, ++begun) {
            const Harm& harm = harms[static_cast<std::size_t>(i) % std::size(harms)];
            phone.call("submit", message_post(channel, std::string("/") + harm.command));
        }
        phone.wait("the failures", [&] {
            return phone.snapshot(window).is_object() &&
                   failures_in(phone.snapshot(window)) == begun;
        });
    }
    return begun;
}

}  // namespace

std::vector<Figure> hostile() {
    const TempFolder folder;
    const Host host(folder, {.messages = 1000, .users = 3}, furnish);
    Phone one(host.url(), folder / "one");
    Phone other(host.url(), folder / "other");
    Phone villain(host.url(), folder / "villain");
    std::size_t user = 0;
    for (Phone* phone : {&one, &other, &villain}) {
        phone->sign_in(user++);
        phone->wait_until_ready();
    }
    const std::string channel = one.first_channel();
    const auto undisturbed = screen_times(one, other, channel, {"calm", messages_count, pause});
    std::atomic<bool> over = false;
    int failed = 0;
    const std::string another = villain.channel_at(1);
    std::thread attack([&] { failed = do_harm(villain, another, over); });
    const auto disturbed = screen_times(one, other, channel, {"harm", messages_count, pause});
    over = true;
    attack.join();
    if (failed == 0) {
        give_up("hostile: nothing was done");
    }
    return {{"hostile",
             percentile(disturbed, 0.99),
             "ms",
             percentile(undisturbed, 0.99),
             "p99, A to visible on B, while routines without end and of 10 GB run, against the "
             "same without them; at most 3"}};
}

}  // namespace holdfast::bench
