#include "cli/text_files.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/commands.hpp"

namespace holdfast::cli {

Result<std::string> read_text(const std::string& path, ErrorCode otherwise) {
    std::error_code none;
    if (!std::filesystem::is_regular_file(path, none)) {
        return fail(otherwise, "there is no file " + path);
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        return fail(otherwise, "cannot read " + path);
    }
    return text;
}

bool print_problems(const admin::Problems& problems, const std::string& file) {
    for (const admin::Problem& problem : problems) {
        std::fprintf(stderr,
                     "%s:%zu: %s\n",
                     problem.file.empty() ? file.c_str() : problem.file.c_str(),
                     problem.line,
                     problem.text.c_str());
    }
    return !problems.empty();
}

int report_file(Error error, const admin::Problems& problems, const std::string& file) {
    if (print_problems(problems, file)) {
        error.detail.clear();
    }
    return report(error);
}

}  // namespace holdfast::cli
