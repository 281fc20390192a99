#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"

/// Reading nested JSON with the place of what is wrong. For .cpp files of this folder only.
namespace holdfast::workflow {

/// Names of an enumeration's values, as they stand in JSON.
template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string_view name_in(const Names<Enum, N>& names, Enum value) {
    for (const auto& [known, name] : names) {
        if (known == value) {
            return name;
        }
    }
    HF_ASSERT(false);
    return {};
}

/// One object of a text that is being read. An absent member leaves the default; the first thing
/// that is wrong is kept in the document, and ends the reading of all.
class Place {
public:
    Place(const json::Value& value, std::string path, std::string& wrong)
        : value_(&value), path_(std::move(path)), wrong_(&wrong) {
        if (!value.is_object()) {
            refuse({});
        }
    }

    /// @param out  of a type that json::take() knows, or a number.
    template <class T>
    Place& read(const char* name, T& out) {
        const json::Value* value = find(name);
        if (value != nullptr && !json::take(*value, out)) {
            refuse(name);
        }
        return *this;
    }
    Place& read(const char* name, std::int64_t& out);  ///< at most ±2^53: what every JSON keeps
    Place& read(const char* name, std::uint64_t& out);
    Place& read(const char* name, std::uint32_t& out);
    /// Any JSON, as canonical text.
    Place& read_json(const char* name, std::string& out);

    template <class Enum, std::size_t N>
    Place& read(const char* name, Enum& out, const Names<Enum, N>& names) {
        std::string text;
        if (find(name) == nullptr || !read(name, text).good()) {
            return *this;
        }
        for (const auto& [value, known] : names) {
            if (known == text) {
                out = value;
                return *this;
            }
        }
        refuse(name);
        return *this;
    }

    template <class Enum, std::size_t N>
    Place& read(const char* name, std::vector<Enum>& out, const Names<Enum, N>& names) {
        std::vector<std::string> texts;
        read(name, texts);
        for (const std::string& text : texts) {
            const auto known =
                std::ranges::find(names, text, [](const auto& n) { return n.second; });
            if (known == names.end()) {
                refuse(name);
                return *this;
            }
            out.push_back(known->first);
        }
        return *this;
    }

    /// Calls `read_one(Place&, item)` for an object inside.
    template <class T, class ReadOne>
    Place& object(const char* name, T& out, ReadOne read_one) {
        if (const json::Value* found = find(name)) {
            Place inner(*found, path_ + "/" + name, *wrong_);
            read_one(inner, out);
        }
        return *this;
    }

    /// The same for each object of an array.
    template <class T, class ReadOne>
    Place& each(const char* name, std::vector<T>& out, ReadOne read_one) {
        const json::Value* found = find(name);
        if (found == nullptr) {
            return *this;
        }
        if (!found->is_array()) {
            refuse(name);
            return *this;
        }
        for (std::size_t i = 0; i < found->size() && good(); ++i) {
            Place inner((*found)[i], path_ + "/" + name + "/" + std::to_string(i), *wrong_);
            read_one(inner, out.emplace_back());
        }
        return *this;
    }

    [[nodiscard]] bool has(const char* name) const { return find(name) != nullptr; }
    [[nodiscard]] const json::Value* find(const char* name) const;
    [[nodiscard]] bool good() const { return wrong_->empty(); }
    void refuse(std::string_view name);

private:
    const json::Value* value_;
    std::string path_;
    std::string* wrong_;
};

/// Parses any JSON text of bounded length and depth; `discarded` where it is none.
[[nodiscard]] json::Value parse_json(std::string_view text);

/// Reads a whole text with `read_all(Place&, value)`.
/// Errors  `code`, with the place in the parameters.
template <class T, class ReadAll>
Result<T> parse_with(std::string_view text, ErrorCode code, ReadAll read_all) {
    T value;
    std::string wrong;
    const json::Value root = parse_json(text);
    Place place(root, {}, wrong);
    if (place.good()) {
        read_all(place, value);
    }
    if (!wrong.empty()) {
        return fail(code, wrong, json::Writer{}.write("at", wrong).text());
    }
    return value;
}

}  // namespace holdfast::workflow
