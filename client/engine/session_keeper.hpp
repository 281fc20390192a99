#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "client/engine/device.hpp"

namespace holdfast::client {

/// Who is signed in: sign-in, renewing the access token, password, signing out. Speaks the JSON of
/// docs/internals/http-api.md. What follows for the synchronization, it says by events.
class SessionKeeper {
public:
    explicit SessionKeeper(Device& device) : device_(device) {}

    /// Refused with request_too_many while another one has no answer.
    void sign_in(std::int64_t call, const std::string& email, const std::string& password);
    /// Refused with outbox_not_empty while work is here, unless `discard`.
    void sign_out(std::int64_t call, bool discard);
    void change_password(std::int64_t call, std::string old_password, std::string new_password);
    /// Gets a new access token; an event says what came of it.
    void renew();
    /// No token of this session helps any more.
    void lose_session(ErrorCode code) { finish_renewal(Ended{code}); }

    /// Takes the answer to a request of its own; false: somebody else's.
    bool take(const HttpAnswered& answer);

    struct SignedIn {};     ///< an account is there: begin
    struct SignedOut {};    ///< by the person: everything here is gone
    struct Renewed {};      ///< the account has a new access token
    struct RenewFailed {};  ///< no answer: later again
    struct Ended {          ///< the person has to sign in again
        ErrorCode code{};
    };
    using Event = std::variant<SignedIn, SignedOut, Renewed, RenewFailed, Ended>;
    [[nodiscard]] std::optional<Event> poll_event();

private:
    struct SignIn {
        std::int64_t call = 0;
    };
    struct Refresh {};
    struct Password {
        std::int64_t call = 0;
        std::string old_password;
        std::string new_password;
        bool again = false;  ///< sent for the second time, with a renewed token
    };
    struct Farewell {};  ///< a sign-out that nobody waits for
    using Pending = std::variant<SignIn, Refresh, Password, Farewell>;

    void answered(const SignIn& request, const HttpAnswered& answer);
    void answered(const Refresh& request, const HttpAnswered& answer);
    void answered(const Password& request, const HttpAnswered& answer);
    void answered(const Farewell& /*request*/, const HttpAnswered& /*answer*/) {}

    void send(Pending pending, std::string path, std::string body, std::string token);
    void send_password(Password password);
    [[nodiscard]] Result<> admit(const Account& account, const body::OfflinePolicy& policy);
    /// What an answer gives for sealing unsent work (OM35). Where the disk is full it comes again.
    void keep_sealing(std::string_view answer);
    [[nodiscard]] Result<> wipe();
    void finish_renewal(Event event);

    Device& device_;
    std::map<std::uint32_t, Pending> pending_;
    std::deque<Event> events_;
    bool renewing_ = false;
    std::optional<Password> waiting_for_token_;
};

}  // namespace holdfast::client
