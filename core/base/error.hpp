#pragma once

#include <string>
#include <utility>

#include "core/base/gen/error_code.hpp"

namespace holdfast {

/// Why an operation did not happen: a value, never thrown.
///
/// `code` is what callers, devices and people act on (spec/errors.toml); `detail` is for logs only:
/// it is never parsed, never shown and never holds a secret. `params` is a JSON object with what
/// the sentence needs ("limit", "line", ...), or empty.
struct [[nodiscard]] Error {
    ErrorCode code;
    std::string detail{};
    std::string params{};
};

}  // namespace holdfast
