#pragma once

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::net {

namespace limits {
inline constexpr std::size_t tls_record_bytes_max = 16 * 1024;  // that one record carries
inline constexpr std::size_t tls_first_bytes =
    512;  // of what comes; the rest has no buffer of ours
inline constexpr std::size_t tls_burst_bytes_max = 256 * 1024;  // read at once; then others first
inline constexpr std::size_t tls_unsent_bytes_max =
    64 * 1024;  // that the socket has not taken; beyond it the connection fails
}  // namespace limits

/// OpenSSL on a socket that does not block, with no more memory than bytes need that are moving.
/// What comes wakes with its first bytes; OpenSSL reads the rest from the socket by itself, into
/// buffers that it gives back. What goes is handed to the socket at once, and kept only while the
/// socket does not take it.
class TlsEngine {
public:
    using Error = boost::system::error_code;

    struct Step {
        Error error;
        std::size_t bytes = 0;     ///< read or written
        bool wants_input = false;  ///< nothing was done: something has to come first
    };

    explicit TlsEngine(SSL_CTX* context);
    ~TlsEngine();
    TlsEngine(const TlsEngine&) = delete;
    TlsEngine& operator=(const TlsEngine&) = delete;

    // Each is given the socket as it is now: one that was closed has no number, and its old one may
    // be somebody else's.
    [[nodiscard]] Step handshake(int socket, boost::asio::ssl::stream_base::handshake_type role);
    /// Errors  asio::error::eof: the peer has said goodbye · asio::ssl::error::stream_truncated: it
    ///         has gone without · those of the socket and of OpenSSL.
    [[nodiscard]] Step read(int socket, boost::asio::mutable_buffer into);
    /// One record at most.  Errors  as of read() · no_buffer_space: tls_unsent_bytes_max.
    [[nodiscard]] Step write(int socket, boost::asio::const_buffer from);
    /// Says goodbye. What the socket does not take at once goes with the next write.
    void say_goodbye(int socket);

    /// Where the first bytes of what comes are put, and how many came; eof: none will.
    [[nodiscard]] boost::asio::mutable_buffer input() { return boost::asio::buffer(first_); }
    void received(std::size_t bytes, bool eof);

    /// What the socket has not taken yet: stays where it is until sent() tells how much of it went.
    [[nodiscard]] bool has_unsent() const { return !sending_.empty() || !unsent_.empty(); }
    [[nodiscard]] boost::asio::const_buffer unsent();
    void sent(std::size_t bytes);

    [[nodiscard]] SSL* handle() const { return ssl_.get(); }

private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    struct Calls;  // of OpenSSL, for the bytes between it and the socket

    template <class Call>
    Step run(int socket, const Call& call);
    [[nodiscard]] Step judge(int code) const;
    int get(BIO* bio, char* bytes, int size);
    int put(const char* bytes, int size);

    std::unique_ptr<SSL, Free> ssl_;
    int socket_ = -1;  ///< during a call
    Error failure_;    ///< of the socket, in this call
    bool ended_ = false;
    std::size_t burst_left_ = 0;  ///< may be read from the socket without waiting for it
    std::size_t taken_ = 0;       ///< of first_
    std::size_t filled_ = 0;      ///< of first_
    std::array<char, limits::tls_first_bytes> first_;
    std::string sending_;  ///< the socket is being given this
    std::size_t sent_ = 0;
    std::string unsent_;  ///< and then this
};

/// TLS over a TCP connection, for reading and writing as any stream of Asio is. One read and one
/// write at a time. Deadlines are those of next_layer(). Does not shut down by itself: a peer that
/// is to know that nothing was cut off is told by say_goodbye(), which waits for nothing.
///
/// A write fails where OpenSSL has to read first (a peer that renegotiates, or sends a message of
/// the handshake in pieces afterwards: none does).
class TlsStream {
public:
    using next_layer_type = boost::beast::tcp_stream;
    using executor_type = next_layer_type::executor_type;
    using Error = boost::system::error_code;

    TlsStream(next_layer_type tcp, boost::asio::ssl::context& context)
        : tcp_(std::move(tcp)), engine_(std::make_unique<TlsEngine>(context.native_handle())) {}

    [[nodiscard]] next_layer_type& next_layer() { return tcp_; }
    [[nodiscard]] executor_type get_executor() { return tcp_.get_executor(); }
    [[nodiscard]] SSL* native_handle() { return engine_->handle(); }

    /// For a client: the certificate has to be trusted, and be of this host or address.
    [[nodiscard]] bool require_peer(const std::string& host);

    void say_goodbye() { engine_->say_goodbye(socket()); }

    template <class Token>
    auto async_handshake(boost::asio::ssl::stream_base::handshake_type role, Token&& token) {
        return boost::asio::async_compose<Token, void(Error)>(
            Operation{
                *this,
                [role](TlsEngine& engine, int socket) { return engine.handshake(socket, role); },
                [](auto& self, const TlsEngine::Step& step) { self.complete(step.error); },
                true},
            token,
            tcp_);
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_compose<Token, void(Error, std::size_t)>(
            Operation{*this,
                      [into = first_of<boost::asio::mutable_buffer>(buffers)](
                          TlsEngine& engine, int socket) { return engine.read(socket, into); },
                      tell,
                      false},
            token,
            tcp_);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_compose<Token, void(Error, std::size_t)>(
            Operation{*this,
                      [buffers](TlsEngine& engine, int socket) {
                          return write_gathered(engine, socket, buffers);
                      },
                      tell,
                      true},
            token,
            tcp_);
    }

private:
    static constexpr auto tell = [](auto& self, const TlsEngine::Step& step) {
        self.complete(step.error, step.bytes);
    };

    /// A call of the engine, again and again until it is done; then what the socket has not taken
    /// is sent. A read sends nothing: what it has to say goes before the next write (RFC 8446,
    /// 4.6.3), and so nobody but a write or the handshake ever writes.
    template <class Call, class Tell>
    struct Operation {
        enum class Waits { not_yet, for_input, for_output, for_turn };

        TlsStream& stream;
        Call call;
        Tell tell_result;
        bool sends;
        TlsEngine::Step step{};
        bool done = false;
        Waits waits = Waits::not_yet;

        template <class Self>
        void operator()(Self& self, Error error = {}, std::size_t bytes = 0) {
            const bool is_first = waits == Waits::not_yet;
            if (!take(error, bytes)) {
                step = {.error = error};
                done = true;
            } else if (!done) {
                step = call(*stream.engine_, stream.socket());
                done = !step.wants_input;
            }
            if (sends && !step.error && stream.engine_->has_unsent()) {
                waits = Waits::for_output;
                stream.tcp_.async_write_some(stream.engine_->unsent(), std::move(self));
            } else if (!done) {
                waits = Waits::for_input;
                stream.tcp_.async_read_some(stream.engine_->input(), std::move(self));
            } else if (is_first) {  // never from within the call that began it
                waits = Waits::for_turn;
                boost::asio::post(stream.get_executor(), std::move(self));
            } else {
                tell_result(self, step);
            }
        }

        /// Whether it may go on after what it waited for.
        bool take(Error error, std::size_t bytes) {
            if (waits == Waits::for_input) {
                const bool eof = error == boost::asio::error::eof;
                stream.engine_->received(bytes, eof);
                return eof || !error;
            }
            if (waits == Waits::for_output) {
                stream.engine_->sent(bytes);
            }
            return !error;
        }
    };
    template <class Call, class Tell>
    Operation(TlsStream&, Call, Tell, bool) -> Operation<Call, Tell>;

    /// The first buffer that is not empty; an empty one where none is.
    template <class Buffer, class Buffers>
    static Buffer first_of(const Buffers& buffers) {
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
            if (const Buffer each(*at); each.size() > 0) {
                return each;
            }
        }
        return {};
    }

    /// What stands in several buffers (a frame and its header) goes in one record.
    template <class Buffers>
    static TlsEngine::Step write_gathered(TlsEngine& engine, int socket, const Buffers& buffers) {
        const auto first = first_of<boost::asio::const_buffer>(buffers);
        if (first.size() >= limits::tls_record_bytes_max ||
            first.size() == boost::asio::buffer_size(buffers)) {
            return engine.write(socket, first);
        }
        std::array<char, limits::tls_record_bytes_max> record;
        const std::size_t size = boost::asio::buffer_copy(boost::asio::buffer(record), buffers);
        return engine.write(socket, boost::asio::buffer(record, size));
    }

    [[nodiscard]] int socket() { return tcp_.socket().native_handle(); }

    next_layer_type tcp_;
    std::unique_ptr<TlsEngine> engine_;  ///< stays where it is: OpenSSL refers to it
};

}  // namespace holdfast::net
