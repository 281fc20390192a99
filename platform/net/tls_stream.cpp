#include "platform/net/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <cstring>

#include "core/base/assert.hpp"

namespace asio = boost::asio;

namespace holdfast::net {

/// What OpenSSL calls to move bytes.
struct TlsEngine::Calls {
    static TlsEngine& engine(BIO* bio) { return *static_cast<TlsEngine*>(BIO_get_data(bio)); }
    static int read(BIO* bio, char* bytes, int size) { return engine(bio).get(bio, bytes, size); }
    static int write(BIO* bio, const char* bytes, int size) {
        BIO_clear_retry_flags(bio);
        return engine(bio).put(bytes, size);
    }
    static long control(BIO* bio, int what, long /*number*/, void* /*object*/) {
        switch (what) {
            case BIO_CTRL_FLUSH:
                return 1;
            case BIO_CTRL_EOF:
                return engine(bio).ended_ ? 1 : 0;
            default:
                return 0;
        }
    }
    static const BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* method =
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "holdfast");
            HF_ASSERT(method != nullptr);
            BIO_meth_set_read(method, read);
            BIO_meth_set_write(method, write);
            BIO_meth_set_ctrl(method, control);
            return method;
        }();
        return made;
    }
};

TlsEngine::TlsEngine(SSL_CTX* context) : ssl_(SSL_new(context)) {
    BIO* bio = BIO_new(Calls::method());
    HF_ASSERT(ssl_ && bio != nullptr);
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_options(ssl_.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_set_read_ahead(ssl_.get(), 1);  // a record by one call of the system
}

TlsEngine::~TlsEngine() = default;

template <class Call>
TlsEngine::Step TlsEngine::run(int socket, const Call& call) {
    socket_ = socket;
    failure_ = {};
    ERR_clear_error();
    const int done = call();
    return done > 0 ? Step{.error = {}, .bytes = static_cast<std::size_t>(done)}
                    : judge(SSL_get_error(ssl_.get(), done));
}

TlsEngine::Step TlsEngine::judge(int code) const {
    if (code == SSL_ERROR_WANT_READ) {
        return {.error = {}, .bytes = 0, .wants_input = true};
    }
    if (code == SSL_ERROR_ZERO_RETURN) {
        return {.error = asio::error::eof};
    }
    if (failure_) {
        return {.error = failure_};
    }
    if (code == SSL_ERROR_SSL && !ended_) {
        return {.error = Error(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category())};
    }
    return {.error = asio::ssl::error::stream_truncated};
}

TlsEngine::Step TlsEngine::handshake(int socket, asio::ssl::stream_base::handshake_type role) {
    Step step = run(socket, [&] {
        return role == asio::ssl::stream_base::server ? SSL_accept(ssl_.get())
                                                      : SSL_connect(ssl_.get());
    });
    step.bytes = 0;
    return step;
}

TlsEngine::Step TlsEngine::read(int socket, asio::mutable_buffer into) {
    if (into.size() == 0) {
        return {};
    }
    const int size = static_cast<int>(std::min(into.size(), limits::tls_record_bytes_max));
    return run(socket, [&] { return SSL_read(ssl_.get(), into.data(), size); });
}

TlsEngine::Step TlsEngine::write(int socket, asio::const_buffer from) {
    if (from.size() == 0) {
        return {};
    }
    const int size = static_cast<int>(std::min(from.size(), limits::tls_record_bytes_max));
    Step step = run(socket, [&] { return SSL_write(ssl_.get(), from.data(), size); });
    if (step.wants_input) {
        step = {.error = asio::error::operation_not_supported};
    }
    return step;
}

void TlsEngine::say_goodbye(int socket) {
    if (SSL_is_init_finished(ssl_.get()) == 1) {
        (void)run(socket, [&] { return SSL_shutdown(ssl_.get()); });
    }
}

void TlsEngine::received(std::size_t bytes, bool eof) {
    taken_ = 0;
    filled_ = bytes;
    ended_ = ended_ || eof;
    burst_left_ = bytes == first_.size() ? limits::tls_burst_bytes_max : 0;
}

int TlsEngine::get(BIO* bio, char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const auto wanted = static_cast<std::size_t>(size);
    if (taken_ < filled_) {
        const std::size_t count = std::min(wanted, filled_ - taken_);
        std::memcpy(bytes, first_.data() + taken_, count);
        taken_ += count;
        return static_cast<int>(count);
    }
    if (ended_) {
        return 0;
    }
    const std::size_t most = std::min(wanted, burst_left_);
    const ssize_t got = most > 0 ? ::recv(socket_, bytes, most, MSG_DONTWAIT) : -1;
    if (got >= 0) {
        ended_ = got == 0;
        const auto count = static_cast<std::size_t>(got);
        // Less than there was room for: the socket is empty, and need not be asked again.
        burst_left_ = count < most ? 0 : burst_left_ - count;
        return static_cast<int>(got);
    }
    if (most > 0 && errno != EAGAIN && errno != EINTR) {
        failure_ = Error(errno, boost::system::system_category());
        return -1;
    }
    burst_left_ = 0;
    BIO_set_retry_read(bio);
    return -1;
}

int TlsEngine::put(const char* bytes, int size) {
    const auto count = static_cast<std::size_t>(size);
    std::size_t gone = 0;
    if (!has_unsent()) {
        const ssize_t sent = ::send(socket_, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            failure_ = Error(errno, boost::system::system_category());
            return -1;
        }
        gone = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    }
    if (unsent_.size() + count - gone > limits::tls_unsent_bytes_max) {
        failure_ = asio::error::no_buffer_space;
        return -1;
    }
    unsent_.append(bytes + gone, count - gone);
    return size;
}

asio::const_buffer TlsEngine::unsent() {
    if (sending_.empty()) {
        sending_ = std::exchange(unsent_, {});
    }
    return asio::buffer(sending_) + sent_;
}

void TlsEngine::sent(std::size_t bytes) {
    sent_ += bytes;
    if (sent_ == sending_.size()) {
        sending_ = std::string();
        sending_.shrink_to_fit();  // assigning keeps the room
        sent_ = 0;
    }
}

bool TlsStream::require_peer(const std::string& host) {
    SSL* ssl = native_handle();
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) {
        return true;
    }
    return SSL_set1_host(ssl, host.c_str()) == 1 &&
           SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace holdfast::net
