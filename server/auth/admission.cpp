#include <algorithm>
#include <utility>

#include "server/auth/auth_service.hpp"

/// The handshake of a live connection, and how a copied device is told from the original.
///
/// Every welcome gives the device a new salt. The salt before stays good until the new one is seen,
/// because a welcome may get lost. A device that knows neither has an image that was copied, or
/// restored from a backup: it stays signed in, and gets a number of its own so that its ids cannot
/// meet the other's. The session goes with it; the original, if there is one, signs in again.
namespace holdfast::auth {
namespace {

bool knows_salt(const storage::DeviceRecord& device, const wire::Hello& hello) {
    return Salts{device.salt, device.previous_salt}.knows(hello.salt);
}

}  // namespace

Result<AuthService::Admission> AuthService::admit(const wire::Hello& hello) {
    HF_TRY(Standing standing, find_bearer(hello.token));
    storage::DeviceRecord device = standing.device;
    recall_salts(standing.session.id, device);
    remembered_.erase(standing.session.id);  // what follows is read when it is committed
    bool proven = false;
    if (hello.device == device.number) {
        proven = knows_salt(device, hello);
        if (!proven) {
            HF_TRY(device, number_copy(standing));
        }
    } else {
        HF_TRY(const bool again, is_unwelcomed_copy(standing, hello));
        if (!again) {
            return fail(ErrorCode::auth_wrong_device, "the token is another device's");
        }
    }
    Salts salts{device.salt, device.previous_salt};
    if (proven) {
        turn(salts, hello.salt);
    } else {
        salts.given = make_salt(salts.given);
    }
    device.salt = salts.given;
    device.previous_salt = salts.said;
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

/// The next salt for a device that has said this one. After a sign-in the one said before is 0: a
/// device that did not keep the sign-in's says 0. One that says the salt before gets the present
/// one again: a late hello of an abandoned connection must not make the salt unknown that the
/// device has meanwhile been given.
void AuthService::turn(Salts& salts, std::uint64_t said) {
    if (said == salts.said && said != salts.given) {
        return;
    }
    salts = {.given = make_salt(std::max(said, salts.given)), .said = said};
}

Result<storage::DeviceRecord> AuthService::number_copy(Standing& standing) {
    const WallTime now = environment_.wall();
    storage::DeviceRecord copy{.user = standing.device.user,
                               .name = standing.device.name,
                               .device_class = standing.device.device_class,
                               .salt = make_salt(0),
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
           !knows_salt(*claimed, hello);
}

std::uint64_t AuthService::make_salt(std::uint64_t before) {
    std::uint32_t random = 0;
    environment_.random(&random, sizeof random);
    return (std::uint64_t{Salts::turn_of(before)} + 1) << 32U | random;
}

}  // namespace holdfast::auth
