// Any text is a row's body or an error; a body encodes to text that parses to the same again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/model/body.hpp"
#include "core/model/body_bots.hpp"
#include "core/model/body_files.hpp"
#include "core/model/intent.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;

template <class Parse>
void check(std::string_view text, Parse parse) {
    const auto value = parse(text);
    if (value) {
        const std::string once = body::encode(*value);
        const auto again = parse(once);
        HF_ASSERT(again.has_value());
        HF_ASSERT(body::encode(*again) == once);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    const std::uint8_t kind = source.byte();
    const std::string_view text = source.rest();
    check(text, body::parse_organization);
    check(text, body::parse_user);
    check(text, body::parse_role);
    check(text, body::parse_group);
    check(text, body::parse_channel);
    check(text, body::parse_member);
    check(text, body::parse_message);
    check(text, body::parse_grant);
    check(text, body::parse_read_mark);
    check(text, body::parse_receipt);
    check(text, body::parse_file);
    check(text, body::parse_bots);
    (void)lane_of(static_cast<IntentKind>(kind % 24), text, {Id{7}, Id{9}});
    return 0;
}
