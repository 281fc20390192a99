#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/value.hpp"
#include "server/admin/importing/import_map.hpp"
#include "server/admin/importing/import_rows.hpp"
#include "server/admin/org_state.hpp"

namespace holdfast::admin {

/// Turns the texts of a table into answers to a form: elements, items and people by what they are
/// called. Whether the answers are right is for the form's rules.
/// Lifetime  one import. Borrows all.
class AnswerReader {
public:
    AnswerReader(const OrgState& state, const ImportMap& map);

    /// The answers as JSON, as a device would send them. A text that is empty answers nothing.
    /// Errors  import_invalid, with the reason in words: a component that the form does not have or
    ///         that no table can answer, a text that means nothing to it.
    [[nodiscard]] Result<std::string> read(const forms::Part& form,
                                           const std::vector<ImportRow::Answer>& answers) const;

    /// The element that people call so, or that has this code, in whatever writing.
    /// @param parent  whose child it is; none: any.
    /// Errors  import_invalid: none, or several.
    [[nodiscard]] Result<Id> element(const std::string& collection,
                                     const std::string& text,
                                     Id parent = {}) const;
    /// Code of an element.
    [[nodiscard]] std::string code_of(const std::string& collection, Id element) const;
    /// The active person with this e-mail.  Errors  import_invalid.
    [[nodiscard]] Result<Id> person(const std::string& email) const;

private:
    using Texts = std::vector<std::string>;
    [[nodiscard]] Result<forms::Value> value(const forms::Component& component,
                                             const Texts& texts) const;
    [[nodiscard]] Result<forms::Value> value(const forms::FromList& list, const Texts& texts) const;
    [[nodiscard]] Result<forms::Value> value(const forms::FromCollection& from,
                                             const Texts& texts) const;
    [[nodiscard]] Result<forms::Value> value(const forms::Date& date, const Texts& texts) const;

    const OrgState& state_;
    const ImportMap& map_;
    OrgNames names_;
    /// By collection: elements by code and by name, folded.
    std::map<std::string, std::multimap<std::string, Id>> elements_{};
};

}  // namespace holdfast::admin
