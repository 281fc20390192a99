#include "server/mail/conversation.hpp"

#include <algorithm>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/string.hpp>
#include <cstdlib>
#include <utility>

#include "core/base/assert.hpp"
#include "core/files/media.hpp"
#include "platform/net/asio.hpp"

namespace asio = boost::asio;

namespace holdfast::mail {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t code_characters = 3;  // of a reply's status

bool is_refused(const Reply& reply) {
    return !reply || reply->status >= 500;
}

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::string_view one = words.substr(0, words.find(' '));
        if (boost::beast::iequals(one, word)) {
            return true;
        }
        words.remove_prefix(std::min(one.size() + 1, words.size()));
    }
    return false;
}

}  // namespace

std::unexpected<Error> failed(std::string what, int status) {
    return fail(ErrorCode::routine_mail_failed,
                std::move(what),
                status == 0 ? "" : R"({"status":)" + std::to_string(status) + "}");
}

struct Conversation::Trust {
    asio::ssl::context context{asio::ssl::context::tls_client};
};

Conversation::Conversation(net::Transport::Tcp tcp, const MailOptions& options)
    : options_(options), transport_(std::move(tcp)) {}

Conversation::~Conversation() = default;

asio::awaitable<Reply> Conversation::say(std::string line) {
    if (!line.empty()) {
        line += "\r\n";
        const auto [unsent, sent] =
            co_await asio::async_write(transport_, asio::buffer(line), as_code);
        if (unsent) {
            co_return failed(unsent.message());
        }
    }
    lines_.clear();
    while (lines_.size() < limits::reply_lines_max) {
        const auto [unread, length] = co_await asio::async_read_until(
            transport_, asio::dynamic_buffer(heard_, limits::reply_bytes_max), "\r\n", as_code);
        if (unread) {
            co_return failed(unread.message());
        }
        const std::string said = heard_.substr(0, length - 2);
        heard_.erase(0, length);
        lines_.push_back(said.substr(std::min(said.size(), code_characters + 1)));
        if (said.size() <= code_characters || said[code_characters] == ' ') {
            const int status = std::atoi(said.substr(0, code_characters).c_str());
            if (status < 200 || (status >= 400 && status < 500)) {
                co_return failed(said, status);
            }
            co_return services::OutsideReply{.status = status, .body = said};
        }
    }
    co_return failed("a reply of too many lines");
}

asio::awaitable<Reply> Conversation::open() {
    if (options_.tls == MailTls::implicit) {
        const Result<> secured = co_await secure();
        if (!secured) {
            co_return std::unexpected(secured.error());
        }
    }
    std::string nothing;
    Reply reply = co_await say(std::move(nothing));
    if (is_refused(reply)) {
        co_return reply;
    }
    reply = co_await hello();
    if (!is_refused(reply) && options_.tls == MailTls::starttls) {
        reply = co_await start_tls();
    }
    if (!is_refused(reply) && !options_.user.empty()) {
        HF_ASSERT(transport_.tls() != nullptr);  // no password is said in the clear
        reply = co_await sign_in();
    }
    co_return reply;
}

asio::awaitable<Reply> Conversation::hello() {
    std::string line = "EHLO holdfast";
    co_return co_await say(std::move(line));
}

/// RFC 3207. What came behind the server's word, before TLS, may be anybody's: a server that has
/// said more is not spoken to.
asio::awaitable<Reply> Conversation::start_tls() {
    if (offer("STARTTLS") == nullptr) {
        co_return failed("the mail server offers no TLS");
    }
    std::string line = "STARTTLS";
    const Reply begun = co_await say(std::move(line));
    if (is_refused(begun)) {
        co_return begun ? failed("the mail server refuses TLS", begun->status) : begun;
    }
    if (!heard_.empty()) {
        co_return failed("something was said before TLS began");
    }
    const Result<> secured = co_await secure();
    if (!secured) {
        co_return std::unexpected(secured.error());
    }
    co_return co_await hello();
}

asio::awaitable<Result<>> Conversation::secure() {
    trust_ = std::make_unique<Trust>();
    boost::system::error_code untrusted;
    if (options_.trust.empty()) {
        trust_->context.set_default_verify_paths(untrusted);
    } else {
        trust_->context.load_verify_file(options_.trust, untrusted);
    }
    SSL_CTX_set_min_proto_version(trust_->context.native_handle(), TLS1_2_VERSION);
    net::Transport::Tcp tcp = std::move(transport_.next_layer());
    transport_ = net::Transport(std::move(tcp), trust_->context);
    if (untrusted || !transport_.tls()->require_peer(options_.host)) {
        co_return failed("TLS: the authorities cannot be read");
    }
    const auto [refused] =
        co_await transport_.tls()->async_handshake(asio::ssl::stream_base::client, as_code);
    if (refused) {
        co_return failed("TLS: " + refused.message());
    }
    co_return Result<>();
}

/// RFC 4954. A refusal is tried again like a server that is away: who runs the server mends the
/// password, and the e-mail is sent then.
asio::awaitable<Reply> Conversation::sign_in() {
    const std::string* kinds = offer("AUTH");
    const std::string& user = options_.user;
    const std::string& password = options_.password;
    std::vector<std::string> lines;
    if (kinds != nullptr && has_word(*kinds, "PLAIN")) {
        using namespace std::string_literals;
        lines = {"AUTH PLAIN " + files::to_base64("\0"s + user + "\0"s + password)};
    } else if (kinds != nullptr && has_word(*kinds, "LOGIN")) {
        lines = {"AUTH LOGIN", files::to_base64(user), files::to_base64(password)};
    } else {
        co_return failed("the mail server offers no sign-in that is known here");
    }
    int status = 0;
    for (std::string& line : lines) {
        const Result<int> heard = co_await say_secret(std::move(line));
        if (!heard) {
            co_return std::unexpected(heard.error());
        }
        status = *heard;
    }
    if (status != 235) {
        co_return failed("the mail server refuses the sign-in", status);
    }
    co_return services::OutsideReply{.status = 250, .body = {}};
}

asio::awaitable<Result<int>> Conversation::say_secret(std::string line) {
    const Reply heard = co_await say(std::move(line));
    if (!heard && heard.error().params.empty()) {
        co_return std::unexpected(heard.error());
    }
    if (is_refused(heard)) {
        Error refused = heard ? failed("", heard->status).error() : heard.error();
        refused.detail = "the mail server refuses the sign-in";
        co_return std::unexpected(std::move(refused));
    }
    co_return heard->status;
}

const std::string* Conversation::offer(std::string_view name) const {
    const auto found = std::ranges::find_if(lines_, [&](const std::string& line) {
        return boost::beast::iequals(std::string_view(line).substr(0, line.find(' ')), name);
    });
    return found == lines_.end() ? nullptr : &*found;
}

}  // namespace holdfast::mail
