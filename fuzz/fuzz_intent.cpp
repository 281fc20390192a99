// What a device sends of an intent, judged by the rules: effects or an error, the same both times,
// and arguments encode to text that parses to the same again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "client/engine/testing/fake_server.hpp"
#include "core/base/assert.hpp"
#include "core/model/args.hpp"
#include "core/model/intent.hpp"
#include "core/rules/reduce.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;
using testing_support::FakeServer;

template <class Parse>
void check(std::string_view text, Parse parse) {
    const auto value = parse(text);
    if (value) {
        const std::string once = args::encode(*value);
        const auto again = parse(once);
        HF_ASSERT(again.has_value());
        HF_ASSERT(args::encode(*again) == once);
    }
}

void judge(const Intent& intent) {
    FakeServer world;
    const Occasion occasion{FakeServer::ana, FakeServer::organization, WallTime{1'700'000'000'000}};
    const auto done = reduce(world, occasion, intent);
    const auto again = reduce(world, occasion, intent);
    HF_ASSERT(done.has_value() == again.has_value());
    if (!done) {
        HF_ASSERT(done.error().code == again.error().code);
        return;
    }
    HF_ASSERT(done->rows.size() == again->rows.size());
    for (std::size_t i = 0; i < done->rows.size(); ++i) {
        HF_ASSERT(done->rows[i].body == again->rows[i].body);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    const auto kind = static_cast<IntentKind>(source.byte() % 12);
    const std::string_view text = source.rest();
    check(text, args::parse_message_post);
    check(text, args::parse_message_react);
    check(text, args::parse_message_target);
    check(text, args::parse_channel_create);
    check(text, args::parse_channel_rename);
    check(text, args::parse_channel_member);
    check(text, args::parse_profile_update);
    check(text, args::parse_answer_submit);
    const auto lane = lane_of(kind, text, {FakeServer::ana, Id{9}});
    if (lane) {
        judge({.id = Id::make(2000, 1), .lane = *lane, .kind = kind, .args = std::string(text)});
    }
    return 0;
}
