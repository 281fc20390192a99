#include <cstdio>
#include <string>

#include "cli/commands.hpp"

namespace holdfast::cli {

int report(const Error& error) {
    const ErrorEntry* entry = find_error(error.code);
    std::string text = "holdfast: " + std::string(error_name(error.code));
    if (entry != nullptr) {
        text += "\n" + std::string(entry->sentence) + "\n" + std::string(entry->action);
    }
    if (!error.detail.empty()) {
        text += "\n(" + error.detail + ")";
    }
    if (!error.params.empty() && error.params != "{}") {
        text += "\n" + error.params;
    }
    std::fprintf(stderr, "%s\n", text.c_str());
    return error.code == ErrorCode::server_unreachable ? exit_unreachable : exit_failed;
}

}  // namespace holdfast::cli
