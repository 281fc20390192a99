#pragma once

/// Whether a promise is broken on purpose: the simulator has to notice when it is (sim/breaks.hpp).
///
/// Only the simulator's own build of a file knows the word; everywhere else it is the constant
/// false and leaves nothing behind. tools/tidy.py fails when HOLDFAST_BREAKS is set anywhere else.
/// For promises that no interface lets the simulator break from outside: keep them few.
#ifdef HOLDFAST_BREAKS

#include <string_view>

namespace holdfast::sim {
[[nodiscard]] bool is_broken(std::string_view name);
}

#define HF_BROKEN(name) ::holdfast::sim::is_broken(#name)

#else

#define HF_BROKEN(name) false

#endif
