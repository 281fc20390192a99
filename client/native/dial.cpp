#include "client/native/dial.hpp"

#include "client/native/limits.hpp"
#include "platform/net/asio.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace holdfast::client {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

/// Cancels the resolver when it takes too long: it has no deadline of its own.
asio::awaitable<std::optional<tcp::resolver::results_type>> resolve(
    std::shared_ptr<const Route> route) {
    using namespace asio::experimental::awaitable_operators;
    tcp::resolver resolver(co_await asio::this_coro::executor);
    asio::steady_timer deadline(co_await asio::this_coro::executor, limits::connect_time_max);
    auto first =
        co_await (resolver.async_resolve(route->address.host, route->address.port, as_code) ||
                  deadline.async_wait(as_code));
    if (first.index() != 0) {
        co_return std::nullopt;
    }
    auto& [error, results] = std::get<0>(first);
    if (error) {
        co_return std::nullopt;
    }
    co_return std::move(results);
}

}  // namespace

Result<std::unique_ptr<asio::ssl::context>> make_trust(const std::string& ca_file) {
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    boost::system::error_code error;
    context->set_default_verify_paths(error);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    if (!ca_file.empty()) {
        context->load_verify_file(ca_file, error);
        if (error) {
            return fail(ErrorCode::setup_tls,
                        "certificates of " + ca_file + ": " + error.message());
        }
    }
    return context;
}

Result<std::shared_ptr<const Route>> make_route(const std::string& server_url,
                                                const std::string& ca_file,
                                                const std::string& app_version) {
    auto route = std::make_shared<Route>();
    HF_TRY(route->address, parse_address(server_url));
    if (route->address.tls) {
        HF_TRY(route->tls, make_trust(ca_file));
    }
    route->user_agent = "holdfast/" + app_version;
    return route;
}

asio::awaitable<std::optional<net::Transport>> dial(std::shared_ptr<const Route> route) {
    const auto results = co_await resolve(route);
    if (!results) {
        co_return std::nullopt;
    }
    net::Transport::Tcp tcp(co_await asio::this_coro::executor);
    tcp.expires_after(limits::connect_time_max);
    const auto [error, endpoint] = co_await tcp.async_connect(*results, as_code);
    if (error) {
        co_return std::nullopt;
    }
    boost::system::error_code ignored;
    tcp.socket().set_option(tcp::no_delay(true), ignored);
    if (!route->tls) {
        co_return net::Transport(std::move(tcp));
    }
    net::Transport secured(std::move(tcp), *route->tls);
    if (!secured.tls()->require_peer(route->address.host)) {
        co_return std::nullopt;
    }
    secured.next_layer().expires_after(limits::connect_time_max);
    const auto [refused] =
        co_await secured.tls()->async_handshake(asio::ssl::stream_base::client, as_code);
    if (refused) {
        co_return std::nullopt;
    }
    co_return secured;
}

}  // namespace holdfast::client
