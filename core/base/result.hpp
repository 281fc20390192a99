#pragma once

#include <concepts>
#include <expected>
#include <string>
#include <utility>

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

/// A limit was reached; the params say which: {"limit":N}.
[[nodiscard]] std::unexpected<Error> fail_at_limit(ErrorCode code,
                                                   std::integral auto limit,
                                                   std::string detail = {}) {
    return fail(code, std::move(detail), R"({"limit":)" + std::to_string(limit) + "}");
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
