#include "cli/print_json.hpp"

#include <cstdio>

#include "core/model/json.hpp"

namespace holdfast::cli {

void print_json(const nlohmann::json& json) {
    std::printf("%s\n", json::dump(json, 2).c_str());
}

}  // namespace holdfast::cli
