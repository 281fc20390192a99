#include "server/net/password_workers.hpp"

#include "platform/net/asio.hpp"
#include "platform/net/uncancelled.hpp"
#include "server/auth/passwords.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

/// Counts down even when the coroutine that waits is cancelled.
class Waiting {
public:
    explicit Waiting(std::size_t& count) : count_(count) { ++count_; }
    ~Waiting() { --count_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    std::size_t& count_;
};

asio::awaitable<bool> verify_here(std::string hash, std::string password) {
    co_return auth::verify_password(hash, password);
}

asio::awaitable<Result<std::string>> hash_here(std::string password) {
    co_return auth::hash_password(password);
}

}  // namespace

PasswordWorkers::PasswordWorkers() : threads_(limits::password_threads) {}

PasswordWorkers::~PasswordWorkers() {
    threads_.join();
}

asio::awaitable<Result<bool>> PasswordWorkers::verify(std::string hash, std::string password) {
    if (waiting_ >= limits::passwords_waiting_max) {
        co_return fail(ErrorCode::server_busy, "passwords to be checked");
    }
    const Waiting waiting(waiting_);
    co_return co_await asio::co_spawn(
        threads_, verify_here(std::move(hash), std::move(password)), uncancelled());
}

asio::awaitable<Result<std::string>> PasswordWorkers::make_hash(std::string password) {
    if (waiting_ >= limits::passwords_waiting_max) {
        co_return fail(ErrorCode::server_busy, "passwords to be hashed");
    }
    const Waiting waiting(waiting_);
    co_return co_await asio::co_spawn(threads_, hash_here(std::move(password)), uncancelled());
}

}  // namespace holdfast::net
