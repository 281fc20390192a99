#pragma once

#include "core/workflow/definition.hpp"
#include "core/workflow/reading.hpp"

/// For .cpp files of this folder only.
namespace holdfast::workflow {

inline constexpr Names<Layout, 4> layouts{{
    {Layout::list, "list"},
    {Layout::board, "board"},
    {Layout::table, "table"},
    {Layout::calendar, "calendar"},
}};

}  // namespace holdfast::workflow
