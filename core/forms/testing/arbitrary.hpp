#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/split_mix.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/testing/memory_lookup.hpp"

/// For tests and fuzzers only: forms and answers made of bytes, so that whoever makes the bytes
/// (a random generator, a fuzzer) makes forms, and smaller bytes make smaller forms.
namespace holdfast::fixture {

/// Decisions taken from bytes; all of them 0 when the bytes are used up.
class Choices {
public:
    explicit Choices(std::string_view bytes) : rest_(bytes) {}

    /// A number below `count`.
    std::size_t below(std::size_t count) {
        if (rest_.empty() || count < 2) {
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value % count;
    }
    bool flip() { return below(2) == 1; }
    [[nodiscard]] bool is_used_up() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// A definition that check_definition() accepts.
[[nodiscard]] forms::Definition arbitrary_definition(Choices& choices);

/// What answers may name, with some that are not there.
struct Stock {
    std::vector<Id> first{};   ///< elements of the collection a
    std::vector<Id> second{};  ///< of b, children of those of a
    std::vector<Id> people{};
    std::vector<Id> files{};
};

/// One JSON value that a component may be sent: often right, often nearly, sometimes nonsense.
[[nodiscard]] std::string arbitrary_json(Choices& choices,
                                         const forms::Component& component,
                                         const Stock& stock);

/// JSON of answers to the form: of its components, and sometimes of others.
[[nodiscard]] std::string arbitrary_answers(Choices& choices,
                                            const forms::Definition& definition,
                                            const Stock& stock);

/// Collections a and b with a few elements each, people 1 to 4, files 1 to 4; the channel and the
/// user carry elements of a.
[[nodiscard]] const MemoryLookup& arbitrary_lookup();
/// What may be named there.
[[nodiscard]] const Stock& arbitrary_stock();

/// Bytes to be made something of.
[[nodiscard]] std::string arbitrary_bytes(SplitMix& chance, std::size_t count);

}  // namespace holdfast::fixture
