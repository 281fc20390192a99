#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/forms/definition.hpp"

namespace holdfast::forms {

/// Which components of one part depend on which: on a commander for being displayed, on a source
/// for their choices. Indexes are positions in Part::components.
struct Graph {
    std::map<std::string, std::size_t, std::less<>> by_id{};  ///< the first of each identifier
    std::vector<std::optional<std::size_t>> commander{};  ///< nothing: always displayed, or unknown
    std::vector<std::optional<std::size_t>> source{};     ///< of the filter children_of
    std::vector<std::vector<std::size_t>> dependents{};   ///< those that look at this one
    std::vector<std::size_t> order{};  ///< each behind what it depends on; cycles are left out
    std::vector<std::size_t> rank{};   ///< position in `order`

    [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
};

[[nodiscard]] Graph graph_of(const Part& part);

/// How many components a new filling of each part begins with, repetitions that are needed
/// included: the form itself first, then the forms inside. One more than
/// limits::filled_components_max where there are more. Forms must not nest endlessly.
[[nodiscard]] std::vector<std::size_t> initial_sizes(const Definition& definition);

}  // namespace holdfast::forms
