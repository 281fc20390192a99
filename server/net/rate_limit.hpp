#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "core/base/time.hpp"

namespace holdfast::net {

/// How many connections and requests an address may make: tokens that come back with time.
/// IPv6 addresses count by their first 64 bits, which one customer of a provider has for himself.
class RateLimit {
public:
    /// Null where it is admitted; otherwise how long to wait.
    struct Verdict {
        bool admitted = true;
        Millis retry_after{};
    };
    [[nodiscard]] Verdict connect(Instant now, const std::string& address);
    [[nodiscard]] Verdict request(Instant now, const std::string& address);
    void disconnected(const std::string& address);

    [[nodiscard]] std::size_t addresses() const { return sources_.size(); }

private:
    struct Source {
        double connections = 0;  ///< tokens
        double requests = 0;     ///< tokens
        Instant filled_at{};
        std::size_t open = 0;
    };
    [[nodiscard]] Source& fill(Instant now, const std::string& address);
    void forget_idle(Instant now);

    std::unordered_map<std::string, Source> sources_;
};

/// What an address counts as: itself, or its network for IPv6.
[[nodiscard]] std::string rate_key(const std::string& address);
[[nodiscard]] bool is_loopback(const std::string& address);

}  // namespace holdfast::net
