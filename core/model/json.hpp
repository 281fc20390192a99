#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// Reading and writing JSON objects without exceptions. For .cpp files only: the library behind it
/// is slow to compile, so no header of ours includes this one.
namespace holdfast::json {

using Value = nlohmann::json;  // members sorted by name: the same bytes everywhere

inline constexpr std::size_t depth_max = 64;

/// For values that are written again. The value that the text is; a discarded one where it is none,
/// or is nested deeper than `depth`: the library reads that, but it writes a value by recursion,
/// and a text of a few hundred KiB would end the stack.
[[nodiscard]] Value parse(std::string_view text, std::size_t depth = depth_max);

/// A value as text, in one line; or over several, indented by so many spaces. What is not UTF-8 in
/// it is replaced: the library's own writing ends the program there.
[[nodiscard]] std::string dump(const Value& value, int indent = -1);

/// The id that a value is, as text.
[[nodiscard]] std::optional<Id> id_of(const Value& value);

/// The text that a member is; empty where it is absent or something else, or there is no object.
[[nodiscard]] std::string text_in(const Value& object, std::string_view name);

/// Takes a value for what is wanted; false, and nothing is taken, where it is something else.
[[nodiscard]] bool take(const Value& value, std::string& out);
[[nodiscard]] bool take(const Value& value, bool& out);
[[nodiscard]] bool take(const Value& value, std::int64_t& out);
[[nodiscard]] bool take(const Value& value, std::uint16_t& out);
[[nodiscard]] bool take(const Value& value, Id& out);
[[nodiscard]] bool take(const Value& value, std::vector<Id>& out);
[[nodiscard]] bool take(const Value& value, std::vector<std::string>& out);
[[nodiscard]] bool take(const Value& value, std::map<std::string, Id>& out);
[[nodiscard]] bool take(const Value& value, std::map<std::string, std::string>& out);
/// Without the lists that are empty.
[[nodiscard]] bool take(const Value& value, std::map<std::string, std::vector<Id>>& out);

/// Reads the members of one object into values that hold their defaults. An absent member leaves
/// the default; a wrong type, text that is no object, and invalid UTF-8 are the error of `done()`.
class Reader {
public:
    explicit Reader(std::string_view text);
    /// For what is written again: `parse()` has kept its limit of nesting.
    [[nodiscard]] static Reader of(Value root);

    /// @param out  of a type that take() knows.
    template <class T>
    Reader& read(const char* name, T& out) {
        const Value* value = find(name);
        if (value != nullptr && !take(*value, out)) {
            refuse(name);
        }
        return *this;
    }
    /// An object inside as text, members sorted by name. The root must be one of `parse()`.
    Reader& read_object(const char* name, std::string& out);

    /// The members of an object inside; null where it is absent.
    const Value* object(const char* name);
    /// The items of an array inside; null where it is absent.
    const Value* array(const char* name);

    /// Errors  intent_malformed; the detail names the member.
    [[nodiscard]] Result<> done() const;

    /// A member must be there, with any value that `read` takes.
    Reader& require(const char* name);

    void refuse(const char* name);

private:
    Reader() = default;
    [[nodiscard]] const Value* find(const char* name) const;

    Value root_;
    std::string wrong_;
};

/// The value, unless the reader was refused something.
template <class T>
[[nodiscard]] Result<T> finish(const Reader& reader, T value) {
    HF_CHECK(reader.done());
    return value;
}

/// Adds members that differ from their defaults.
class Writer {
public:
    Writer& write(const char* name, const std::string& value);
    Writer& write(const char* name, bool value, bool otherwise);
    Writer& write(const char* name, std::int64_t value);
    Writer& write(const char* name, Id value);
    Writer& write(const char* name, const std::vector<Id>& value);
    Writer& write(const char* name, const std::vector<std::string>& value);
    Writer& write(const char* name, const std::map<std::string, std::string>& value);
    Writer& write(const char* name, const std::map<std::string, std::vector<Id>>& value);
    Writer& write(const char* name, const std::map<std::string, Id>& value);
    Writer& write(const char* name, Value value);

    /// Bytes that are not UTF-8 become U+FFFD.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] Value take() { return std::move(root_); }

private:
    Value root_ = Value::object();
};

}  // namespace holdfast::json
