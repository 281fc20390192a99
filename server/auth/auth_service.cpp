#include "server/auth/auth_service.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/base/ascii.hpp"
#include "core/base/assert.hpp"
#include "server/auth/passwords.hpp"
#include "server/services/policy.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::auth {
namespace {

constexpr std::string_view key_secret = "token-key";
constexpr std::size_t session_id_bytes = 16;

std::string pair_name(const PasswordCheck& check) {
    return check.email + "\n" + check.address;
}

/// Code points of UTF-8 text: what a person counts as characters.
std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Of 32 bytes, as an X25519 secret: derived, so that there is one key of the server to keep.
std::string derive_sealing_secret(const TokenKey& key) {
    HF_ASSERT(sodium_init() >= 0);
    return key.derive("holdfast sealed outbox 1", crypto_scalarmult_SCALARBYTES);
}

std::string public_part(const std::string& secret) {
    std::string key(crypto_scalarmult_BYTES, '\0');
    const int failed =
        crypto_scalarmult_base(reinterpret_cast<unsigned char*>(key.data()),
                               reinterpret_cast<const unsigned char*>(secret.data()));
    HF_ASSERT(failed == 0);
    return key;
}

}  // namespace

AuthService::AuthService(storage::Storage& storage, Environment& environment, TokenKey key)
    : storage_(storage),
      environment_(environment),
      key_(std::move(key)),
      seal_(key_),
      salt_maker_(key_),
      sealing_secret_(derive_sealing_secret(key_)),
      sealing_key_(public_part(sealing_secret_)),
      tries_by_pair_(limits::tries_per_account_and_address_max,
                     limits::tries_window,
                     limits::tries_remembered_max),
      tries_by_address_(
          limits::tries_per_address_max, limits::tries_window, limits::tries_remembered_max),
      tries_by_account_(
          limits::tries_per_account_max, limits::tries_window, limits::tries_remembered_max) {}

Result<std::unique_ptr<AuthService>> AuthService::create(storage::Storage& storage,
                                                         Environment& environment) {
    // In a transaction, so that two processes that start together agree on one key.
    HF_TRY(std::string key, storage::transact(storage, [&]() -> Result<std::string> {
               HF_TRY(auto known, storage.find_secret(key_secret));
               if (!known) {
                   known.emplace(TokenKey::bytes_count, '\0');
                   environment.random(known->data(), known->size());
                   HF_CHECK(storage.put_secret(key_secret, *known));
               }
               if (known->size() != TokenKey::bytes_count) {
                   return fail(ErrorCode::storage_corrupt,
                               "the secret \"token-key\" has a wrong size");
               }
               return *std::move(known);
           }));
    return std::unique_ptr<AuthService>(
        new AuthService(storage, environment, TokenKey(std::move(key))));
}

template <class Body>
auto AuthService::transact(Body&& body) -> decltype(body()) {
    ending_.clear();
    auto done = storage::transact(storage_, body);
    if (done) {
        std::ranges::move(ending_, std::back_inserter(ended_));
        ending_.clear();
    }
    return done;
}

// ------------------------------------------------------------------------------ sign-in

Result<PasswordCheck> AuthService::begin_sign_in(std::string_view email, std::string_view address) {
    PasswordCheck check{
        .email = ascii::lowered(email), .address = std::string(address), .hash = dummy_hash()};
    HF_CHECK(check_tries(check));
    HF_TRY(auto account, storage_.find_account(check.email));
    if (account && account->active) {
        check.hash = std::move(account->password_hash);
    }
    return check;
}

Result<SignInAnswer> AuthService::finish_sign_in(const PasswordCheck& check,
                                                 bool password_ok,
                                                 const DeviceRequest& device) {
    if (!password_ok) {
        return fail(ErrorCode::auth_wrong_password);
    }
    auto answer = transact([&]() -> Result<SignInAnswer> {
        HF_TRY(const auto account, storage_.find_account(check.email));
        if (!account || !account->active || account->password_hash != check.hash) {
            return fail(ErrorCode::auth_wrong_password);
        }
        return sign_in(*account, device);
    });
    if (answer) {
        take_back_try(check);
        tries_by_pair_.forget(pair_name(check));
    } else if (answer.error().code != ErrorCode::auth_wrong_password) {
        take_back_try(check);  // the password was right: a full disk here locks nobody out
    }
    return answer;
}

Result<SignInAnswer> AuthService::sign_in(const storage::AccountRecord& account,
                                          const DeviceRequest& request) {
    HF_TRY(const auto entitlement, services::read_entitlement(storage_, account.organization));
    HF_TRY(const auto device, take_device(account.user, request));
    HF_CHECK(check_devices(device, entitlement));
    HF_CHECK(make_room_for_session(account.user, device.number));
    std::string id(session_id_bytes, '\0');
    environment_.random(id.data(), id.size());
    const WallTime now = environment_.wall();
    const storage::SessionRecord session{.id = to_base64(id),
                                         .user = account.user,
                                         .organization = account.organization,
                                         .device = device.number,
                                         .generation = 1,
                                         .created_at = now,
                                         .refreshed_at = now};
    HF_CHECK(storage_.put_session(session));
    return SignInAnswer{.tokens = tokens_for(session),
                        .user = account.user,
                        .organization = account.organization,
                        .device = device.number,
                        .salt = device.salt,
                        .policy = body::policy_of(entitlement)};
}

/// A person is signed in on so many phones as the entitlement says, this one among them (OM14).
Result<> AuthService::check_devices(const storage::DeviceRecord& device,
                                    const body::Entitlement& entitlement) {
    const bool counts = entitlement.is_granted() && entitlement.devices_max > 0 &&
                        device.device_class == wire::DeviceClass::mobile;
    if (!counts) {
        return {};
    }
    std::set<DeviceNumber> phones{device.number};
    HF_TRY(const auto sessions, storage_.sessions_of(device.user));
    for (const storage::SessionRecord& session : sessions) {
        HF_TRY(const auto other, storage_.find_device(session.device));
        const bool is_live = !session.revoked &&
                             session.refreshed_at + limits::session_idle_max > environment_.wall();
        if (is_live && other && !other->revoked &&
            other->device_class == wire::DeviceClass::mobile) {
            phones.insert(other->number);
        }
    }
    return static_cast<std::int64_t>(phones.size()) > entitlement.devices_max
               ? fail_at_limit(ErrorCode::entitlement_too_many_devices, entitlement.devices_max)
               : Result<>{};
}

/// The device that the installation was before: it is still this user's, and no copy has gone on
/// with its number meanwhile.
Result<std::optional<storage::DeviceRecord>> AuthService::find_own_device(
    Id user, const DeviceRequest& request) {
    HF_TRY(auto known, storage_.find_device(request.number));
    if (!known || known->user != user || known->revoked) {
        return std::nullopt;
    }
    HF_TRY(const auto sessions, storage_.sessions_of(user));
    for (const storage::SessionRecord& session : sessions) {
        recall_salts(session.id, *known);
    }
    return salt_maker_.knows(salts_of(*known), request.salt) ? std::move(known) : std::nullopt;
}

/// The device that the installation was before; otherwise a new one.
Result<storage::DeviceRecord> AuthService::take_device(Id user, const DeviceRequest& request) {
    const WallTime now = environment_.wall();
    HF_TRY(auto known, find_own_device(user, request));
    if (known) {
        known->name = request.name;
        known->device_class = request.device_class;
        turn(*known, request.salt);
        known->seen_at = now;
        HF_CHECK(storage_.put_device(*known));
        return *std::move(known);
    }
    storage::DeviceRecord made{.user = user,
                               .name = request.name,
                               .device_class = request.device_class,
                               .created_at = now,
                               .seen_at = now};
    turn(made, request.salt);
    // What waits on it was made under its number: after a backup was restored it may have it again.
    made.number = request.number;
    HF_TRY(const bool has_it_again, storage_.add_device(made));
    if (!has_it_again) {
        HF_CHECK(number_device(made, request.number));
    }
    return made;
}

/// Stores a device under a number that is drawn. One that is counted would be given a second time
/// by a server that has gone back to a backup and does not know it, and then everything that waits
/// on the phone that had it first would be refused. Above the number that the installation had
/// before: what waits on it is sent in the order of its ids.
Result<> AuthService::number_device(storage::DeviceRecord& device, DeviceNumber before) {
    const bool renumbered =
        before >= server_device_limit && before < device_number_max - limits::next_numbers;
    const DeviceNumber first = renumbered ? before + 1 : server_device_limit;
    const DeviceNumber count = renumbered ? limits::next_numbers : limits::first_numbers;
    for (int draw = 0; draw < limits::device_draws_max; ++draw) {
        DeviceNumber drawn = 0;
        environment_.random(&drawn, sizeof drawn);
        device.number = first + drawn % count;
        HF_TRY(const bool added, storage_.add_device(device));
        if (added) {
            return {};
        }
    }
    return fail(ErrorCode::storage_failed, "the device numbers are used up");
}

/// One session a device: the one before ends. And a user has only so many.
Result<> AuthService::make_room_for_session(Id user, DeviceNumber device) {
    HF_TRY(auto sessions, storage_.sessions_of(user));
    std::erase_if(sessions, [](const auto& session) { return session.revoked; });
    std::ranges::sort(sessions, {}, [](const storage::SessionRecord& session) {
        return std::pair(session.refreshed_at, session.id);
    });
    std::size_t left = sessions.size();
    for (const storage::SessionRecord& session : sessions) {
        if (session.device == device || left >= limits::sessions_per_user_max) {
            HF_CHECK(end_session(session));
            --left;
        }
    }
    return {};
}

// ------------------------------------------------------------------------------ sessions

Result<TokenPair> AuthService::refresh(std::string_view token) {
    const auto given =
        token.size() <= limits::token_bytes_max ? parse_refresh(key_, token) : std::nullopt;
    if (!given) {
        return fail(ErrorCode::auth_session_expired, "no refresh token of ours");
    }
    HF_TRY(const auto tokens, transact([&]() -> Result<std::optional<TokenPair>> {
               HF_TRY(Standing standing, find_standing(given->session));
               storage::SessionRecord& session = standing.session;
               if (given->generation + 1 < session.generation) {
                   // Its successor was used already, so two hold this session: one is a thief.
                   HF_CHECK(end_session(session));
                   return std::nullopt;
               }
               if (given->generation >= session.generation) {
                   session.generation = given->generation + 1;
                   session.refreshed_at = environment_.wall();
                   HF_CHECK(storage_.put_session(session));
                   recall_salts(session.id, standing.device);  // written since we write
                   standing.device.seen_at = session.refreshed_at;
                   HF_CHECK(storage_.put_device(standing.device));
                   remembered_.erase(session.id);
               }
               return tokens_for(session);
           }));
    if (!tokens) {
        return fail(ErrorCode::auth_session_revoked, "an old refresh token was used again");
    }
    return *tokens;
}

Result<> AuthService::sign_out(const Identity& identity) {
    return transact([&]() -> Result<> {
        HF_TRY(auto session, storage_.find_session(identity.session));
        if (!session || session->revoked) {
            return {};
        }
        return end_session(*std::move(session));
    });
}

Result<Identity> AuthService::check_access(std::string_view token) {
    HF_TRY(const Standing standing, find_bearer(token));
    return Identity{.user = standing.session.user,
                    .organization = standing.session.organization,
                    .device = standing.session.device,
                    .session = standing.session.id,
                    .device_class = standing.device.device_class};
}

Result<AuthService::SegmentPass> AuthService::check_segment(std::string_view text) {
    auto token = text.size() <= limits::token_bytes_max ? parse_segment(key_, text) : std::nullopt;
    if (!token) {
        return fail(ErrorCode::request_not_found, "no segment token of ours");
    }
    if (token->expires_at <= environment_.wall()) {
        return fail(ErrorCode::auth_session_expired, "segment token expired");
    }
    HF_TRY(const Standing standing, find_standing(token->session));
    return SegmentPass{.token = *std::move(token),
                       .identity = {.user = standing.session.user,
                                    .organization = standing.session.organization,
                                    .device = standing.session.device,
                                    .session = standing.session.id,
                                    .device_class = standing.device.device_class}};
}

Result<> AuthService::check(const Identity& identity) {
    HF_TRY(const Standing standing, find_standing(identity.session));
    if (standing.session.device != identity.device) {
        return fail(ErrorCode::auth_wrong_device, "the session is another device's now");
    }
    return {};
}

std::vector<std::string> AuthService::take_ended() {
    return std::exchange(ended_, {});
}

Result<AuthService::Standing> AuthService::find_bearer(std::string_view token) {
    const auto given =
        token.size() <= limits::token_bytes_max ? parse_access(key_, token) : std::nullopt;
    if (!given || given->expires_at <= environment_.wall()) {
        return fail(ErrorCode::auth_session_expired,
                    given ? "access token expired" : "no access token of ours");
    }
    return find_standing(given->session);
}

Result<AuthService::Standing> AuthService::find_standing(std::string_view id) {
    HF_TRY(const auto session, storage_.find_session(id));
    if (!session) {
        return fail(ErrorCode::auth_session_expired, "no such session");
    }
    // First what the device has to delete its data for, and would not learn any more.
    HF_TRY(const auto account, storage_.find_account(session->user));
    if (!account || !account->active) {
        return fail(ErrorCode::auth_access_revoked, "account not active");
    }
    HF_TRY(const auto device, storage_.find_device(session->device));
    if (!device || device->revoked) {
        return fail(ErrorCode::auth_access_revoked, "device revoked");
    }
    if (session->revoked || device->user != session->user) {
        return fail(ErrorCode::auth_session_revoked, "session ended");
    }
    if (session->refreshed_at + limits::session_idle_max <= environment_.wall()) {
        return fail(ErrorCode::auth_session_expired, "session idle for too long");
    }
    return Standing{*session, *device};
}

Result<> AuthService::end_session(storage::SessionRecord session) {
    session.revoked = true;
    HF_CHECK(storage_.put_session(session));
    remembered_.erase(session.id);
    ending_.push_back(std::move(session.id));
    return {};
}

TokenPair AuthService::tokens_for(const storage::SessionRecord& session) const {
    return {
        .access = print(key_, AccessToken{session.id, environment_.wall() + limits::access_life}),
        .access_expires_in = limits::access_life,
        .refresh = print(key_, RefreshToken{session.id, session.generation}),
        .sealing = {.key = sealing_key_,
                    .pass = print(key_, DevicePass{session.user, session.device}),
                    .recovery = recovery_key(key_, DevicePass{session.user, session.device}),
                    .door = print(key_, DoorToken{session.user, session.device})}};
}

Result<Identity> AuthService::check_pass(std::string_view pass, DeviceNumber named) {
    const auto given =
        pass.size() <= limits::token_bytes_max ? parse_pass(key_, pass) : std::nullopt;
    if (!given) {
        return fail(ErrorCode::sealed_refused, "no pass of ours");
    }
    HF_TRY(const auto account, storage_.find_account(given->user));
    if (!account || !account->active) {
        return fail(ErrorCode::sealed_refused, "account not active");
    }
    HF_TRY(const auto terms, services::read_entitlement(storage_, account->organization));
    for (const DeviceNumber number : {given->device, named}) {
        HF_TRY(const auto device, storage_.find_device(number));
        const bool may = device && (!device->revoked || terms.revoked_may_deliver);
        if (!may || device->user != given->user) {
            return fail(ErrorCode::sealed_refused, "device revoked, or another person's");
        }
    }
    return Identity{.user = given->user,
                    .organization = account->organization,
                    .device = given->device,
                    .session = {}};
}

Result<bool> AuthService::is_barred(std::string_view door) {
    const auto given =
        door.size() <= limits::token_bytes_max ? parse_door(key_, door) : std::nullopt;
    if (!given) {
        return fail(ErrorCode::auth_session_revoked, "no token of ours");
    }
    HF_TRY(const auto account, storage_.find_account(given->user));
    HF_TRY(const auto device, storage_.find_device(given->device));
    return (account && !account->active) || (device && device->revoked);
}

Result<std::string> AuthService::finish_recovery(const PasswordCheck& check,
                                                 bool password_ok,
                                                 DeviceNumber device) {
    HF_TRY(const auto account, storage_.find_account(check.email));
    if (!password_ok || !account || !account->active || account->password_hash != check.hash) {
        return fail(ErrorCode::auth_wrong_password);
    }
    take_back_try(check);
    tries_by_pair_.forget(pair_name(check));
    HF_TRY(const auto known, storage_.find_device(device));
    if (!known || known->revoked || known->user != account->user) {
        return fail(ErrorCode::auth_session_revoked, "device revoked, or another person's");
    }
    return recovery_key(key_, DevicePass{account->user, device});
}

// ------------------------------------------------------------------------------ passwords

Result<> AuthService::check_new_password(std::string_view password) {
    if (count_characters(password) < limits::password_characters_min) {
        return fail_at_limit(ErrorCode::auth_password_too_short, limits::password_characters_min);
    }
    if (password.size() > limits::password_bytes_max) {
        return fail(ErrorCode::request_malformed, "the new password is too long");
    }
    return {};
}

Result<PasswordCheck> AuthService::begin_change_password(const Identity& identity,
                                                         std::string_view address) {
    HF_TRY(auto account, storage_.find_account(identity.user));
    if (!account || !account->active) {
        return fail(ErrorCode::auth_access_revoked, "account not active");
    }
    PasswordCheck check{.email = std::move(account->email),
                        .address = std::string(address),
                        .hash = std::move(account->password_hash)};
    HF_CHECK(check_tries(check));
    return check;
}

Result<> AuthService::finish_change_password(const Identity& identity,
                                             const PasswordCheck& check,
                                             bool password_ok,
                                             std::string new_hash) {
    if (!password_ok) {
        return fail(ErrorCode::auth_wrong_password);
    }
    const Result<> changed = transact([&]() -> Result<> {
        HF_CHECK(find_standing(identity.session));
        HF_TRY(auto account, storage_.find_account(identity.user));
        if (!account || account->password_hash != check.hash) {
            return fail(ErrorCode::auth_wrong_password);
        }
        account->password_hash = std::move(new_hash);
        HF_CHECK(storage_.put_account(*account));
        HF_TRY(const auto sessions, storage_.sessions_of(identity.user));
        for (const storage::SessionRecord& session : sessions) {
            if (!session.revoked && session.id != identity.session) {
                HF_CHECK(end_session(session));
            }
        }
        return {};
    });
    if (changed) {
        take_back_try(check);
    }
    return changed;
}

/// A try counts before its password is checked: those that are checked at the same time count too.
Result<> AuthService::check_tries(const PasswordCheck& check) {
    const Instant now = environment_.now();
    const Millis wait = std::max({tries_by_pair_.wait(now, pair_name(check)),
                                  tries_by_address_.wait(now, check.address),
                                  tries_by_account_.wait(now, check.email)});
    if (wait.count > 0) {
        return fail(ErrorCode::auth_too_many_tries,
                    {},
                    R"({"retry_after_ms":)" + std::to_string(wait.count) + "}");
    }
    tries_by_pair_.add(now, pair_name(check));
    tries_by_address_.add(now, check.address);
    tries_by_account_.add(now, check.email);
    return {};
}

void AuthService::take_back_try(const PasswordCheck& check) {
    tries_by_pair_.take_back(pair_name(check));
    tries_by_address_.take_back(check.address);
    tries_by_account_.take_back(check.email);
}

}  // namespace holdfast::auth
