#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::services {

/// A signed-in device, as proven by its access token.
struct Identity {
    Id user;
    Id organization;
    DeviceNumber device = 0;
    std::string session;  ///< public id of the session; not a secret
    wire::DeviceClass device_class = wire::DeviceClass::desktop;
    bool operator==(const Identity&) const = default;
};

/// What the hub asks of server/auth.
class Authenticator {
public:
    virtual ~Authenticator() = default;

    struct Admission {
        Identity identity;  ///< its device differs from Hello's if that was found to be a copy
        std::uint64_t salt = 0;
        std::string resume{};  ///< sealed, for the next Hello
    };

    /// Judges a first frame by its resume token alone: no transaction, and no look into the tables
    /// once the session is known here. Nothing: the long way decides.
    [[nodiscard]] virtual std::optional<Admission> resume(const wire::Hello& hello) = 0;

    /// Judges the first frame of a connection and gives the device its next salt.
    ///
    /// Call inside a transaction: it writes. What it returns counts once that is committed.
    /// Errors  auth_session_expired · auth_session_revoked · auth_wrong_device · those of storage.
    [[nodiscard]] virtual Result<Admission> admit(const wire::Hello& hello) = 0;

    /// Another process may have changed accounts, devices or sessions.
    virtual void forget_standings() = 0;

    /// Whether a connection that was admitted may live on.
    /// Errors  auth_session_revoked · auth_wrong_device · those of storage.
    [[nodiscard]] virtual Result<> check(const Identity& identity) = 0;

    /// Sessions that this process has ended since the last call.
    [[nodiscard]] virtual std::vector<std::string> take_ended() = 0;
    [[nodiscard]] virtual bool has_ended() const = 0;
};

}  // namespace holdfast::services
