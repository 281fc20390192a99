#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "server/storage/common/inspection.hpp"

/// Why a user sees a row, or does not: what `holdfast explain` says.
namespace holdfast::ops {

enum class Verdict {
    sees,
    hidden,      ///< it is there, and the user may not see it
    deleted,     ///< it was there, and nobody sees it any more
    never_made,  ///< it was never written
};

/// "sees", "hidden", "deleted", "never_made".
[[nodiscard]] std::string_view verdict_name(Verdict verdict);

/// One step of the way from the row to the user.
struct Step {
    bool holds = true;  ///< false: here is why it is not seen
    std::string code;   ///< stable, for scripts: "group_grant"
    std::string text;   ///< a sentence
};

/// About one row; an id may name several: a channel, its first message, its members.
struct Explanation {
    Verdict verdict = Verdict::sees;
    std::string row;  ///< "message 8589934593 in bucket 212 (timeline of 4294967340)"
    std::vector<Step> steps;
};

/// The user of an e-mail address or of an id.  Errors  tool_not_found.
[[nodiscard]] Result<Id> find_user(storage::Storage& storage, std::string_view text);

/// The id in `text`, or else that of the one group or channel of this code or name in the user's
/// organization.
/// Errors  tool_not_found: none, or several (the detail lists them).
[[nodiscard]] Result<Id> find_row_id(storage::Storage& storage, Id user, std::string_view text);

/// Explains every row of an id to which the user's access is a question: where there are others,
/// rows in other users' own buckets are left out, and rows that only carry the id of what they are
/// about (members, grants, read marks).
/// Cost  reads an index of the rows whole.
[[nodiscard]] Result<std::vector<Explanation>> explain(storage::Inspection& inspection,
                                                       Id user,
                                                       Id row);

}  // namespace holdfast::ops
