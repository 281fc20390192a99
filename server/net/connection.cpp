#include "server/net/connection.hpp"

#include "core/files/limits.hpp"
#include "core/wire/sealed.hpp"
#include "platform/net/asio.hpp"
#include "server/net/file_transfer.hpp"
#include "server/net/limits.hpp"
#include "server/net/socket_connection.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
using HeaderParser = http::request_parser<http::empty_body>;
using Parser = http::request_parser<http::string_body>;
using Response = http::response<http::span_body<const char>>;

template <class Body>
Request take_header(const http::request<Body>& from, const std::string& address) {
    Request request;
    request.method = from.method_string();
    request.path = from.target().substr(0, from.target().find('?'));
    request.address = address;
    request.authorization = from[http::field::authorization];
    request.accept_encoding = from[http::field::accept_encoding];
    request.content_type = from[http::field::content_type];
    request.if_none_match = from[http::field::if_none_match];
    request.range = from[http::field::range];
    request.if_range = from[http::field::if_range];
    request.tus = {.resumable = from["Tus-Resumable"],
                   .offset = from["Upload-Offset"],
                   .length = from["Upload-Length"],
                   .metadata = from["Upload-Metadata"],
                   .checksum = from["Upload-Checksum"],
                   .method_override = from["X-HTTP-Method-Override"]};
    request.forwarded = from.find("X-Forwarded-For") != from.end() ||
                        from.find(http::field::forwarded) != from.end() ||
                        from.find(http::field::via) != from.end();
    return request;
}

Request take_request(HttpRequest& from, const std::string& address) {
    Request request = take_header(from, address);
    request.body = std::move(from.body());
    return request;
}

/// Writes an answer; whether the connection may go on.
asio::awaitable<bool> write_answer(Shell& shell,
                                   Transport& transport,
                                   Answer answer,
                                   bool keep_alive) {
    Response response;
    response.version(11);
    response.result(static_cast<unsigned>(answer.status));
    for (const auto& [name, value] : common_headers(shell.https_only)) {
        response.set(name, value);
    }
    for (const auto& [name, value] : answer.headers) {
        response.set(name, value);
    }
    if (!answer.content_type.empty()) {
        response.set(http::field::content_type, answer.content_type);
    }
    if (answer.file) {
        response.content_length(static_cast<std::uint64_t>(answer.file->end - answer.file->begin));
        response.keep_alive(keep_alive);
        http::response_serializer<http::span_body<const char>> serializer(response);
        const bool sent = co_await send_file(transport, serializer, answer);
        co_return sent ? keep_alive : false;
    }
    const std::string_view bytes = answer.bytes();
    if (answer.status != 204 && answer.status != 304) {
        response.content_length(bytes.size());
        if (!answer.body_omitted) {
            response.body() = {bytes.data(), bytes.size()};
        }
    }
    response.keep_alive(keep_alive);
    const auto kind = static_cast<std::size_t>(answer.status / 100);
    ++shell.counters.answers.at(std::min(kind, shell.counters.answers.size() - 1));
    transport.next_layer().expires_after(limits::request_time_max);
    const auto [error, size] = co_await http::async_write(transport, response, as_code);
    co_return !error && keep_alive;
}

/// After an answer to a request that was not read to its end: a reset would take the answer with
/// it, so what still comes is read and thrown away, for a while.
asio::awaitable<void> linger(Transport& transport) {
    transport.end_sending();
    transport.next_layer().expires_after(limits::linger_time_max);
    std::array<char, 16 * 1024> rest{};
    for (std::size_t read = 0; read < limits::linger_bytes_max;) {
        const auto [error, size] =
            co_await transport.next_layer().async_read_some(asio::buffer(rest), as_code);
        if (error) {
            co_return;
        }
        read += size;
    }
}

/// What a request that could not be read is answered; nothing where nobody is there to read it.
std::optional<Answer> answer_to_unreadable(boost::system::error_code error,
                                           std::uint64_t body_max = limits::body_bytes_max) {
    if (error == http::error::body_limit || error == http::error::header_limit ||
        error == http::error::buffer_overflow) {
        return make_problem(ErrorCode::request_too_large,
                            R"({"limit":)" + std::to_string(body_max) + "}");
    }
    const bool is_quiet =
        error == http::error::end_of_stream || error == http::error::partial_message;
    if (error.category() == make_error_code(http::error::bad_method).category() && !is_quiet) {
        return make_problem(ErrorCode::request_malformed);
    }
    return std::nullopt;
}

/// Why an upgrade is refused; nothing where it is to be accepted.
std::optional<Answer> judge_upgrade(const HttpRequest& request) {
    if (!is_same_origin(request[http::field::origin], request[http::field::host])) {
        return make_problem(ErrorCode::access_forbidden);
    }
    return std::nullopt;
}

bool is_upgrade(const HttpRequest& request) {
    return beast::websocket::is_upgrade(request) && request.target() == "/sync/v1/socket";
}

void log_request(const Shell& shell, const Request& request, const Answer& answer, Instant began) {
    shell.log.write(Log::Level::debug,
                    "request",
                    {{"method", request.method},
                     {"path", SegmentWork::loggable(FileRoutes::loggable(request.path))},
                     {"address", request.address},
                     {"status", static_cast<std::int64_t>(answer.status)},
                     {"ms", (shell.environment.now() - began).count}});
}

asio::awaitable<Answer> answer_request(Shell& shell,
                                       HttpRequest& from,
                                       const std::string& address) {
    const Instant began = shell.environment.now();
    const auto verdict = shell.rates.request(began, address);
    if (!verdict.admitted) {
        ++shell.counters.requests_refused;
        co_return make_problem(ErrorCode::request_too_many, {}, verdict.retry_after);
    }
    Request request = take_request(from, address);
    Request seen;
    seen.method = request.method;
    seen.path = request.path;
    seen.address = address;
    Answer answer;  // no `?:`: GCC 12 destroys what is awaited inside it twice
    if (FileRoutes::is_path(seen.path)) {
        answer = co_await shell.files.answer(std::move(request));
    } else if (SegmentWork::is_path(seen.path)) {
        answer = co_await shell.segments.answer(std::move(request));
    } else if (seen.path == DeliveryRoutes::path) {
        answer = make_method_refused("POST");
    } else if (seen.path == ChoiceRoutes::path) {
        answer = co_await shell.choices.answer(std::move(request));
    } else {
        answer = co_await shell.routes.answer(std::move(request));
    }
    log_request(shell, seen, answer, began);
    co_return answer;
}

enum class End { closed, unread, upgraded };

/// What becomes of the connection after a request.
struct Served {
    bool keep_alive = false;
    End end = End::closed;  ///< where it is not kept
};

/// Refuses a request, or an upgrade, of which not everything was read.
asio::awaitable<Served> refuse_unread(Shell& shell, Transport& transport, Answer answer) {
    co_await write_answer(shell, transport, std::move(answer), false);
    co_return Served{.keep_alive = false, .end = End::unread};
}

asio::awaitable<Served> serve_upgrade(
    Shell& shell, Transport& transport, Parser& parser, bool is_clean, HttpRequest& upgrade) {
    std::optional<Answer> refusal = judge_upgrade(parser.get());
    if (!refusal && is_clean) {
        upgrade = parser.release();
        co_return Served{.keep_alive = false, .end = End::upgraded};
    }
    co_return co_await refuse_unread(
        shell, transport, std::move(refusal).value_or(make_problem(ErrorCode::request_malformed)));
}

/// Whether the body goes to a sink as it comes, and how large it may be.
boost::optional<std::uint64_t> sunk_bytes_max(const Request& request) {
    if (FileRoutes::is_patch(request)) {
        return files::limits::bytes_max;
    }
    if (DeliveryRoutes::is_delivery(request)) {
        return wire::limits::sealed_bytes_max;
    }
    return boost::none;
}

/// Who takes the body; or the answer that refuses.
asio::awaitable<std::unique_ptr<BodySink>> find_sink(Shell& shell,
                                                     const Request& request,
                                                     Answer& refusal) {
    if (DeliveryRoutes::is_delivery(request)) {
        co_return shell.deliveries.begin(refusal);
    }
    co_return co_await shell.files.begin_patch(request, refusal);
}

/// An upload, or a sealed file: its body goes to the disk as it comes.
asio::awaitable<Served> serve_sunk(Shell& shell,
                                   Transport& transport,
                                   beast::flat_buffer& buffer,
                                   HeaderParser& header,
                                   const std::string& address) {
    const Instant began = shell.environment.now();
    const bool keep_alive = header.get().keep_alive() && !shell.stopping;
    const auto verdict = shell.rates.request(began, address);
    if (!verdict.admitted) {
        ++shell.counters.requests_refused;
        co_return co_await refuse_unread(
            shell, transport, make_problem(ErrorCode::request_too_many, {}, verdict.retry_after));
    }
    const Request request = take_header(header.get(), address);
    BodyParser parser(std::move(header));
    parser.body_limit(sunk_bytes_max(request));
    Received received;
    Answer refusal;
    if (const auto sink = co_await find_sink(shell, request, refusal)) {
        received = co_await receive_body(*sink, request, {transport, buffer, parser});
    } else {
        received.answer = std::move(refusal);
    }
    if (!received.answer) {
        co_return Served{};
    }
    log_request(shell, request, *received.answer, began);
    if (!received.is_read) {
        co_return co_await refuse_unread(shell, transport, *std::move(received.answer));
    }
    co_return Served{.keep_alive = co_await write_answer(
                         shell, transport, *std::move(received.answer), keep_alive)};
}

asio::awaitable<Served> serve_plain(Shell& shell,
                                    Transport& transport,
                                    beast::flat_buffer& buffer,
                                    Parser& parser,
                                    const std::string& address) {
    transport.next_layer().expires_after(limits::request_time_max);
    auto [error, size] = co_await http::async_read(transport, buffer, parser, as_code);
    if (error) {
        if (std::optional<Answer> answer = answer_to_unreadable(error)) {
            co_return co_await refuse_unread(shell, transport, *std::move(answer));
        }
        co_return Served{};
    }
    HttpRequest request = parser.release();
    const bool keep_alive = request.keep_alive();
    Answer answer = co_await answer_request(shell, request, address);
    co_return Served{.keep_alive = co_await write_answer(
                         shell, transport, std::move(answer), keep_alive && !shell.stopping)};
}

/// One request, from its first byte on.
asio::awaitable<Served> serve_request(Shell& shell,
                                      Transport& transport,
                                      beast::flat_buffer& buffer,
                                      const std::string& address,
                                      HttpRequest& upgrade) {
    HeaderParser header;
    header.header_limit(limits::header_bytes_max);
    header.body_limit(boost::none);  // who takes the body is known with the header only
    transport.next_layer().expires_after(limits::idle_time_max);
    auto [error, size] = co_await http::async_read_header(transport, buffer, header, as_code);
    boost::optional<std::uint64_t> sunk_max;
    if (!error) {
        sunk_max = sunk_bytes_max(take_header(header.get(), address));
    }
    const std::uint64_t body_max = sunk_max.value_or(limits::body_bytes_max);
    if (!error && header.content_length().value_or(0) > body_max) {
        error = http::error::body_limit;
    }
    if (!error && sunk_max) {
        co_return co_await serve_sunk(shell, transport, buffer, header, address);
    }
    if (error) {
        if (std::optional<Answer> answer = answer_to_unreadable(error, body_max)) {
            co_return co_await refuse_unread(shell, transport, *std::move(answer));
        }
        co_return Served{};
    }
    Parser parser(std::move(header));
    parser.body_limit(limits::body_bytes_max);
    if (is_upgrade(parser.get())) {
        co_return co_await serve_upgrade(shell, transport, parser, buffer.size() == 0, upgrade);
    }
    co_return co_await serve_plain(shell, transport, buffer, parser, address);
}

/// Requests of one connection, until it ends or becomes a WebSocket.
asio::awaitable<End> serve_requests(Shell& shell,
                                    Transport& transport,
                                    const std::string& address,
                                    HttpRequest& upgrade) {
    beast::flat_buffer buffer(limits::header_bytes_max + limits::body_bytes_max);
    Served served{.keep_alive = true};
    while (served.keep_alive && !shell.stopping) {
        served = co_await serve_request(shell, transport, buffer, address, upgrade);
    }
    co_return served.end;
}

}  // namespace

asio::awaitable<void> serve_connection(Shell& shell, Transport transport, std::string address) {
    HttpRequest upgrade;
    {
        const CutGuard guard(shell, [&transport] { transport.cut(); });
        if (Transport::Tls* tls = transport.tls()) {
            transport.next_layer().expires_after(limits::tls_handshake_time_max);
            const auto [error] =
                co_await tls->async_handshake(asio::ssl::stream_base::server, as_code);
            if (error) {
                co_return;
            }
        }
        const End end = co_await serve_requests(shell, transport, address, upgrade);
        if (end == End::unread) {
            co_await linger(transport);
        }
        if (end != End::upgraded) {
            transport.end_sending();
            transport.cut();
            co_return;
        }
    }
    co_await serve_socket(shell, std::move(transport), std::move(upgrade), std::move(address));
}

}  // namespace holdfast::net
