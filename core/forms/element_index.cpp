#include "core/forms/element_index.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "core/forms/fold.hpp"
#include "core/forms/limits.hpp"

namespace holdfast::forms {

namespace {

bool is_child_of_any(const ElementIndex::Entry& entry, const std::vector<Id>& parents) {
    return std::ranges::any_of(parents, [&](Id parent) {
        return std::ranges::find(entry.parents, parent) != entry.parents.end();
    });
}

/// A bit for each letter that a text has, several letters to a bit: what lacks a bit of the typed
/// words cannot have the words.
std::uint64_t letters_of(std::string_view text) {
    std::uint64_t letters = 0;
    for (const char letter : text) {
        letters |= std::uint64_t{1} << (static_cast<unsigned char>(letter) % 64U);
    }
    return letters;
}

}  // namespace

ElementIndex::ElementIndex(std::vector<Entry> entries) {
    std::vector<std::pair<std::string, Entry>> named;
    named.reserve(entries.size());
    for (Entry& entry : entries) {
        std::string text = " " + fold(entry.element.name) + " " + fold(entry.element.code) + "\n";
        named.emplace_back(std::move(text), std::move(entry));
    }
    std::ranges::sort(named, [](const auto& left, const auto& right) {
        return left.first != right.first ? left.first < right.first
                                         : left.second.element.id < right.second.element.id;
    });
    entries_.reserve(named.size());
    begins_.reserve(named.size() + 1);
    letters_.reserve(named.size());
    for (auto& [text, entry] : named) {
        positions_.emplace(entry.element.id, entries_.size());
        begins_.push_back(folded_.size());
        letters_.push_back(letters_of(text));
        folded_ += text;
        entries_.push_back(std::move(entry));
    }
    begins_.push_back(folded_.size());
}

const ElementIndex::Entry* ElementIndex::find(Id id) const {
    const auto found = positions_.find(id);
    return found == positions_.end() ? nullptr : &entries_[found->second];
}

std::string_view ElementIndex::text_of(std::size_t position) const {
    return std::string_view(folded_).substr(begins_[position],
                                            begins_[position + 1] - begins_[position]);
}

bool ElementIndex::is_found(std::size_t position, const Query& query) const {
    if ((letters_[position] & query.letters) != query.letters) {
        return false;
    }
    const std::string_view text = text_of(position);
    const Entry& entry = entries_[position];
    return std::ranges::all_of(query.words,
                               [&](const std::string& word) { return text.contains(word); }) &&
           entry.element.active && (!query.parents || is_child_of_any(entry, *query.parents));
}

std::vector<Element> ElementIndex::search(const Search& search) const {
    Query query{.words = search_words(search.typed), .parents = search.parents};
    for (std::string& word : query.words) {
        word.insert(word.begin(), ' ');  // only the beginning of a word counts
        query.letters |= letters_of(word);
    }
    const std::string beginning = " " + fold(search.typed.substr(0, limits::search_bytes_max));
    const std::size_t most = std::min(search.found_max, limits::search_found_max);
    std::vector<Element> found;
    // Those whose name begins with what was typed stand together, because the texts are in order.
    const auto all = std::views::iota(std::size_t{0}, entries_.size());
    const auto begin = std::ranges::partition_point(all, [&](std::size_t position) {
        return text_of(position).substr(0, beginning.size()) < beginning;
    });
    const auto first = static_cast<std::size_t>(begin - all.begin());
    std::size_t behind = first;
    for (; behind < entries_.size() && text_of(behind).starts_with(beginning); ++behind) {
        if (found.size() < most && is_found(behind, query)) {
            found.push_back(entries_[behind].element);
        }
    }
    for (std::size_t i = 0; i < entries_.size() && found.size() < most; ++i) {
        if ((i < first || i >= behind) && is_found(i, query)) {
            found.push_back(entries_[i].element);
        }
    }
    return found;
}

}  // namespace holdfast::forms
