#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "server/auth/tokens.hpp"

namespace holdfast::auth {

/// What a device shows to be greeted without a look into the tables: sealed, so that only this
/// server makes and reads it. It opens a socket in place of an access token, and nothing else.
struct ResumeToken {
    std::string session;  ///< public id
    DeviceNumber device = 0;
    std::uint64_t salt = 0;  ///< the one that came with it
    WallTime issued_at{};
    bool operator==(const ResumeToken&) const = default;
};

/// Seals resume tokens: XChaCha20-Poly1305 with a key of its own, derived from the server's.
class ResumeSeal {
public:
    explicit ResumeSeal(const TokenKey& key);

    /// @param nonce  24 bytes, never used twice; random ones are.
    [[nodiscard]] std::string seal(const ResumeToken& token, std::string_view nonce) const;
    /// Nothing where it was not sealed by this server.  Cost  about a microsecond.
    [[nodiscard]] std::optional<ResumeToken> open(std::string_view sealed) const;

    static constexpr std::size_t nonce_bytes = 24;

private:
    std::string key_;
};

}  // namespace holdfast::auth
