#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// The bodies of forms, of what they choose from, and of what was answered. As body.hpp.
namespace holdfast::body {

/// A form through all its versions.
struct Form {
    std::string code{};
    std::int64_t version = 0;  ///< number of the version that is filled in now
    Id current{};              ///< its row
    bool active = true;        ///< false: nobody begins a new filling
    bool operator==(const Form&) const = default;
};

/// One version of a form: written once, never changed, kept as long as answers name it.
struct FormVersion {
    Id form{};
    std::map<std::string, Id> collections{};  ///< code → id of each collection that it names
    std::string definition = "{}";  ///< JSON of core/forms/definition.hpp, not looked into here
    bool operator==(const FormVersion&) const = default;
};

struct Collection {
    std::string code{};
    std::string name{};
    std::vector<Id> parents{};  ///< collections whose elements its own may have as parents
    bool active = true;
    bool operator==(const Collection&) const = default;
};

/// One thing of a collection. It stands in the bucket of its collection.
struct Element {
    std::string code{};
    std::string name{};
    std::vector<Id> parents{};                     ///< elements of the collection's parents
    std::map<std::string, std::string> columns{};  ///< what else is known of it
    bool active = true;                            ///< false: not offered any more
    bool operator==(const Element&) const = default;
};

/// What somebody answered, with the id of the intent that sent it and of its message.
struct Answer {
    Id author{};
    Id version{};                     ///< of the form, as the person had it
    std::string answers = "{}";       ///< JSON object, canonical
    std::int64_t sent_at = 0;         ///< by the device's clock: shown, never used to order
    std::int64_t offset_minutes = 0;  ///< from UTC, where the person was
    /// The later version that it was brought into; none where its own was taken. `answers` stay as
    /// they were sent; routines read them without those at `aside`.
    Id upcast{};
    std::vector<std::string> aside{};  ///< paths of what that version does not ask for
    bool operator==(const Answer&) const = default;
};

[[nodiscard]] Result<Form> parse_form(std::string_view text);
[[nodiscard]] Result<FormVersion> parse_form_version(std::string_view text);
[[nodiscard]] Result<Collection> parse_collection(std::string_view text);
[[nodiscard]] Result<Element> parse_element(std::string_view text);
[[nodiscard]] Result<Answer> parse_answer(std::string_view text);

[[nodiscard]] std::string encode(const Form& value);
[[nodiscard]] std::string encode(const FormVersion& value);
[[nodiscard]] std::string encode(const Collection& value);
[[nodiscard]] std::string encode(const Element& value);
[[nodiscard]] std::string encode(const Answer& value);

}  // namespace holdfast::body
