#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/body.hpp"
#include "core/model/entitlement.hpp"
#include "core/wire/frame.hpp"
#include "server/auth/limits.hpp"
#include "server/auth/resume_token.hpp"
#include "server/auth/salts.hpp"
#include "server/auth/tokens.hpp"
#include "server/auth/tries.hpp"
#include "server/services/authenticator.hpp"
#include "server/services/environment.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::auth {

using services::Identity;

struct DeviceRequest {
    DeviceNumber number = 0;  ///< what the installation had before; 0: none
    std::uint64_t salt = 0;   ///< what it was given last; 0: none
    std::string name;
    wire::DeviceClass device_class = wire::DeviceClass::mobile;
};

/// With what a device seals its unsent work (OM35).
struct Sealing {
    std::string key;       ///< the server's public key, bytes
    std::string pass;      ///< of this device. Secret: never logged.
    std::string recovery;  ///< opens its store again (OM39). Secret: never logged.
    std::string door;      ///< asks whether it may still work here (OM36). Secret: never logged.
};

struct TokenPair {
    std::string access;
    Millis access_expires_in{};
    std::string refresh;
    Sealing sealing{};
};

struct SignInAnswer {
    TokenPair tokens;
    Id user;
    Id organization;
    DeviceNumber device = 0;
    std::uint64_t salt = 0;
    body::OfflinePolicy policy;
};

/// Between the two halves of a check: verify `hash` against the password on another thread, then
/// call the second half with the answer.
struct PasswordCheck {
    std::string email;  ///< lower case
    std::string address;
    std::string hash;  ///< the account's, or one that no password has
};

/// Who is who: accounts, devices, sessions and their tokens.
///
///     sign-in    check = begin_sign_in(email, address)
///                ok = verify_password(check.hash, password)      on another thread
///                answer = finish_sign_in(check, ok, device)
///     password   check = begin_change_password(identity)
///                ok = verify_password(check.hash, old);  hash = hash_password(new)
///                finish_change_password(identity, ok, hash)
///
/// After each call that may end sessions, run_pending() of the hub closes their connections.
/// Threads  one thread, as the hub. Each call is one transaction, except admit(), which runs in the
///          caller's.
class AuthService final : public services::Authenticator {
public:
    /// Reads the server's key, or makes it at the first start.
    [[nodiscard]] static Result<std::unique_ptr<AuthService>> create(storage::Storage& storage,
                                                                     Environment& environment);

    /// Errors  auth_too_many_tries (params: retry_after_ms) · those of storage. An unknown account
    /// is no error.
    [[nodiscard]] Result<PasswordCheck> begin_sign_in(std::string_view email,
                                                      std::string_view address);
    /// Errors  auth_wrong_password, whatever was wrong · entitlement_too_many_devices (params:
    /// limit)
    ///         · those of storage.
    [[nodiscard]] Result<SignInAnswer> finish_sign_in(const PasswordCheck& check,
                                                      bool password_ok,
                                                      const DeviceRequest& device);

    /// New tokens for a refresh token. The same again for the same token, until the new one was
    /// used. Errors  auth_session_expired: not ours, or idle for too long · auth_session_revoked:
    /// ended, or
    ///         used twice, which ends it · those of storage.
    [[nodiscard]] Result<TokenPair> refresh(std::string_view token);

    [[nodiscard]] Result<> sign_out(const Identity& identity);

    /// Errors  auth_too_many_tries · auth_session_revoked · those of storage.
    [[nodiscard]] Result<PasswordCheck> begin_change_password(const Identity& identity,
                                                              std::string_view address);
    /// Ends the user's other sessions.
    /// Errors  auth_wrong_password · auth_session_revoked · those of storage.
    [[nodiscard]] Result<> finish_change_password(const Identity& identity,
                                                  const PasswordCheck& check,
                                                  bool password_ok,
                                                  std::string new_hash);
    /// Errors  auth_password_too_short (params: limit) · request_malformed: too long.
    [[nodiscard]] static Result<> check_new_password(std::string_view password);

    /// Who presents this access token.  Errors  auth_session_expired · auth_session_revoked ·
    /// auth_access_revoked: the device, or its person, may not come any more · those
    /// of storage.
    [[nodiscard]] Result<Identity> check_access(std::string_view token);

    [[nodiscard]] std::string make_segment_token(const SegmentToken& token) const {
        return print(key_, token);
    }
    struct SegmentPass {
        SegmentToken token;
        Identity identity;
    };
    /// Who fetches a segment. Whether the bucket may still be read is not asked here.
    /// Errors  request_not_found: no token of ours · auth_session_expired: it is too old ·
    ///         auth_session_revoked · those of storage.
    [[nodiscard]] Result<SegmentPass> check_segment(std::string_view token);

    /// Whose work a sealed file brings, whatever has become of the session since (OM36).
    /// @param named  the device that the file names: a copy with a number of its own has the pass
    ///               of the original until its token is renewed.
    /// Errors  sealed_refused: no pass of ours, or the person or one of the two devices may not
    ///         work here any more (a revoked device may, where the organization's terms say so) ·
    ///         those of storage.
    [[nodiscard]] Result<Identity> check_pass(std::string_view pass, DeviceNumber named);
    /// Whether a device was revoked, or its person may not use the organization any more: what it
    /// keeps closed is to be erased (OM36). One that is not known here is not barred.
    /// Errors  auth_session_revoked: no token of ours · those of storage.
    [[nodiscard]] Result<bool> is_barred(std::string_view door);
    /// What opens the store of a device whose own key is lost: it keeps its key sealed with this.
    /// No session comes of it. Begins as a sign-in does.
    /// Errors  auth_wrong_password, whatever was wrong · auth_session_revoked: the device is
    ///         revoked, or not this person's · those of storage.
    [[nodiscard]] Result<std::string> finish_recovery(const PasswordCheck& check,
                                                      bool password_ok,
                                                      DeviceNumber device);
    /// X25519: what was sealed for it only this server opens. Never leaves the process.
    [[nodiscard]] std::string_view sealing_secret() const { return sealing_secret_; }
    [[nodiscard]] std::string_view sealing_key() const { return sealing_key_; }

    // --- for the hub
    [[nodiscard]] std::optional<Admission> resume(const wire::Hello& hello) override;
    [[nodiscard]] Result<Admission> admit(const wire::Hello& hello) override;
    void forget_standings() override;
    [[nodiscard]] Result<> check(const Identity& identity) override;
    [[nodiscard]] std::vector<std::string> take_ended() override;
    [[nodiscard]] bool has_ended() const override { return !ended_.empty(); }

private:
    AuthService(storage::Storage& storage, Environment& environment, TokenKey key);

    struct Standing {
        storage::SessionRecord session;
        storage::DeviceRecord device;
    };
    /// What a session stands on, as it was read last.
    struct Remembered {
        Identity identity;
        WallTime refreshed_at{};
        Salts salts;  ///< newer than the tables'
    };
    [[nodiscard]] Result<std::optional<storage::DeviceRecord>> find_own_device(
        Id user, const DeviceRequest& request);
    [[nodiscard]] Remembered* remember(const std::string& session);
    void recall_salts(const std::string& session, storage::DeviceRecord& device) const;
    [[nodiscard]] std::string seal(const Identity& identity, std::uint64_t salt);
    [[nodiscard]] static Salts salts_of(const storage::DeviceRecord& device);
    /// For a device that has said this one, the next.
    void turn(Salts& salts, std::uint64_t said);
    void turn(storage::DeviceRecord& device, std::uint64_t said);

    /// A session with everything it stands on: account, device, time.
    [[nodiscard]] Result<Standing> find_standing(std::string_view session);

    /// The session of an access token.
    [[nodiscard]] Result<Standing> find_bearer(std::string_view token);

    [[nodiscard]] Result<SignInAnswer> sign_in(const storage::AccountRecord& account,
                                               const DeviceRequest& request);
    [[nodiscard]] Result<> check_devices(const storage::DeviceRecord& device,
                                         const body::Entitlement& entitlement);
    [[nodiscard]] Result<storage::DeviceRecord> take_device(Id user, const DeviceRequest& request);
    [[nodiscard]] Result<> number_device(storage::DeviceRecord& device, DeviceNumber before);
    [[nodiscard]] Result<> make_room_for_session(Id user, DeviceNumber device);
    [[nodiscard]] Result<> end_session(storage::SessionRecord session);
    /// The number that a copied or restored image gets in place of the one it came with.
    [[nodiscard]] Result<storage::DeviceRecord> number_copy(Standing& standing);
    [[nodiscard]] Result<bool> is_unwelcomed_copy(const Standing& standing,
                                                  const wire::Hello& hello);
    [[nodiscard]] TokenPair tokens_for(const storage::SessionRecord& session) const;
    [[nodiscard]] Result<> check_tries(const PasswordCheck& check);
    void take_back_try(const PasswordCheck& check);

    /// Runs `body` in a transaction of its own. The sessions that it ended are told if it is
    /// committed.
    template <class Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body());

    storage::Storage& storage_;
    Environment& environment_;
    TokenKey key_;
    ResumeSeal seal_;
    SaltMaker salt_maker_;
    std::string sealing_secret_;
    std::string sealing_key_;                                 ///< its public part
    std::unordered_map<std::string, Remembered> remembered_;  ///< by session
    TryCounter tries_by_pair_;
    TryCounter tries_by_address_;
    TryCounter tries_by_account_;
    std::vector<std::string> ended_;   ///< committed, not yet told
    std::vector<std::string> ending_;  ///< of the transaction that runs
};

}  // namespace holdfast::auth
