#include "client/native/http_pool.hpp"

#include <algorithm>
#include <chrono>

#include "client/native/limits.hpp"
#include "core/base/http_status.hpp"
#include "platform/net/asio.hpp"
#include "platform/net/compression.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace holdfast::client {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
using Request = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

Request make_request(const Route& route, HttpRequest& from, const std::optional<CutAnswer>& cut) {
    Request request(http::string_to_verb(from.method), from.path, 11);
    request.set(http::field::host, route.address.authority());
    request.set(http::field::user_agent, route.user_agent);
    request.set(http::field::accept_encoding, "zstd, gzip");
    if (cut) {  // the same encodings as before: else it would be another file
        request.set(http::field::range, range_behind(*cut));
        request.set(http::field::if_range, cut->etag);
    }
    if (!from.content_type.empty()) {
        request.set(http::field::content_type, from.content_type);
    }
    if (!from.authorization.empty()) {
        request.set(http::field::authorization, from.authorization);
    }
    for (std::string_view rest = from.headers; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        const std::size_t colon = line.find(": ");
        request.set(beast::string_view(line.data(), colon),
                    beast::string_view(line.data() + colon + 2, line.size() - colon - 2));
        rest.remove_prefix(line.size() + 1);
    }
    request.body() = std::move(from.body);
    request.prepare_payload();
    return request;
}

/// Only what nobody asks for in ranges of their own.
bool may_go_on(const HttpRequest& request) {
    return request.method == "GET" && request.headers.empty();
}

std::string_view field_of(const Parser& parser, http::field field) {
    const beast::string_view value = parser.get()[field];
    return {value.data(), value.size()};
}

/// Puts what came before in front of the rest. False: the rest of something else.
bool join(Parser& parser, const std::optional<CutAnswer>& cut) {
    auto& response = parser.get();
    if (!cut || response.result() != http::status::partial_content) {
        return true;  // whole, or none
    }
    if (!goes_on(*cut,
                 field_of(parser, http::field::etag),
                 field_of(parser, http::field::content_range))) {
        return false;
    }
    response.body().insert(0, cut->bytes);
    response.result(http::status::ok);
    return true;
}

/// What has come of an answer that was cut, with what came before it; nothing that could go on.
std::optional<CutAnswer> take_cut(Parser& parser,
                                  std::string path,
                                  const std::optional<CutAnswer>& before) {
    if (!parser.is_header_done()) {
        return before;
    }
    if (!join(parser, before) || parser.get().result() != http::status::ok) {
        return std::nullopt;
    }
    return CutAnswer{.path = std::move(path),
                     .etag = std::string(field_of(parser, http::field::etag)),
                     .bytes = std::move(parser.get().body())};
}

/// Status 0 where the body is not what its encoding says: as if nothing had come.
HttpAnswer take_answer(Parser& parser, const std::optional<CutAnswer>& cut) {
    HttpAnswer answer;
    if (!join(parser, cut)) {
        return answer;
    }
    auto& response = parser.get();
    const auto encoding = net::parse_encoding(response[http::field::content_encoding]);
    if (!encoding) {
        return answer;
    }
    auto body = net::decompress(*encoding, response.body(), limits::http_answer_bytes_max);
    if (!body) {
        return answer;
    }
    answer.status = static_cast<int>(response.result_int());
    answer.ours = response.find("Holdfast") != response.end();
    answer.body = *std::move(body);
    return answer;
}

}  // namespace

/// A request, and the promise to the device's loop that something comes of it.
struct HttpPool::Asked {
    HttpRequest request;
    asio::executor_work_guard<asio::any_io_executor> expected;
};

struct HttpPool::Connection {
    net::Transport transport;
    beast::flat_buffer buffer;
    std::chrono::steady_clock::time_point idle_since{};
};

HttpPool::HttpPool(std::shared_ptr<const Route> route,
                   asio::any_io_executor device,
                   OnAnswer on_answer)
    : route_(std::move(route)),
      device_(std::move(device)),
      on_answer_(std::move(on_answer)),
      thread_([this] {
          const auto stays = asio::make_work_guard(loop_);
          loop_.run();
      }) {}

HttpPool::~HttpPool() {
    loop_.stop();  // what waits is destroyed with the loop, and its sockets with it
    thread_.join();
}

void HttpPool::send(HttpRequest request) {
    asio::post(loop_,
               [this, asked = Asked{std::move(request), asio::make_work_guard(device_)}]() mutable {
                   waiting_.push_back(std::move(asked));
                   if (running_ < limits::http_connections_max) {
                       ++running_;
                       tasks_.spawn("http", run());
                   }
               });
}

void HttpPool::answer(HttpAnswer answer) {
    asio::post(device_,
               [on_answer = on_answer_, answer = std::move(answer)] { on_answer(answer); });
}

std::unique_ptr<HttpPool::Connection> HttpPool::take_idle() {
    const auto oldest = std::chrono::steady_clock::now() - limits::http_idle_max;
    std::erase_if(idle_, [&](const auto& each) { return each->idle_since < oldest; });
    if (idle_.empty()) {
        return nullptr;
    }
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

asio::awaitable<void> HttpPool::run() {
    while (!waiting_.empty()) {
        Asked asked = std::move(waiting_.front());
        waiting_.pop_front();
        const std::uint32_t number = asked.request.request;
        HttpAnswer got = co_await exchange(std::move(asked.request));
        got.request = number;
        answer(std::move(got));
    }
    --running_;
}

asio::awaitable<HttpAnswer> HttpPool::exchange(HttpRequest from) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(from.timeout_ms);
    const bool resumable = may_go_on(from);
    std::optional<CutAnswer> cut = resumable ? cuts_.take(from.path) : std::nullopt;
    const Request request = make_request(*route_, from, cut);
    // A connection that was idle may have been closed meanwhile: then a new one, once.
    for (bool fresh = false; !fresh;) {
        std::unique_ptr<Connection> connection = take_idle();
        fresh = connection == nullptr;
        if (fresh) {
            auto transport = co_await dial(route_);
            if (!transport) {
                break;
            }
            connection = std::make_unique<Connection>(Connection{std::move(*transport), {}, {}});
        }
        connection->transport.next_layer().expires_at(deadline);
        auto [error, sent] = co_await http::async_write(connection->transport, request, as_code);
        Parser parser;
        parser.body_limit(limits::http_answer_bytes_max);
        parser.header_limit(limits::http_header_bytes_max);
        if (!error) {
            std::tie(error, sent) = co_await http::async_read(
                connection->transport, connection->buffer, parser, as_code);
        }
        if (!error) {
            if (parser.get().keep_alive()) {
                connection->transport.next_layer().expires_never();
                connection->idle_since = std::chrono::steady_clock::now();
                idle_.push_back(std::move(connection));
            }
            if (cut && is_passing_status(static_cast<int>(parser.get().result_int()))) {
                cuts_.keep(*std::move(cut));
                cut.reset();
            }
            co_return take_answer(parser, cut);
        }
        if (parser.got_some() || error == beast::error::timeout) {
            cut = take_cut(parser, from.path, cut);
            break;
        }
    }
    if (resumable && cut) {
        cuts_.keep(*std::move(cut));
    }
    co_return HttpAnswer{};
}

}  // namespace holdfast::client
