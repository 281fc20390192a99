#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/workflow/definition.hpp"
#include "core/workflow/routine.hpp"

/// Checks of definitions before they are applied: what the shape of the JSON cannot say.
namespace holdfast::workflow {

/// What else the organization has. Answers are looked up by code.
class Catalogue {
public:
    virtual ~Catalogue() = default;
    [[nodiscard]] virtual const Workflow* find_workflow(std::string_view code) const = 0;
    [[nodiscard]] virtual const Routine* routine(std::string_view code) const = 0;
    [[nodiscard]] virtual bool has_form(std::string_view code) const = 0;
    [[nodiscard]] virtual bool has_field(std::string_view form, std::string_view field) const = 0;
    [[nodiscard]] virtual bool has_collection(std::string_view code) const = 0;
    [[nodiscard]] virtual bool has_element(const Element& element) const = 0;
    /// Whether some role gives the permission.
    [[nodiscard]] virtual bool is_held(std::string_view permission) const = 0;
};

/// One thing that is wrong: where (a JSON pointer into the definition), what (a code of
/// spec/errors.toml), and which name it is about.
struct Problem {
    std::string at{};
    ErrorCode code{};
    std::string name{};
    bool operator==(const Problem&) const = default;
};

/// All problems of a definition, in the order of the definition; none: it may be applied.
/// Cost  of check_workflow: states times transitions, and each routine once for each use.
[[nodiscard]] std::vector<Problem> check_task_group(const TaskGroup& group, const Catalogue& known);
[[nodiscard]] std::vector<Problem> check_workflow(const Workflow& workflow,
                                                  Flow flow,
                                                  const Catalogue& known);
[[nodiscard]] std::vector<Problem> check_routine(const Routine& routine);

}  // namespace holdfast::workflow
