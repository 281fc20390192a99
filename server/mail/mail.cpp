#include "server/mail/mail.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/asio/read_until.hpp>
#include <cctype>
#include <chrono>
#include <ctime>
#include <utility>

#include "platform/net/asio.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace holdfast::mail {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds time_max{15};  // of one e-mail: routine_mail_failed
constexpr std::size_t line_characters = 76;
constexpr std::size_t reply_bytes_max = 8 * 1024;

using Reply = Result<services::OutsideReply>;

std::unexpected<Error> failed(std::string what, int status = 0) {
    return fail(ErrorCode::routine_mail_failed,
                std::move(what),
                status == 0 ? "" : R"({"status":)" + std::to_string(status) + "}");
}

std::unexpected<Error> invalid(const char* input) {
    return fail(
        ErrorCode::routine_invalid_input, input, std::string(R"({"input":")") + input + "\"}");
}

std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

/// In lines that every server takes, whatever stands in the text.
std::string in_lines(std::string_view bytes) {
    const std::string text = base64(bytes);
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += line_characters) {
        lines += text.substr(at, line_characters) + "\r\n";
    }
    return lines;
}

bool is_printable(std::string_view text) {
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// RFC 2047, in words of at most 45 bytes of whole characters.
std::string header_text(std::string_view text) {
    if (std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; })) {
        return std::string(text);
    }
    std::string words;
    while (!text.empty()) {
        std::size_t end = std::min<std::size_t>(text.size(), 45);
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        words +=
            (words.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, end)) + "?=";
        text.remove_prefix(end);
    }
    return words;
}

std::string date_text(WallTime now) {
    const std::time_t seconds = now.ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    const std::size_t length =
        std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &parts);
    return {text, length};
}

std::string header_of(const services::OutsideRequest& request, const char* name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
}

std::string part(const char* type, std::string_view text) {
    return std::string("Content-Type: ") + type +
           "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + in_lines(text);
}

/// One conversation with the server.
class Conversation {
public:
    explicit Conversation(tcp::socket& socket) : socket_(socket) {}

    /// Sends a line (none: only listens) and reads the reply: its code and its last line.
    asio::awaitable<Reply> say(std::string line) {
        if (!line.empty()) {
            line += "\r\n";
            const auto [unsent, sent] =
                co_await asio::async_write(socket_, asio::buffer(line), as_code);
            if (unsent) {
                co_return failed(unsent.message());
            }
        }
        for (;;) {
            const auto [unread, length] = co_await asio::async_read_until(
                socket_, asio::dynamic_buffer(heard_, reply_bytes_max), "\r\n", as_code);
            if (unread) {
                co_return failed(unread.message());
            }
            const std::string said = heard_.substr(0, length - 2);
            heard_.erase(0, length);
            if (said.size() >= 3 && (said.size() == 3 || said[3] == ' ')) {
                co_return reply_of(said);
            }
        }
    }

private:
    static Reply reply_of(const std::string& said) {
        const int status = std::atoi(said.substr(0, 3).c_str());
        if (status < 200 || (status >= 400 && status < 500)) {
            return failed(said, status);
        }
        return services::OutsideReply{.status = status, .body = said};
    }

    tcp::socket& socket_;
    std::string heard_;
};

/// What is said before the text, in this order.
std::vector<std::string> commands(const MailOptions& options, const std::vector<std::string>& to) {
    std::vector<std::string> all{"", "EHLO holdfast", "MAIL FROM:<" + options.from + ">"};
    for (const std::string& each : to) {
        all.push_back("RCPT TO:<" + each + ">");
    }
    all.emplace_back("DATA");
    return all;
}

asio::awaitable<Reply> send_once(const MailOptions& options,
                                 const services::OutsideRequest& request,
                                 WallTime now) {
    const std::vector<std::string> to = mail_addresses(header_of(request, "to"));
    if (to.empty()) {
        co_return invalid("to");
    }
    if (!is_printable(header_of(request, "subject"))) {
        co_return invalid("subject");
    }
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto [unknown, found] =
        co_await resolver.async_resolve(options.host, options.port, as_code);
    if (unknown) {
        co_return failed(unknown.message());
    }
    tcp::socket socket(executor);
    const auto [unconnected, endpoint] = co_await asio::async_connect(socket, found, as_code);
    if (unconnected) {
        co_return failed(unconnected.message());
    }
    Conversation talk(socket);
    for (const std::string& command : commands(options, to)) {
        Reply heard = co_await talk.say(command);
        if (!heard || heard->status >= 500) {
            co_return heard;
        }
    }
    Reply taken = co_await talk.say(mail_text(options, request, now) + ".");
    (void)co_await talk.say("QUIT");
    co_return taken;
}

}  // namespace

std::vector<std::string> mail_addresses(std::string_view text) {
    std::vector<std::string> all;
    while (!text.empty()) {
        std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(std::min(one.size() + 1, text.size()));
        while (one.starts_with(' ')) {
            one.remove_prefix(1);
        }
        while (one.ends_with(' ')) {
            one.remove_suffix(1);
        }
        const auto at = one.find('@');
        const bool is_plain = std::ranges::all_of(one, [](unsigned char c) {
            return c > 0x20 && c < 0x7f &&
                   std::string_view("<>()[]\\,;:\"").find(static_cast<char>(c)) ==
                       std::string_view::npos;
        });
        if (at == std::string_view::npos || at == 0 || at + 1 == one.size() || !is_plain) {
            return {};
        }
        all.emplace_back(one);
    }
    return all;
}

std::string mail_text(const MailOptions& options,
                      const services::OutsideRequest& request,
                      WallTime now) {
    std::string id = request.key;
    std::ranges::replace(id, '/', '.');
    const std::string host = options.from.substr(options.from.find('@') + 1);
    std::string to;
    for (const std::string& each : mail_addresses(header_of(request, "to"))) {
        to += (to.empty() ? "" : ", ") + each;
    }
    std::string text = "From: " + options.from + "\r\nTo: " + to +
                       "\r\nSubject: " + header_text(header_of(request, "subject")) +
                       "\r\nDate: " + date_text(now) + "\r\nMessage-ID: <" + id + "@" + host +
                       ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
    const std::string html = header_of(request, "html");
    if (html.empty()) {
        return text + part("text/plain", request.body);
    }
    const std::string boundary = "holdfast-" + id;
    return text + "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n--" +
           boundary + "\r\n" + part("text/plain", request.body) + "--" + boundary + "\r\n" +
           part("text/html", html) + "--" + boundary + "--\r\n";
}

asio::awaitable<Reply> send_mail(MailOptions options,
                                 services::OutsideRequest request,
                                 WallTime now) {
    using namespace asio::experimental::awaitable_operators;
    if (options.host.empty()) {
        co_return fail(ErrorCode::routine_no_mail_server);
    }
    asio::steady_timer deadline(co_await asio::this_coro::executor, time_max);
    auto first = co_await (send_once(options, request, now) || deadline.async_wait(as_code));
    if (first.index() == 1) {
        co_return failed("no answer in time");
    }
    co_return std::get<0>(std::move(first));
}

}  // namespace holdfast::mail
