#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/forms/definition.hpp"
#include "core/forms/limits.hpp"
#include "core/model/json.hpp"

/// Reading the JSON of definitions so that every fault is found with its place. For .cpp files
/// only.
namespace holdfast::forms {

/// Where faults go; keeps the first limits::problems_max.
class Faults {
public:
    explicit Faults(Problems& problems) : problems_(problems) {}
    void add(std::string path, std::string_view code, std::string detail = {}) {
        if (problems_.size() < limits::problems_max) {
            problems_.push_back({std::move(path), std::string(code), std::move(detail)});
        }
    }

private:
    Problems& problems_;
};

/// The members of one object. An absent member leaves what is there; done() finds those that nobody
/// asked for.
class Fields {
public:
    Fields(const json::Value& json, std::string path, Faults& faults);

    /// Adds what is wrong at a member, or at the object itself where `name` is empty.
    void refuse(std::string_view name, std::string_view code, std::string detail = {}) {
        faults_.add(at(name), code, std::move(detail));
    }

    [[nodiscard]] Faults faults() const { return faults_; }

    /// The path of a member.
    [[nodiscard]] std::string at(std::string_view name) const;

    [[nodiscard]] bool has(const char* name) const { return is_object_ && json_.contains(name); }
    /// The member as it is; null where it is absent.
    [[nodiscard]] const json::Value* take(const char* name);

    void read(const char* name, std::string& out, std::size_t bytes_max);
    void read(const char* name, bool& out);
    void read(const char* name, std::int64_t& out, std::int64_t least, std::int64_t most);
    void read(const char* name, std::optional<Decimal>& out);
    void read(const char* name, Texts& out);
    void read(const char* name, std::vector<std::string>& out, std::size_t count_max);
    /// The index of the member's text among the names.
    void read_name(const char* name, std::size_t& out, std::span<const std::string_view> names);
    void read_identifier(const char* name, std::string& out);
    void require(const char* name) {
        if (is_object_ && !has(name)) {
            refuse(name, "missing");
        }
    }
    /// The items of a list, each with its path; none where it is absent or no list.
    [[nodiscard]] std::vector<std::pair<const json::Value*, std::string>> items(
        const char* name, std::size_t count_max);

    void done();

private:
    const json::Value& json_;
    std::string path_;
    Faults& faults_;
    bool is_object_;
    std::set<std::string, std::less<>> taken_;
};

/// Lower-case letter, then lower-case letters, digits and underscores.
[[nodiscard]] bool is_identifier(std::string_view text);

}  // namespace holdfast::forms
