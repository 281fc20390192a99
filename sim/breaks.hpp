#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/broken.hpp"

/// Promises that the simulator can break on purpose, one at a time: an oracle that has never
/// failed proves nothing. Each is broken behind an interface that exists (a disk, a storage, the
/// frames on their way) or, where there is none, by HF_BROKEN in the simulator's own build.
namespace holdfast::sim {

struct Break {
    std::string_view name;   ///< as HF_BROKEN says it
    std::string_view story;  ///< what is wrong, in a sentence
};

[[nodiscard]] std::span<const Break> breaks();

/// Breaks the promise of this name in every world from now on, "" none. Accepts the name with
/// hyphens too. False: there is no such break.
[[nodiscard]] bool break_promise(std::string name);

}  // namespace holdfast::sim
