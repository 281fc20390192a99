#include "server/admin/yaml/problem.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "core/model/text.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t compared_bytes_max = 64;
constexpr std::size_t quoted_bytes_max = 60;

/// Levenshtein's distance: single letters added, left out or replaced.
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, replaced}));
        }
    }
    return row.back();
}

}  // namespace

void add_problem(Problems& problems, std::size_t line, std::string text, std::string file) {
    if (problems.size() < problems_max) {
        problems.push_back({.line = line, .text = std::move(text), .file = std::move(file)});
    }
}

Error as_error(ErrorCode code, Problems& problems) {
    std::ranges::stable_sort(
        problems, {}, [](const Problem& one) { return std::tie(one.file, one.line); });
    std::string detail;
    for (const Problem& problem : problems) {
        detail += detail.empty() ? "" : "\n";
        detail += problem.file.empty() ? "" : problem.file + ", ";
        detail += "line " + std::to_string(problem.line) + ": " + problem.text;
    }
    const std::size_t first = problems.empty() ? 0 : problems.front().line;
    return {code, std::move(detail), R"({"line":)" + std::to_string(first) + "}"};
}

std::string suggest(std::string_view wrong, const std::vector<std::string_view>& candidates) {
    if (wrong.size() > compared_bytes_max) {
        return {};
    }
    std::string_view best;
    constexpr std::size_t short_bytes = 3;
    std::size_t best_distance =
        wrong.size() <= short_bytes ? 2 : 1 + std::max<std::size_t>(2, wrong.size() / 3);
    for (const std::string_view candidate : candidates) {
        if (candidate.size() > compared_bytes_max) {
            continue;
        }
        if (const std::size_t away = distance(wrong, candidate); away < best_distance) {
            best = candidate;
            best_distance = away;
        }
    }
    return best.empty() ? std::string{} : "; did you mean " + quote(best) + "?";
}

std::string quote(std::string_view text) {
    const bool is_cut = text.size() > quoted_bytes_max;
    std::string quoted = "\"";
    for (const char letter : cut(text, quoted_bytes_max)) {
        quoted += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
    return quoted + (is_cut ? "...\"" : "\"");
}

}  // namespace holdfast::admin
