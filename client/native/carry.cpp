#include "client/native/carry.hpp"

#include <algorithm>
#include <boost/beast/http/file_body.hpp>
#include <nlohmann/json.hpp>
#include <optional>

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

Error refusal_in(const std::string& body) {
    const auto problem = nlohmann::json::parse(body, nullptr, false);
    const std::string name = problem.is_object() ? problem.value("code", "") : std::string{};
    const auto found = std::ranges::find(error_catalogue, name, &ErrorEntry::code);
    if (found == std::end(error_catalogue)) {
        return {ErrorCode::server_unreachable, "an answer that nobody understands", {}};
    }
    const bool has_params = problem.contains("params");
    return {found->number, {}, has_params ? problem["params"].dump() : std::string{}};
}

Result<std::shared_ptr<Route>> make_route(const CarryOptions& options) {
    auto route = std::make_shared<Route>();
    HF_TRY(route->address, parse_address(options.server_url));
    if (route->address.tls) {
        HF_TRY(route->tls, make_trust(options.ca_file));
    }
    route->user_agent = "holdfast/" + options.app_version;
    return route;
}

}  // namespace

Result<std::string> carry(const std::string& file, const CarryOptions& options) {
    HF_TRY(const std::shared_ptr<Route> route, make_route(options));
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
        return std::unexpected(refusal_in(carried.body));
    }
    return std::move(carried.body);
}

}  // namespace holdfast::client
