// Any text is an organization's file or a list of problems, each at a line of that text.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "server/admin/org_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    admin::Problems problems;
    (void)admin::read_org_file(text, problems);
    HF_ASSERT(problems.size() <= admin::problems_max);
    if (!problems.empty()) {
        HF_ASSERT(!admin::as_error(ErrorCode::import_invalid, problems).detail.empty());
    }
    return 0;
}
