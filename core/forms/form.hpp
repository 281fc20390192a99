#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/graph.hpp"
#include "core/forms/pattern.hpp"

namespace holdfast::forms {

/// A definition ready to be filled in: checked, its patterns compiled, its dependencies known.
/// Never changed, so one serves many fillings; hence the shared owner (the cache of the server or
/// of the device, and each filling).
class Form {
public:
    /// What belongs to one list of components: the form (index 0) or a form inside it.
    struct Plan {
        const Part* part = nullptr;
        Graph graph{};
        std::size_t initial_size = 0;                 ///< components that a new filling of it has
        std::vector<std::optional<Pattern>> whole{};  ///< written.pattern, by component
        std::vector<std::vector<std::optional<Pattern>>> tests{};  ///< show.matches, by component
    };

    /// Errors  form_invalid, as parse_definition().
    /// Cost    as check_definition(), once more.
    [[nodiscard]] static Result<std::shared_ptr<const Form>> make(Definition definition);

    [[nodiscard]] const Definition& definition() const { return definition_; }
    [[nodiscard]] const Plan& plan(std::size_t index) const { return plans_[index]; }
    /// The index of a form inside, by its code.
    [[nodiscard]] std::optional<std::size_t> inside(std::string_view code) const;

    Form(const Form&) = delete;
    Form& operator=(const Form&) = delete;

private:
    explicit Form(Definition definition);

    const Definition definition_;
    std::vector<Plan> plans_;
};

}  // namespace holdfast::forms
