#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/id.hpp"

namespace holdfast::client {

/// A message as a screen shows it. Members that are JSON already say so.
struct MessageItem {
    Id id;
    std::int64_t sort = 0;
    std::string_view kind;  ///< letters only, as `state`
    std::string_view state = "done";
    std::string text{};
    Id intent{};  ///< 0: none waits
    bool mine = false;
    bool by_routine = false;
    bool can_delete = false;
    // --- JSON
    std::string author{};
    std::string system = "null";
    std::string reply_to = "[]";
    std::string reactions = "[]";
    std::string error = "null";
    std::string form = "null";
    std::string files = "[]";
};

/// Its JSON, members sorted by name. Written by hand: to build it as a value first, with a node of
/// a map for each member, took longer than all else that is done for a new message.
[[nodiscard]] std::string to_json(const MessageItem& item);

}  // namespace holdfast::client
