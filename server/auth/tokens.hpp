#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/time.hpp"

/// The two tokens of a session, a device's pass and its door's, and what opens a device again. All
/// but the last carry public ids; what makes them unguessable is a BLAKE2b keyed with the server's
/// key, so nothing secret is stored for them.
///
///     access   hfa.<session>.<expiry, Unix ms>.<mac>
///     refresh  hfr.<session>.<generation>.<secret>
///     pass     hfd.<user>.<device>.<mac>
///     door     hfb.<user>.<device>.<mac>
///     segment  hfs.<session>.<bucket>.<epoch>.<as_of>.<expiry, Unix ms>.<mac>
///     recovery <mac> of hfk.<user>.<device>
namespace holdfast::auth {

/// The server's key.
class TokenKey {
public:
    static constexpr std::size_t bytes_count = 32;
    explicit TokenKey(std::string bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

    /// Bytes that nobody can tell of this text without the key: a mac of it, or, where it names a
    /// purpose, a key of its own.
    /// @param count  16 to 64.
    [[nodiscard]] std::string derive(std::string_view text, std::size_t count) const;

private:
    std::string bytes_;
};

struct AccessToken {
    std::string session;
    WallTime expires_at{};
};

struct RefreshToken {
    std::string session;
    std::uint32_t generation = 0;
};

/// Proves that what a sealed file holds is of this device (OM35). It opens no session and has no
/// end: who it names is looked up each time.
struct DevicePass {
    Id user;
    DeviceNumber device = 0;
};

/// Asks whether a device may still work here, and nothing else (OM36): what stands before a closed
/// store keeps it outside of the store.
struct DoorToken {
    Id user;
    DeviceNumber device = 0;
};

/// Fetches one segment of one bucket (docs/decisions/0039-segments.md), and nothing else.
struct SegmentToken {
    std::string session;
    Id bucket;
    std::uint32_t epoch = 0;
    std::uint64_t as_of = 0;
    WallTime expires_at{};
};

[[nodiscard]] std::string print(const TokenKey& key, const SegmentToken& token);
[[nodiscard]] std::string print(const TokenKey& key, const AccessToken& token);
[[nodiscard]] std::string print(const TokenKey& key, const RefreshToken& token);
[[nodiscard]] std::string print(const TokenKey& key, const DevicePass& pass);
[[nodiscard]] std::string print(const TokenKey& key, const DoorToken& token);

/// What opens the store of a device whose own key is lost, for whoever has the password (OM39): the
/// device keeps its key sealed with it. Always the same for the same device. Secret: never logged.
[[nodiscard]] std::string recovery_key(const TokenKey& key, const DevicePass& device);

/// The token if it is one of ours; time and revocation are not looked at. Constant time in the mac.
[[nodiscard]] std::optional<AccessToken> parse_access(const TokenKey& key, std::string_view text);
[[nodiscard]] std::optional<RefreshToken> parse_refresh(const TokenKey& key, std::string_view text);
[[nodiscard]] std::optional<SegmentToken> parse_segment(const TokenKey& key, std::string_view text);
[[nodiscard]] std::optional<DevicePass> parse_pass(const TokenKey& key, std::string_view text);
[[nodiscard]] std::optional<DoorToken> parse_door(const TokenKey& key, std::string_view text);

/// `bytes` in the alphabet of URLs, without padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace holdfast::auth
