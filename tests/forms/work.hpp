#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/forms/element_index.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/testing/memory_lookup.hpp"

/// The work that the speed of forms is measured with, natively and in the browser's build. Each
/// call is one thing that a person or the server waits for; who measures holds the clock.
namespace holdfast::forms::work {

/// A form of 30 components, and right answers to it.
[[nodiscard]] std::string small_form();
[[nodiscard]] std::string small_answers();

/// What is searched: 50,000 elements, and what a person types.
[[nodiscard]] std::vector<ElementIndex::Entry> assets();
[[nodiscard]] const std::vector<std::string>& typed_texts();

class Desk {
public:
    Desk();

    /// Opens the form of 500 components with 100 conditions: from its JSON to the first verdict.
    bool open();
    /// One keystroke in that form: the answer `number` characters long, in turn in each text; every
    /// third one displays or hides a component. Returns how many components are new.
    std::size_t press(std::size_t number);
    /// One keystroke of a search among 50,000 elements. Returns how many were found.
    std::size_t search(std::size_t number);
    /// The server's part of a submission of a form of 30 components: parse, judge, encode.
    bool submit();

private:
    [[nodiscard]] Context context() const;

    fixture::MemoryLookup lookup_;
    ElementIndex assets_;
    std::string large_;
    std::unique_ptr<Filling> filling_;
    std::shared_ptr<const Form> small_;
    std::string answers_;
};

}  // namespace holdfast::forms::work
