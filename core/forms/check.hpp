#pragma once

#include <string_view>

#include "core/forms/definition.hpp"

namespace holdfast::forms {

/// What an organization has, for names that definitions use.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    [[nodiscard]] virtual bool has_collection(std::string_view code) const = 0;
    [[nodiscard]] virtual bool has_job(std::string_view code) const = 0;
    [[nodiscard]] virtual bool has_zone(std::string_view name) const = 0;
    [[nodiscard]] virtual bool has_group(std::string_view code) const = 0;
    [[nodiscard]] virtual bool has_role(std::string_view name) const = 0;
};

/// What is wrong with a definition that could be read: identifiers, references, cycles, limits,
/// patterns, defaults. Empty where nothing is.
/// Cost    components x tests; every pattern is compiled.
[[nodiscard]] Problems check_definition(const Definition& definition);

/// The same, and the names that the organization does not have.
[[nodiscard]] Problems check_definition(const Definition& definition,
                                        const Surroundings& surroundings);

/// form_invalid with path, problem and detail in its parameters.
[[nodiscard]] Error error_of(const Problem& problem);

}  // namespace holdfast::forms
