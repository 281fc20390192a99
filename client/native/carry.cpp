#include "client/native/carry.hpp"

#include <boost/beast/http/file_body.hpp>
#include <optional>

#include "client/engine/http_answer.hpp"
#include "client/native/dial.hpp"
#include "client/native/limits.hpp"
#include "platform/net/asio.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace holdfast::client {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
using Upload = http::request<http::file_body>;

struct Carried {
    int status = 0;  ///< 0: nobody answered, or somebody else than a server of ours
    std::string body;
};

asio::awaitable<Carried> send(std::shared_ptr<const Route> route, Upload request) {
    auto transport = co_await dial(route);
    if (!transport) {
        co_return Carried{};
    }
    transport->next_layer().expires_after(limits::carry_time_max);
    // A server that refuses answers before it has read all: the answer counts, not the writing.
    co_await http::async_write(*transport, request, as_code);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(limits::http_answer_bytes_max);
    const auto [error, size] = co_await http::async_read(*transport, buffer, parser, as_code);
    if (error || parser.get().find("Holdfast") == parser.get().end()) {
        co_return Carried{};
    }
    co_return Carried{static_cast<int>(parser.get().result_int()), parser.get().body()};
}

}  // namespace

Result<std::string> carry(const std::string& file, const CarryOptions& options) {
    HF_TRY(const auto route, make_route(options.server_url, options.ca_file, options.app_version));
    http::file_body::value_type body;
    boost::system::error_code error;
    body.open(file.c_str(), beast::file_mode::scan, error);
    if (error) {
        return fail(ErrorCode::setup_file, file + ": " + error.message());
    }
    Upload request(http::verb::post, "/sync/v1/deliver", 11, std::move(body));
    request.set(http::field::host, route->address.authority());
    request.set(http::field::user_agent, route->user_agent);
    request.set(http::field::content_type, "application/octet-stream");
    request.prepare_payload();
    asio::io_context loop(1);
    Carried carried;
    asio::co_spawn(loop,
                   send(route, std::move(request)),
                   [&](const std::exception_ptr& failure, Carried answer) {
                       carried = failure ? Carried{} : std::move(answer);
                   });
    loop.run();
    if (carried.status == 0) {
        return fail(ErrorCode::server_unreachable, "the server is " + options.server_url);
    }
    if (carried.status != 200) {
        const Refusal refusal =
            refusal_of({.status = carried.status, .ours = true, .body = carried.body});
        return fail(code_named(refusal.code, ErrorCode::server_unreachable), {}, refusal.params);
    }
    return std::move(carried.body);
}

}  // namespace holdfast::client
