#include "server/net/system_environment.hpp"

#include <sys/random.h>

#include <chrono>

#include "core/base/assert.hpp"
#include "platform/zones/time_zone.hpp"

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

Result<std::int64_t> SystemEnvironment::offset_at(std::string_view zone, WallTime at) const {
    const auto found = TimeZone::find(zone);
    if (!found) {
        return fail(ErrorCode::routine_invalid_schedule, found.error().detail);
    }
    return found->offset_at(at.ms / 1000);
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
