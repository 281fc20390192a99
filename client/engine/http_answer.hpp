#pragma once

#include <string>
#include <string_view>

#include "client/engine/engine.hpp"
#include "core/base/error.hpp"

/// What the server's answers to requests say (docs/internals/http-api.md).
namespace holdfast::client {

[[nodiscard]] bool is_success(const HttpAnswered& answer);

/// The code and the parameters of an answer that is not a success. An answer that is not our
/// server's, or none, is server_unreachable.
struct Refusal {
    std::string code;
    std::string params;
};
[[nodiscard]] Refusal refusal_of(const HttpAnswered& answer);

/// The number of a code; `otherwise` for one that this app does not know.
[[nodiscard]] ErrorCode code_named(std::string_view name, ErrorCode otherwise);

}  // namespace holdfast::client
