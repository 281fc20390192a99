#include "core/forms/form.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/assert.hpp"
#include "core/forms/check.hpp"

namespace holdfast::forms {

namespace {

Pattern compiled(std::string_view text) {
    auto pattern = Pattern::compile(text);
    HF_ASSERT(pattern.has_value());  // the definition was checked
    return *std::move(pattern);
}

Form::Plan plan_of(const Part& part) {
    Form::Plan plan{.part = &part, .graph = graph_of(part)};
    for (const Component& component : part.components) {
        plan.whole.emplace_back();
        const auto* written = std::get_if<Written>(&component.input);
        if (written != nullptr && !written->pattern.empty()) {
            plan.whole.back() = compiled("^(?:" + written->pattern + ")$");
        }
        plan.tests.emplace_back();
        for (const Test& test : component.show ? component.show->any : std::vector<Test>{}) {
            plan.tests.back().push_back(test.op == Test::Operator::matches
                                            ? std::optional(compiled(test.value))
                                            : std::nullopt);
        }
    }
    return plan;
}

}  // namespace

Form::Form(Definition definition) : definition_(std::move(definition)) {
    plans_.push_back(plan_of(definition_.form));
    for (const Part& part : definition_.inside) {
        plans_.push_back(plan_of(part));
    }
    const std::vector<std::size_t> sizes = initial_sizes(definition_);
    for (std::size_t i = 0; i < plans_.size(); ++i) {
        plans_[i].initial_size = sizes[i];
    }
}

Result<std::shared_ptr<const Form>> Form::make(Definition definition) {
    const Problems problems = check_definition(definition);
    if (!problems.empty()) {
        return std::unexpected(error_of(problems.front()));
    }
    return std::shared_ptr<const Form>(new Form(std::move(definition)));
}

std::optional<std::size_t> Form::inside(std::string_view code) const {
    const auto found = std::ranges::find(definition_.inside, code, &Part::code);
    if (found == definition_.inside.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - definition_.inside.begin()) + 1;
}

}  // namespace holdfast::forms
