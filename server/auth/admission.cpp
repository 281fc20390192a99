#include <utility>

#include "server/auth/auth_service.hpp"

/// The handshake of a live connection, and how a copied device is told from the original.
///
/// Every welcome gives the device a new salt (salts.hpp). The salt before stays good until a new
/// one is seen, because a welcome may get lost. A device that knows neither has an image that was
/// copied, or restored from a backup: it stays signed in, and gets a number of its own so that its
/// ids cannot meet the other's. The session goes with it; the original, if there is one, signs in
/// again.
namespace holdfast::auth {

Result<AuthService::Admission> AuthService::admit(const wire::Hello& hello) {
    HF_TRY(Standing standing, find_bearer(hello.token));
    storage::DeviceRecord device = standing.device;
    recall_salts(standing.session.id, device);
    remembered_.erase(standing.session.id);  // what follows is read when it is committed
    bool proven = false;
    if (hello.device == device.number) {
        proven = salt_maker_.knows(salts_of(device), hello.salt);
        if (!proven) {
            HF_TRY(device, number_copy(standing));
        }
    } else {
        HF_TRY(const bool again, is_unwelcomed_copy(standing, hello));
        if (!again) {
            return fail(ErrorCode::auth_wrong_device, "the token is another device's");
        }
    }
    turn(device, proven ? hello.salt : device.previous_salt);
    device.device_class = hello.device_class;
    device.seen_at = environment_.wall();
    HF_CHECK(storage_.put_device(device));
    Identity identity{.user = standing.session.user,
                      .organization = standing.session.organization,
                      .device = device.number,
                      .session = standing.session.id,
                      .device_class = device.device_class};
    std::string resume = seal(identity, device.salt);
    return Admission{
        .identity = std::move(identity), .salt = device.salt, .resume = std::move(resume)};
}

Salts AuthService::salts_of(const storage::DeviceRecord& device) {
    return {.given = device.salt, .said = device.previous_salt};
}

/// After a sign-in the salt said before is 0: a device that did not keep the sign-in's says 0.
void AuthService::turn(Salts& salts, std::uint64_t said) {
    salts.said = said;
    std::uint32_t random = 0;
    environment_.random(&random, sizeof random);
    salts.given = salt_maker_.make(salts, random);
}

void AuthService::turn(storage::DeviceRecord& device, std::uint64_t said) {
    Salts salts = salts_of(device);
    turn(salts, said);
    device.salt = salts.given;
    device.previous_salt = salts.said;
}

Result<storage::DeviceRecord> AuthService::number_copy(Standing& standing) {
    const WallTime now = environment_.wall();
    storage::DeviceRecord copy{.user = standing.device.user,
                               .name = standing.device.name,
                               .device_class = standing.device.device_class,
                               .created_at = now,
                               .seen_at = now};
    HF_CHECK(number_device(copy, standing.device.number));
    standing.session.device = copy.number;
    HF_CHECK(storage_.put_session(standing.session));
    return copy;
}

/// A copy whose welcome got lost comes again with the number and the salt that gave it away.
Result<bool> AuthService::is_unwelcomed_copy(const Standing& standing, const wire::Hello& hello) {
    if (standing.device.previous_salt != 0) {
        return false;  // the number has been used
    }
    HF_TRY(const auto claimed, storage_.find_device(hello.device));
    return claimed && claimed->user == standing.session.user && !claimed->revoked &&
           !salt_maker_.knows(salts_of(*claimed), hello.salt);
}

}  // namespace holdfast::auth
