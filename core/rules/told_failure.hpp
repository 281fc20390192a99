#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"

/// A routine that has failed, as a channel tells of it: `tell_failure()` of core/rules/stages.hpp
/// writes it on the server, and the device whose action it was reads it (OM28).
namespace holdfast {

// Keys of system messages, persisted.
inline constexpr const char* routine_failed = "routine_failed";
inline constexpr const char* routine_made_no_task = "routine_made_no_task";

struct ToldFailure {
    Id of{};                ///< an id of the span of the action that set the run off; none: unknown
    std::string routine{};  ///< its name
    std::string code{};     ///< the error's name in spec/errors.toml
    std::string detail{};   ///< parameters of its sentence, JSON; or empty
};

/// What a message's body tells; nothing where it is another message.
/// Cost  of those: they are searched, not read.
[[nodiscard]] std::optional<ToldFailure> told_failure(std::string_view body);

}  // namespace holdfast
