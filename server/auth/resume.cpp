#include <utility>

#include "server/auth/auth_service.hpp"

/// Greetings without a look into the tables: a sealed token, and what this process remembers.
///
/// What a session stands on (account, device, session) was read once and is forgotten whenever it
/// may have changed. Salts turn in memory and are written when the device's row is written anyway.
/// A process that ends forgets them; a salt says how often it was turned, so that a device which
/// comes with a later one than the tables know is not taken for a copy (admission.cpp).
namespace holdfast::auth {

std::optional<AuthService::Admission> AuthService::resume(const wire::Hello& hello) {
    const auto token = seal_.open(hello.resume);
    const WallTime now = environment_.wall();
    if (!token || token->device != hello.device || token->issued_at + limits::resume_life <= now) {
        return std::nullopt;
    }
    Remembered* remembered = remember(token->session);
    if (remembered == nullptr || remembered->identity.device != token->device ||
        remembered->refreshed_at + limits::session_idle_max <= now) {
        return std::nullopt;
    }
    Salts& salts = remembered->salts;
    if (!salt_maker_.knows(salts, token->salt)) {
        return std::nullopt;  // a copy, or what a copy has left behind: the long way decides
    }
    turn(salts, token->salt);
    return Admission{.identity = remembered->identity,
                     .salt = salts.given,
                     .resume = seal(remembered->identity, salts.given)};
}

/// What is known of a session; read where it is not. Null: it does not stand, or cannot be read.
AuthService::Remembered* AuthService::remember(const std::string& session) {
    if (const auto found = remembered_.find(session); found != remembered_.end()) {
        return &found->second;
    }
    const auto standing = find_standing(session);
    if (!standing) {
        return nullptr;
    }
    if (remembered_.size() >= limits::sessions_remembered_max) {
        remembered_.clear();
    }
    Remembered fresh{.identity = {.user = standing->session.user,
                                  .organization = standing->session.organization,
                                  .device = standing->session.device,
                                  .session = standing->session.id,
                                  .device_class = standing->device.device_class},
                     .refreshed_at = standing->session.refreshed_at,
                     .salts = salts_of(standing->device)};
    return &remembered_.insert_or_assign(session, std::move(fresh)).first->second;
}

void AuthService::forget_standings() {
    remembered_.clear();
}

/// The salts as they are: the tables may be behind.
void AuthService::recall_salts(const std::string& session, storage::DeviceRecord& device) const {
    const auto found = remembered_.find(session);
    if (found != remembered_.end() && found->second.identity.device == device.number) {
        device.salt = found->second.salts.given;
        device.previous_salt = found->second.salts.said;
    }
}

std::string AuthService::seal(const Identity& identity, std::uint64_t salt) {
    std::string nonce(ResumeSeal::nonce_bytes, '\0');
    environment_.random(nonce.data(), nonce.size());
    return seal_.seal({.session = identity.session,
                       .device = identity.device,
                       .salt = salt,
                       .issued_at = environment_.wall()},
                      nonce);
}

}  // namespace holdfast::auth
