#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::forms {

/// `text` as it is compared when people search: lower case, without accents, `ß` as `ss`, white
/// space and punctuation as single spaces, none at the ends. Latin, Greek and Cyrillic letters are
/// folded; others stay as they are. Decomposed and composed letters fold to the same. Cost    one
/// pass; a table of some hundred letters.
[[nodiscard]] std::string fold(std::string_view text);

/// The words of what a person typed, folded; at most limits::search_words_max of them.
[[nodiscard]] std::vector<std::string> search_words(std::string_view typed);

}  // namespace holdfast::forms
