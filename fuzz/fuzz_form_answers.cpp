// Any text is answers or an error; what is accepted is accepted again with the same bytes. The
// first bytes make the form.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/testing/arbitrary.hpp"
#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    using namespace holdfast::forms;
    fuzz::Source source(bytes, size);
    fixture::Choices choices(source.piece());
    const auto form = Form::make(fixture::arbitrary_definition(choices));
    HF_ASSERT(form.has_value());
    const Context context{.lookup = fixture::arbitrary_lookup(),
                          .user = Id{1},
                          .now = {1'777'896'000'000},
                          .online = choices.flip()};
    const std::string_view text = source.rest();
    const auto clean = validate_submission(*form, text, context);
    if (clean) {
        const auto again = validate_submission(*form, clean->json, context);
        HF_ASSERT(again.has_value() && again->json == clean->json);
    }
    auto filling = Filling::resume(*form, context, text);
    if (!filling) {
        return 0;
    }
    HF_ASSERT(validate_submission(*form, filling->submission(), context).has_value() ==
              filling->can_submit());
    (void)filling->set(context, text.substr(0, 8), text.substr(text.size() / 2));
    const auto resumed = Filling::resume(*form, context, filling->draft());
    HF_ASSERT(resumed.has_value() && resumed->draft() == filling->draft());
    return 0;
}
