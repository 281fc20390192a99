#pragma once

#include <string>

#include "core/forms/lint.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/admin/yaml/yaml_json.hpp"

/// What the engine of forms says about a definition, in words and with lines for its author.
namespace holdfast::admin {

/// Adds each problem at its line: `form "inspection", components/3/show: there is no component
/// "x"`.
void add_form_problems(const std::string& form,
                       const forms::Problems& found,
                       const LinedJson& source,
                       Problems& problems);

/// One sentence for an advice; its code where this version has no sentence for it.
[[nodiscard]] std::string advice_text(const forms::Advice& advice);

}  // namespace holdfast::admin
