#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "server/auth/auth_json.hpp"
#include "server/auth/auth_service.hpp"
#include "server/net/counters.hpp"
#include "server/net/http_message.hpp"
#include "server/net/log.hpp"
#include "server/net/password_workers.hpp"
#include "server/net/sockets.hpp"
#include "server/net/static_files.hpp"
#include "server/services/hub.hpp"

namespace holdfast::net {

/// The addresses of docs/internals/http-api.md, but for the WebSocket: a request becomes an answer.
/// Rules live in server/auth and server/services; here is only what is HTTP.
class Routes {
public:
    struct Services {
        Environment& environment;
        auth::AuthService& auth;
        services::Hub& hub;
        Sockets& sockets;
        PasswordWorkers& passwords;
        const StaticFiles& files;
        const std::string& authority;  ///< PEM; empty: none
        NetCounters& counters;
        const Log& log;
    };
    explicit Routes(Services services) : services_(services) {}

    [[nodiscard]] boost::asio::awaitable<Answer> answer(Request request);

private:
    using Task = boost::asio::awaitable<Answer>;

    [[nodiscard]] Task sign_in(Request request);
    [[nodiscard]] Task recovery(Request request);
    [[nodiscard]] Task standing(Request request);
    [[nodiscard]] Task refresh(Request request);
    [[nodiscard]] Task sign_out(Request request);
    [[nodiscard]] Task change_password(Request request);
    [[nodiscard]] Task pull(Request request);
    [[nodiscard]] Task older(Request request);
    [[nodiscard]] Task health(Request request);
    [[nodiscard]] Task metrics(Request request);
    [[nodiscard]] Task authority(Request request);
    struct Presented {
        auth::SignInRequest wanted;
        auth::PasswordCheck check;
        bool is_right = false;
    };
    /// Who says to be somebody, by e-mail and password.
    [[nodiscard]] boost::asio::awaitable<Result<Presented>> present(const Request& request);
    [[nodiscard]] boost::asio::awaitable<Result<bool>> check_password(std::string hash,
                                                                      std::string password);
    /// Frames, compressed as the device takes them.
    using FrameSource = Result<wire::Bytes> (services::Hub::*)(const services::Identity&,
                                                               std::string_view);
    /// What the hub has for whoever asks, as frames.
    [[nodiscard]] Answer frames_of(const Request& request, FrameSource source);
    [[nodiscard]] Answer make_frames(const Request& request, wire::Bytes frames);
    [[nodiscard]] Answer app(const Request& request) const;
    [[nodiscard]] Answer refuse(const Request& request, const Error& error) const;

    struct Route {
        std::string_view path;
        std::string_view method;
        Task (Routes::*handler)(Request);
    };
    static const Route routes[];

    Services services_;
};

}  // namespace holdfast::net
