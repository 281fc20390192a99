#pragma once

#include <array>
#include <string_view>

/// The names in definitions, in the order of the enumerators of definition.hpp.
namespace holdfast::forms::names {

inline constexpr std::array<std::string_view, 13> kinds{"text",
                                                        "written",
                                                        "list",
                                                        "collection",
                                                        "users",
                                                        "api",
                                                        "rating",
                                                        "date",
                                                        "location",
                                                        "camera",
                                                        "attachment",
                                                        "signature",
                                                        "nested"};
inline constexpr std::array<std::string_view, 3> inputs{"short", "long", "number"};
inline constexpr std::array<std::string_view, 2> scans{"also", "only"};
inline constexpr std::array<std::string_view, 5> among{
    "all", "job", "subordinates", "bosses", "peers"};
inline constexpr std::array<std::string_view, 3> cameras{"any", "camera", "gallery"};
inline constexpr std::array<std::string_view, 2> moments{"answer", "send"};
inline constexpr std::array<std::string_view, 4> operators{
    "equal", "at_least", "at_most", "matches"};
inline constexpr std::array<std::string_view, 4> filters{"none", "children_of", "channel", "user"};

}  // namespace holdfast::forms::names
