// Any text is a call of the screen or an error, and any text is a query or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "client/engine/calls.hpp"
#include "client/engine/queries/query.hpp"
#include "core/base/assert.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto parsed = client::calls::parse(text);
    if (parsed.args) {
        if (const auto* subscribe = std::get_if<client::calls::Subscribe>(&*parsed.args)) {
            HF_ASSERT(subscribe->query.before <= client::limits::window_rows_max);
            HF_ASSERT(subscribe->query.after <= client::limits::window_rows_max);
            HF_ASSERT(subscribe->query.text.size() <= 4 * client::limits::search_text_bytes_max);
        }
    }
    (void)client::parse_query(text);
    return 0;
}
