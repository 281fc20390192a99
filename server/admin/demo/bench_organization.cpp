#include <string>
#include <vector>

#include "server/admin/demo/demo.hpp"
#include "server/admin/demo/demo_texts.hpp"
#include "server/admin/founder.hpp"

namespace holdfast::admin {
namespace {

Result<> write_bench(storage::Storage& storage, const BenchOptions& options) {
    Founder founder(storage);
    Dice dice(7);
    body::Organization organization{.name = "Benchmark"};
    organization.offline.granted = true;
    HF_TRY([[maybe_unused]] const Id id, founder.organization("bench", organization));
    HF_TRY(const Id role, founder.role({.name = "Staff", .permissions = {"message-write"}}));
    std::vector<Id> users;
    for (std::size_t i = 0; i < options.users; ++i) {
        const std::string email = "bench" + std::to_string(i) + "@holdfast.example";
        HF_TRY(
            const Id user,
            founder.user(
                {.name = "Bench", .last_name = std::to_string(i), .email = email, .roles = {role}},
                options.password_hash));
        users.push_back(user);
    }
    HF_TRY(const Id group, founder.group({.name = "Bench"}));
    std::vector<Founder::Place> places;
    for (std::size_t c = 0; c < options.channels; ++c) {
        HF_TRY(const Founder::Place place,
               founder.channel(
                   {.body = {.name = "Channel " + std::to_string(c),
                             .group = group,
                             .is_private = options.is_private},
                    .members = options.is_private ? users : std::vector<Id>{users.front()}}));
        places.push_back(place);
    }
    for (std::size_t m = 0; m < options.messages; ++m) {
        const body::Message message{.author = dice.pick(users), .text = demo_text(dice, false)};
        const std::int64_t at = options.now.ms -
                                static_cast<std::int64_t>(options.messages - m) * 1000 -
                                static_cast<std::int64_t>(dice.below(1000));
        HF_TRY([[maybe_unused]] const Id written,
               founder.message(places[m % places.size()].timeline, message, at));
    }
    HF_TRY([[maybe_unused]] const std::size_t grants, founder.finish());
    return {};
}

}  // namespace

Result<> create_bench(storage::Storage& storage, const BenchOptions& options) {
    return found_once(storage, "bench", [&] { return write_bench(storage, options); });
}

}  // namespace holdfast::admin
