#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/time.hpp"

namespace holdfast::auth {

/// Counts what happened under a name within a window of time that begins with the first.
class TryCounter {
public:
    TryCounter(std::size_t tries_max, Millis window, std::size_t names_max)
        : tries_max_(tries_max), window_(window), names_max_(names_max) {}

    /// How long the name has to wait; 0 if it may try now.
    [[nodiscard]] Millis wait(Instant now, std::string_view name) const;
    void add(Instant now, const std::string& name);
    /// Takes one try back: it was no failure.
    void take_back(const std::string& name);
    void forget(const std::string& name) { entries_.erase(name); }

private:
    struct Entry {
        Instant until;
        std::size_t tries = 0;
    };
    void drop_old(Instant now);

    std::size_t tries_max_;
    Millis window_;
    std::size_t names_max_;
    std::map<std::string, Entry, std::less<>> entries_;
    std::deque<std::pair<Instant, std::string>> by_age_;
};

}  // namespace holdfast::auth
