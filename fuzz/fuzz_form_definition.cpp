// Any text is a definition or a list of problems; a definition encodes to text that reads as the
// same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/forms/check.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/lint.hpp"
#include "core/forms/testing/arbitrary.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    using namespace holdfast::forms;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    Problems problems;
    Definition definition = read_definition(text, problems);
    const auto parsed = parse_definition(text);
    if (!problems.empty()) {
        HF_ASSERT(!parsed);
        return 0;
    }
    HF_ASSERT(parsed.has_value() == check_definition(definition).empty());
    if (!parsed) {
        return 0;
    }
    const std::string once = encode(*parsed);
    const auto again = parse_definition(once);
    HF_ASSERT(again.has_value() && encode(*again) == once);
    (void)lint_offline(*parsed, {});
    const auto form = Form::make(*parsed);
    HF_ASSERT(form.has_value());
    const Context context{
        .lookup = fixture::arbitrary_lookup(), .user = Id{1}, .now = {1'777'896'000'000}};
    const auto filling = Filling::open(*form, context);
    HF_ASSERT(filling.has_value());
    HF_ASSERT(validate_submission(*form, filling->submission(), context).has_value() ==
              filling->can_submit());
    return 0;
}
