// Any text is a pattern or a flaw; a pattern is searched for in the rest, in bounded time.

#include <cstddef>
#include <cstdint>

#include "core/forms/fold.hpp"
#include "core/forms/pattern.hpp"
#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    fuzz::Source source(bytes, size);
    const auto pattern = forms::Pattern::compile(source.piece());
    if (pattern) {
        (void)pattern->found_in(source.rest());
    }
    (void)forms::search_words(source.rest());
    return 0;
}
