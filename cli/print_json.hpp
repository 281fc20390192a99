#pragma once

#include <nlohmann/json_fwd.hpp>

namespace holdfast::cli {

/// For people and scripts: indented, on the standard output.
void print_json(const nlohmann::json& json);

}  // namespace holdfast::cli
