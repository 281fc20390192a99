#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "core/forms/pattern.hpp"

/// The syntax tree of a pattern. For pattern.cpp only.
namespace holdfast::forms::syntax {

enum class Form : std::uint8_t {
    nothing,
    set,
    sequence,
    either,
    repeat,
    text_begin,
    text_end,
    word_edge,
    no_edge
};

inline constexpr int without_end = -1;

struct Node {
    Form form = Form::nothing;
    bool outside = false;                  ///< set
    int least = 0;                         ///< repeat
    int most = 0;                          ///< repeat; or without_end
    std::vector<Pattern::Range> ranges{};  ///< set
    std::vector<std::size_t> parts{};      ///< indexes of nodes
};

/// Nodes in an array; the last one is the root.
using Tree = std::vector<Node>;

[[nodiscard]] std::expected<Tree, PatternFlaw> parse_pattern(std::string_view text);

}  // namespace holdfast::forms::syntax
