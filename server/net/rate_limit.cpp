#include "server/net/rate_limit.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "server/net/limits.hpp"

namespace holdfast::net {
namespace {

/// Takes one token; how long until there is one where there is none.
RateLimit::Verdict take(double& tokens, double per_second) {
    if (tokens >= 1) {
        tokens -= 1;
        return {};
    }
    return {false, Millis{static_cast<std::int64_t>((1 - tokens) * 1000 / per_second) + 1}};
}

/// Shares one bucket when there are more addresses at once than are remembered.
constexpr const char* everyone_else = "*";

double factor_of(const std::string& key) {
    return is_loopback(key) ? limits::loopback_factor : 1;
}

}  // namespace

bool is_loopback(const std::string& address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(address, error);
    if (error) {
        return false;
    }
    if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6())
            .is_loopback();
    }
    return parsed.is_loopback();
}

std::string rate_key(const std::string& address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(address, error);
    if (error || parsed.is_v4() || parsed.is_loopback()) {
        return address;
    }
    auto bytes = parsed.to_v6().to_bytes();
    if (parsed.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6())
            .to_string();
    }
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6(bytes).to_string();
}

RateLimit::Source& RateLimit::fill(Instant now, const std::string& address) {
    std::string key = rate_key(address);
    if (sources_.size() >= limits::addresses_max && !sources_.contains(key)) {
        forget_idle(now);
        if (sources_.size() >= limits::addresses_max) {
            key = everyone_else;
        }
    }
    const double factor = factor_of(key);
    const double connections_max = limits::connections_burst * factor;
    const double requests_max = limits::requests_burst * factor;
    const auto found = sources_.find(key);
    if (found == sources_.end()) {
        return sources_.emplace(key, Source{connections_max, requests_max, now, 0}).first->second;
    }
    Source& source = found->second;
    const double seconds = static_cast<double>((now - source.filled_at).count) / 1000;
    source.filled_at = now;
    source.connections = std::min(
        connections_max, source.connections + seconds * limits::connections_per_second * factor);
    source.requests =
        std::min(requests_max, source.requests + seconds * limits::requests_per_second * factor);
    return source;
}

void RateLimit::forget_idle(Instant now) {
    // Whoever has been away for so long has a full bucket again: forgetting it gives nothing away.
    constexpr double full_after_ms =
        1000 * std::max(limits::connections_burst / limits::connections_per_second,
                        limits::requests_burst / limits::requests_per_second);
    std::erase_if(sources_, [&](const auto& each) {
        const double idle_ms = static_cast<double>((now - each.second.filled_at).count);
        return each.second.open == 0 && idle_ms > full_after_ms;
    });
}

RateLimit::Verdict RateLimit::connect(Instant now, const std::string& address) {
    Source& source = fill(now, address);
    const double open_max = limits::connections_per_address_max * factor_of(rate_key(address));
    if (static_cast<double>(source.open) >= open_max) {
        return {false, Millis{1000}};
    }
    const Verdict verdict = take(source.connections, limits::connections_per_second);
    source.open += verdict.admitted ? 1 : 0;
    return verdict;
}

RateLimit::Verdict RateLimit::request(Instant now, const std::string& address) {
    return take(fill(now, address).requests, limits::requests_per_second);
}

void RateLimit::disconnected(const std::string& address) {
    auto found = sources_.find(rate_key(address));
    if (found == sources_.end()) {
        found = sources_.find(everyone_else);
    }
    if (found != sources_.end() && found->second.open > 0) {
        --found->second.open;
    }
}

}  // namespace holdfast::net
