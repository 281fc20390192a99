#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "server/files/tus.hpp"

/// Links that are good for one file, one person and some minutes. They carry no session: a browser
/// follows them where no header can be given. Nothing is stored for them.
namespace holdfast::files {

struct Link {
    Id organization{};
    Id user{};
    UploadKey key{};
    WallTime expires_at{};
    bool operator==(const Link&) const = default;
};

/// "<organization>.<user>.<channel>-<file>.<expiry, Unix ms>.<mac in hex>"
/// @param secret  of the server
[[nodiscard]] std::string print(std::string_view secret, const Link& link);

/// The link if it is one of ours and has not expired. Constant time in the mac.
[[nodiscard]] std::optional<Link> parse_link(std::string_view secret,
                                             std::string_view text,
                                             WallTime now);

}  // namespace holdfast::files
