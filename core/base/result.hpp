#pragma once

#include <expected>

#include "core/base/error.hpp"

namespace holdfast {

/// A value, or the reason why there is none. `Result<>` is for operations that only succeed or
/// fail.
template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code,
                                                 std::string detail = {},
                                                 std::string params = {}) {
    return std::unexpected(Error{code, std::move(detail), std::move(params)});
}

}  // namespace holdfast

#define HF_CAT2_(a, b) a##b
#define HF_CAT_(a, b) HF_CAT2_(a, b)

/// HF_TRY(auto row, store.find(key)); HF_TRY(row, ...): the value, or return the error from this
/// function.
#define HF_TRY(declaration, expression) \
    HF_TRY_(HF_CAT_(hf_result_, __LINE__), declaration, expression)
#define HF_TRY_(result, declaration, expression)           \
    auto result = (expression);                            \
    if (!result)                                           \
        return std::unexpected(std::move(result).error()); \
    declaration = *std::move(result)

/// HF_CHECK(store.commit()): the same for a Result<>.
#define HF_CHECK(expression)                                     \
    do {                                                         \
        if (auto hf_check = (expression); !hf_check)             \
            return std::unexpected(std::move(hf_check).error()); \
    } while (false)
