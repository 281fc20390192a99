#include "server/net/outside.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/base/http_status.hpp"
#include "platform/net/asio.hpp"
#include "platform/net/transport.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

using Request = http::request<http::string_body>;
using Reply = Result<services::OutsideReply>;

struct Block {
    std::array<unsigned char, 4> network;
    unsigned bits;
};
/// What is not the Internet, of RFC 6890 and after it.
constexpr std::array<Block, 15> not_public{{{{0, 0, 0, 0}, 8},
                                            {{10, 0, 0, 0}, 8},
                                            {{100, 64, 0, 0}, 10},
                                            {{127, 0, 0, 0}, 8},
                                            {{169, 254, 0, 0}, 16},
                                            {{172, 16, 0, 0}, 12},
                                            {{192, 0, 0, 0}, 24},
                                            {{192, 0, 2, 0}, 24},
                                            {{192, 88, 99, 0}, 24},
                                            {{192, 168, 0, 0}, 16},
                                            {{198, 18, 0, 0}, 15},
                                            {{198, 51, 100, 0}, 24},
                                            {{203, 0, 113, 0}, 24},
                                            {{224, 0, 0, 0}, 4},
                                            {{240, 0, 0, 0}, 4}}};

bool is_public_four(asio::ip::address_v4 address) {
    const auto bits_of = [](const std::array<unsigned char, 4>& bytes) {
        return asio::ip::address_v4(bytes).to_uint();
    };
    return std::ranges::none_of(not_public, [&](const Block& block) {
        const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
        return (address.to_uint() & mask) == (bits_of(block.network) & mask);
    });
}

/// 2000::/3 is the Internet, but for what embeds IPv4 or is for documents.
bool is_public_six(const asio::ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    const bool is_global = (bytes[0] & 0xe0U) == 0x20U;
    const bool is_6to4 = bytes[0] == 0x20 && bytes[1] == 0x02;
    const bool is_special = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02;
    const bool is_document =
        bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
    return is_global && !is_6to4 && !is_special && !is_document;
}

std::unexpected<Error> invalid(std::string_view input) {
    return fail(ErrorCode::routine_invalid_input,
                std::string(input),
                R"({"input":")" + std::string(input) + "\"}");
}

std::unexpected<Error> failed(std::string what) {
    return fail(ErrorCode::routine_request_failed, std::move(what));
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

/// Those that say where the message ends and where it goes are ours.
bool is_ours(std::string_view name) {
    constexpr std::array<std::string_view, 8> names{"host",
                                                    "connection",
                                                    "content-length",
                                                    "transfer-encoding",
                                                    "upgrade",
                                                    "expect",
                                                    "te",
                                                    "idempotency-key"};
    return std::ranges::any_of(names,
                               [&](std::string_view each) { return beast::iequals(each, name); });
}

[[nodiscard]] Result<Request> make_request(const services::OutsideRequest& wanted,
                                           const OutsideUrl& url) {
    constexpr std::array methods{
        http::verb::get, http::verb::post, http::verb::put, http::verb::patch, http::verb::delete_};
    const http::verb method = http::string_to_verb(wanted.method);
    if (std::ranges::find(methods, method) == methods.end()) {
        return invalid("method");
    }
    Request request(method, url.target, 11);
    for (const auto& [name, value] : wanted.headers) {
        if (!is_token(name) || !is_printable(value) || is_ours(name)) {
            return invalid("headers");
        }
        request.set(name, value);
    }
    const bool is_default = url.port == (url.tls ? "443" : "80");
    request.set(http::field::host, is_default ? url.host : url.host + ":" + url.port);
    if (!wanted.key.empty()) {
        request.set("Idempotency-Key", wanted.key);
    }
    request.set(http::field::connection, "close");
    if (request.find(http::field::user_agent) == request.end()) {
        request.set(http::field::user_agent, "holdfast");
    }
    if (!wanted.body.empty() && request.find(http::field::content_type) == request.end()) {
        request.set(http::field::content_type, "application/json");
    }
    request.body() = wanted.body;
    request.prepare_payload();
    return request;
}

[[nodiscard]] Reply reply_of(const http::response<http::string_body>& response) {
    const int status = static_cast<int>(response.result_int());
    if (status == 408 || is_passing_status(status)) {
        return fail(ErrorCode::routine_request_failed,
                    "status " + std::to_string(status),
                    R"({"status":)" + std::to_string(status) + "}");
    }
    return services::OutsideReply{.status = status, .body = response.body()};
}

asio::awaitable<Reply> exchange(Transport& transport, Request& request) {
    const auto [unsent, sent] = co_await http::async_write(transport, request, as_code);
    if (unsent) {
        co_return failed(unsent.message());
    }
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(limits::outside_bytes_max);
    const auto [unread, read] = co_await http::async_read(transport, buffer, parser, as_code);
    if (unread) {
        co_return failed(unread.message());
    }
    co_return reply_of(parser.get());
}

asio::awaitable<Reply> exchange_safely(Transport::Tcp tcp,
                                       const std::string& host,
                                       Request& request) {
    asio::ssl::context trust(asio::ssl::context::tls_client);
    boost::system::error_code error;
    trust.set_default_verify_paths(error);
    Transport transport(std::move(tcp), trust);
    if (error || !transport.tls()->require_peer(host)) {
        co_return failed("TLS");
    }
    const auto [refused] =
        co_await transport.tls()->async_handshake(asio::ssl::stream_base::client, as_code);
    if (refused) {
        co_return failed(refused.message());
    }
    co_return co_await exchange(transport, request);
}

asio::awaitable<Reply> ask_once(OutsideOptions options, const services::OutsideRequest& wanted) {
    const auto url = parse_outside_url(wanted.url);
    if (!url) {
        co_return fail(ErrorCode::routine_request_forbidden, "not http or https");
    }
    auto request = make_request(wanted, *url);
    if (!request) {
        co_return std::unexpected(std::move(request).error());
    }
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto [unknown, found] = co_await resolver.async_resolve(url->host, url->port, as_code);
    if (unknown) {
        co_return failed(unknown.message());
    }
    std::vector<tcp::endpoint> endpoints;
    for (const auto& each : found) {
        if (!options.private_addresses && !is_public(each.endpoint().address())) {
            co_return fail(ErrorCode::routine_request_forbidden, "a private address");
        }
        endpoints.push_back(each.endpoint());
    }
    Transport::Tcp tcp(executor);
    const auto [unconnected, endpoint] = co_await tcp.async_connect(endpoints, as_code);
    if (unconnected) {
        co_return failed(unconnected.message());
    }
    if (url->tls) {
        co_return co_await exchange_safely(std::move(tcp), url->host, *request);
    }
    Transport transport(std::move(tcp));
    co_return co_await exchange(transport, *request);
}

}  // namespace

bool is_public(const asio::ip::address& address) {
    if (address.is_v4()) {
        return is_public_four(address.to_v4());
    }
    const asio::ip::address_v6 six = address.to_v6();
    return six.is_v4_mapped() ? is_public_four(asio::ip::make_address_v4(asio::ip::v4_mapped, six))
                              : is_public_six(six);
}

std::optional<OutsideUrl> parse_outside_url(std::string_view text) {
    OutsideUrl url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://")) {
        return std::nullopt;
    }
    text.remove_prefix(url.tls ? 8 : 7);
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    std::string_view place = text.substr(0, end);
    std::string_view rest = text.substr(end);
    rest = rest.substr(0, rest.find('#'));
    url.target = (rest.starts_with('/') ? "" : "/") + std::string(rest);
    url.port = url.tls ? "443" : "80";
    const bool is_six = place.starts_with('[');
    const std::size_t colon = place.find(':', is_six ? place.find(']') : 0);
    if (colon != std::string_view::npos) {
        url.port = place.substr(colon + 1);
        place = place.substr(0, colon);
    }
    if (is_six && place.ends_with(']')) {
        place = place.substr(1, place.size() - 2);
    }
    url.host = place;
    const bool is_port =
        !url.port.empty() && url.port.size() <= 5 &&
        std::ranges::all_of(url.port, [](unsigned char c) { return std::isdigit(c) != 0; });
    const bool is_host = !place.empty() && place.find_first_of("@ \\%") == std::string_view::npos;
    const bool is_target = is_printable(url.target) && url.target.find(' ') == std::string::npos;
    return is_port && is_host && is_target ? std::optional(std::move(url)) : std::nullopt;
}

asio::awaitable<Reply> ask_outside(OutsideOptions options, services::OutsideRequest request) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer deadline(co_await asio::this_coro::executor, limits::outside_time_max);
    auto first = co_await (ask_once(options, request) || deadline.async_wait(as_code));
    if (first.index() == 1) {
        co_return failed("no answer in time");
    }
    co_return std::get<0>(std::move(first));
}

}  // namespace holdfast::net
