#pragma once

namespace holdfast {

/// Whether an answer with this status says nothing of what was asked, so that the same again may
/// fare better: no answer (0), too many requests, or a server that cannot now.
[[nodiscard]] constexpr bool is_passing_status(int status) {
    return status == 0 || status == 429 || status >= 500;
}

}  // namespace holdfast
