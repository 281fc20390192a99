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

/// Reads the members of one object into values that hold their defaults. An absent member leaves
/// the default; a wrong type, text that is no object, and invalid UTF-8 are the error of `done()`.
class Reader {
public:
    explicit Reader(std::string_view text);
    /// For what is written again: `parse()` has kept its limit of nesting.
    [[nodiscard]] static Reader of(Value root);

    Reader& read(const char* name, std::string& out);
    Reader& read(const char* name, bool& out);
    Reader& read(const char* name, std::int64_t& out);
    Reader& read(const char* name, std::uint16_t& out);
    Reader& read(const char* name, Id& out);
    Reader& read(const char* name, std::vector<Id>& out);
    Reader& read(const char* name, std::vector<std::string>& out);
    Reader& read(const char* name, std::map<std::string, std::string>& out);
    Reader& read(const char* name, std::map<std::string, std::vector<Id>>& out);
    Reader& read(const char* name, std::map<std::string, Id>& out);
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
