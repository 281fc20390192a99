#pragma once

#include <string>

#include "core/forms/definition.hpp"

namespace holdfast::forms {

/// What is wrong with one list of components: identifiers, references, cycles, limits, patterns,
/// defaults. For check.cpp.
/// @param path  what stands before "components" in the places of the problems.
void check_part(const Definition& definition,
                const Part& part,
                std::string path,
                Problems& problems);

}  // namespace holdfast::forms
