#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/forms/context.hpp"

namespace holdfast::forms {

/// The elements of one collection in memory, ready to be searched on every keystroke: names and
/// codes stand folded in one long text, and a search is one walk through it. 50,000 names are
/// about 1.5 MB and a few milliseconds; an index of words would be faster and several times as
/// large.
class ElementIndex {
public:
    struct Entry {
        Element element{};
        std::vector<Id> parents{};
    };

    /// Inactive elements are found by id and not offered.
    explicit ElementIndex(std::vector<Entry> entries);

    [[nodiscard]] const Entry* find(Id id) const;

    /// Elements each of whose typed words begins a word of the name or of the code. First those
    /// whose name begins with what was typed, then the rest; among each, by name, code and id.
    /// Cost    at most one pass over all names, less where enough is found; allocates what it
    /// returns.
    [[nodiscard]] std::vector<Element> search(const Search& search) const;

private:
    struct Query {
        std::vector<std::string> words{};
        std::uint64_t letters = 0;
        const std::optional<std::vector<Id>>& parents;
    };

    [[nodiscard]] std::string_view text_of(std::size_t position) const;
    [[nodiscard]] bool is_found(std::size_t position, const Query& query) const;

    std::vector<Entry> entries_;  // by folded name and code, then id
    std::map<Id, std::size_t> positions_;
    std::string folded_;                  // " name code\n" for each
    std::vector<std::size_t> begins_;     // of each in `folded_`, and the end
    std::vector<std::uint64_t> letters_;  // of each
};

}  // namespace holdfast::forms
