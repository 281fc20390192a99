#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/storage/common/storage.hpp"

/// `holdfast form lint`: what authors should know about forms that are right.
namespace holdfast::admin {

struct LintedForm {
    std::string code;
    Problems advice;                 ///< with lines of the file
    std::int64_t bytes = 0;          ///< of the definition
    std::vector<std::string> lists;  ///< "asset: 384 elements, 31 KB", one for each collection
    std::int64_t total_bytes = 0;    ///< on a device that has nothing yet
};

/// The forms of an organization file. Collections have the sizes that they have in the file, else
/// those of the organization in `storage`, which may be null: then the file has to be complete.
/// Errors  org_invalid: the file is not right; see `problems` · those of storage.
[[nodiscard]] Result<std::vector<LintedForm>> lint_forms(std::string_view file,
                                                         storage::Storage* storage,
                                                         Problems& problems);

/// "31 KB": what people read.
[[nodiscard]] std::string size_text(std::int64_t bytes);

}  // namespace holdfast::admin
