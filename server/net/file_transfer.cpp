#include "server/net/file_transfer.hpp"

#include <algorithm>
#include <string>

#include "platform/net/asio.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

/// The next deadline of a transfer that has to move on, and has to end.
void expect_more(Transport& transport, std::chrono::steady_clock::time_point end) {
    const auto soon = std::chrono::steady_clock::now() + limits::file_piece_time_max;
    transport.next_layer().expires_at(std::min(soon, end));
}

}  // namespace

asio::awaitable<Received> receive_body(BodySink& sink, const Request& request, Incoming incoming) {
    Received received;
    const auto end = std::chrono::steady_clock::now() + limits::file_time_max;
    std::string piece(limits::file_piece_bytes, '\0');
    auto& body = incoming.parser.get().body();
    while (!incoming.parser.is_done()) {
        body.data = piece.data();
        body.size = piece.size();
        expect_more(incoming.transport, end);
        const auto [error, size] = co_await http::async_read_some(
            incoming.transport, incoming.buffer, incoming.parser, as_code);
        const std::size_t got = piece.size() - body.size;
        if (got > 0) {
            const auto added = co_await sink.add(std::string_view(piece).substr(0, got));
            if (!added) {
                received.answer = sink.refuse(request, added.error());
                received.is_read = incoming.parser.is_done();
                co_return received;
            }
        }
        if (error && error != http::error::need_buffer) {
            co_return received;
        }
    }
    received.answer = co_await sink.end(request);
    received.is_read = true;
    co_return received;
}

asio::awaitable<bool> send_file(Transport& transport, FileSerializer& header, Answer& answer) {
    const auto end = std::chrono::steady_clock::now() + limits::file_time_max;
    expect_more(transport, end);
    const auto [failed, size] = co_await http::async_write_header(transport, header, as_code);
    if (failed) {
        co_return false;
    }
    FileBody& body = *answer.file;
    while (body.begin < body.end && !answer.body_omitted) {
        const auto left = static_cast<std::size_t>(body.end - body.begin);
        const auto piece = body.file.read_at(body.begin, std::min(left, limits::file_piece_bytes));
        if (!piece || piece->empty()) {
            co_return false;  // a file that ends too early ends the connection: it is noticed
        }
        expect_more(transport, end);
        const auto [error, written] =
            co_await asio::async_write(transport, asio::buffer(*piece), as_code);
        if (error) {
            co_return false;
        }
        body.begin += static_cast<std::int64_t>(piece->size());
    }
    co_return true;
}

}  // namespace holdfast::net
