#include "core/forms/element_index.hpp"

#include <algorithm>
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

}  // namespace

ElementIndex::ElementIndex(std::vector<Entry> entries) {
    std::vector<std::pair<std::string, Entry>> named;
    named.reserve(entries.size());
    for (Entry& entry : entries) {
        named.emplace_back(fold(entry.element.name), std::move(entry));
    }
    std::ranges::sort(named, [](const auto& left, const auto& right) {
        return left.first != right.first ? left.first < right.first
                                         : left.second.element.id < right.second.element.id;
    });
    entries_.reserve(named.size());
    begins_.reserve(named.size() + 1);
    for (auto& [name, entry] : named) {
        positions_.emplace(entry.element.id, entries_.size());
        begins_.push_back(folded_.size());
        folded_ += " " + name + " " + fold(entry.element.code) + "\n";
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

std::vector<Element> ElementIndex::search(const Search& search) const {
    std::vector<std::string> words = search_words(search.typed);
    const std::string beginning = " " + fold(search.typed.substr(0, limits::search_bytes_max));
    for (std::string& word : words) {
        word.insert(word.begin(), ' ');  // only the beginning of a word counts
    }
    const std::size_t most = std::min(search.found_max, limits::search_found_max);
    std::vector<Element> first;
    std::vector<Element> others;
    for (std::size_t i = 0; i < entries_.size() && first.size() < most; ++i) {
        const std::string_view text = text_of(i);
        const bool matches = std::ranges::all_of(
            words, [&](const std::string& word) { return text.contains(word); });
        if (!matches || !entries_[i].element.active ||
            (search.parents && !is_child_of_any(entries_[i], *search.parents))) {
            continue;
        }
        std::vector<Element>& found = text.starts_with(beginning) ? first : others;
        if (found.size() < most) {
            found.push_back(entries_[i].element);
        }
    }
    const std::size_t room = std::min(most - first.size(), others.size());
    first.insert(first.end(), others.begin(), others.begin() + static_cast<std::ptrdiff_t>(room));
    return first;
}

}  // namespace holdfast::forms
