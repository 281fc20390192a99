// holdfast_forms_corpus WORLD FILE...: runs files of cases natively and prints what run_file()
// gives, behind a line "== FILE" for each. With --verdicts, digests of random verdicts instead.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "tests/forms/corpus.hpp"
#include "tests/forms/verdicts.hpp"

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
    if (count == 5 && std::string_view(arguments[1]) == "--verdicts") {
        const std::uint64_t seed = std::strtoull(arguments[2], nullptr, 10);
        const std::uint64_t each = std::strtoull(arguments[4], nullptr, 10);
        for (std::uint64_t i = 0; i < std::strtoull(arguments[3], nullptr, 10); ++i) {
            std::puts(holdfast::forms::corpus::digest_verdicts(seed + i * each, each).c_str());
        }
        return 0;
    }
    const std::optional<std::string> world = count > 1 ? read(arguments[1]) : std::nullopt;
    if (!world) {
        std::fputs(
            "usage: holdfast_forms_corpus WORLD FILE...\n"
            "       holdfast_forms_corpus --verdicts SEED DIGESTS EACH\n",
            stderr);
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
