#include "server/mail/mail.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <utility>

#include "core/files/media.hpp"
#include "platform/net/asio.hpp"
#include "server/mail/conversation.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace holdfast::mail {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t line_characters = 76;

std::unexpected<Error> invalid(const char* input) {
    return fail(
        ErrorCode::routine_invalid_input, input, std::string(R"({"input":")") + input + "\"}");
}

/// In lines that every server takes, whatever stands in the text.
std::string in_lines(std::string_view bytes) {
    const std::string text = files::to_base64(bytes);
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
        words += (words.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") +
                 files::to_base64(text.substr(0, end)) + "?=";
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

/// What is said of one e-mail before its text, in this order.
std::vector<std::string> commands(const MailOptions& options, const std::vector<std::string>& to) {
    std::vector<std::string> all{"MAIL FROM:<" + options.from + ">"};
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
    net::Transport::Tcp socket(executor);
    const auto [unconnected, endpoint] = co_await socket.async_connect(found, as_code);
    if (unconnected) {
        co_return failed(unconnected.message());
    }
    Conversation talk(std::move(socket), options);
    Reply opened = co_await talk.open();
    if (!opened || opened->status >= 500) {
        co_return opened;
    }
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
    asio::steady_timer deadline(co_await asio::this_coro::executor, limits::mail_time_max);
    auto first = co_await (send_once(options, request, now) || deadline.async_wait(as_code));
    if (first.index() == 1) {
        co_return failed("no answer in time");
    }
    co_return std::get<0>(std::move(first));
}

}  // namespace holdfast::mail
