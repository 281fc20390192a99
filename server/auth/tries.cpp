#include "server/auth/tries.hpp"

namespace holdfast::auth {

Millis TryCounter::wait(Instant now, std::string_view name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end() || found->second.tries < tries_max_ || found->second.until <= now) {
        return {};
    }
    return found->second.until - now;
}

void TryCounter::add(Instant now, const std::string& name) {
    drop_old(now);
    const auto [at, made] = entries_.try_emplace(name, Entry{now + window_, 0});
    if (made) {
        by_age_.emplace_back(at->second.until, name);
    }
    at->second.tries += 1;
}

void TryCounter::take_back(const std::string& name) {
    const auto found = entries_.find(name);
    if (found != entries_.end() && found->second.tries > 0) {
        found->second.tries -= 1;
    }
}

void TryCounter::drop_old(Instant now) {
    while (!by_age_.empty() && (by_age_.front().first <= now || by_age_.size() >= names_max_)) {
        const auto& [until, name] = by_age_.front();
        const auto found = entries_.find(name);
        if (found != entries_.end() && found->second.until == until) {
            entries_.erase(found);
        }
        by_age_.pop_front();
    }
}

}  // namespace holdfast::auth
