// holdfast_forms_corpus WORLD FILE...: runs files of cases natively and prints what run_file()
// gives, behind a line "== FILE" for each.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "tests/forms/corpus.hpp"

namespace {

std::optional<std::string> read(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

int main(int count, char** arguments) {
    const std::optional<std::string> world = count > 1 ? read(arguments[1]) : std::nullopt;
    if (!world) {
        std::fputs("usage: holdfast_forms_corpus WORLD FILE...\n", stderr);
        return 2;
    }
    for (int i = 2; i < count; ++i) {
        const std::optional<std::string> file = read(arguments[i]);
        if (!file) {
            std::fprintf(stderr, "cannot read %s\n", arguments[i]);
            return 1;
        }
        std::printf(
            "== %s\n%s", arguments[i], holdfast::forms::corpus::run_file(*world, *file).c_str());
    }
    return 0;
}
