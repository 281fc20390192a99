#include "server/net/system_environment.hpp"

#include <sys/random.h>

#include <chrono>

#include "core/base/assert.hpp"

namespace holdfast::net {

Instant SystemEnvironment::now() const {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

WallTime SystemEnvironment::wall() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

std::int64_t SystemEnvironment::stopwatch_us() const {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

void SystemEnvironment::random(void* bytes, std::size_t count) {
    auto* at = static_cast<unsigned char*>(bytes);
    while (count > 0) {
        const ssize_t got = getrandom(at, count, 0);
        HF_ASSERT(got > 0 || errno == EINTR);
        if (got > 0) {
            at += got;
            count -= static_cast<std::size_t>(got);
        }
    }
}

}  // namespace holdfast::net
