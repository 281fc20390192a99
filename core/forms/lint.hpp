#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/forms/definition.hpp"

namespace holdfast::forms {

/// Something that an author should know about a form that is right. The path is a Problem's.
/// docs/internals/forms.md lists the codes.
struct Advice {
    std::string path{};
    std::string code{};
    std::string detail{};
    bool operator==(const Advice&) const = default;
};

/// What a collection weighs on a device.
struct ListSize {
    std::int64_t elements = 0;
    std::int64_t bytes = 0;
};
using ListSizes = std::map<std::string, ListSize, std::less<>>;

struct OfflineReport {
    std::vector<Advice> advice{};       ///< in the order of the form
    std::int64_t definition_bytes = 0;  ///< of the form as it is synchronized
    ListSizes lists{};                  ///< collections that the form needs, and their sizes
    std::int64_t total_bytes = 0;       ///< on a device that holds nothing yet
};

inline constexpr std::int64_t large_list_elements = 50'000;
inline constexpr std::int64_t many_pictures = 20;

/// What of a form will not work offline, and how large it is on a device with its lists. Sizes that
/// are not given count as nothing.
[[nodiscard]] OfflineReport lint_offline(const Definition& definition, const ListSizes& sizes);

}  // namespace holdfast::forms
