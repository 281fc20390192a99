// Any text is a definition, a task, an action, a view, an entry of a journal, or an error; what is
// read encodes to text that reads the same again. Checks, pictures and walks take whatever was
// read.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/workflow/action.hpp"
#include "core/workflow/check.hpp"
#include "core/workflow/draw.hpp"
#include "core/workflow/journal.hpp"
#include "core/workflow/task.hpp"
#include "core/workflow/task_list.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;
using namespace holdfast::workflow;

/// Every second thing is there.
class AnyCatalogue final : public Catalogue {
public:
    const Workflow* find_workflow(std::string_view /*code*/) const override { return nullptr; }
    const Routine* routine(std::string_view /*code*/) const override { return nullptr; }
    bool has_form(std::string_view code) const override { return code.size() % 2 == 0; }
    bool has_field(std::string_view /*form*/, std::string_view field) const override {
        return field.size() % 2 == 0;
    }
    bool has_collection(std::string_view code) const override { return code.size() % 2 == 0; }
    bool has_element(const Element& element) const override { return element.code.size() % 2 == 0; }
    bool is_held(std::string_view permission) const override { return permission.size() % 2 == 0; }
};

template <class T>
void check(std::string_view text, Result<T> (*parse)(std::string_view)) {
    if (const auto value = parse(text)) {
        const std::string once = encode(*value);
        const auto again = parse(once);
        HF_ASSERT(again.has_value());
        HF_ASSERT(encode(*again) == once);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    const std::string_view text = source.rest();
    check(text, parse_task_group);
    check(text, parse_workflow);
    check(text, parse_routine);
    check(text, parse_task);
    check(text, parse_history);
    check(text, parse_action);
    check(text, parse_view);
    check(text, parse_entry);
    const AnyCatalogue known;
    if (const auto found = parse_workflow(text)) {
        (void)check_workflow(*found, Flow::state_machine, known);
        HF_ASSERT(draw(*found).ends_with("</svg>\n"));
    }
    if (const auto found = parse_routine(text)) {
        (void)check_routine(*found);
        (void)next_of(*found, {});
    }
    (void)answer_fields_of(text);
    return 0;
}
