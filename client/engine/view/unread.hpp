#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "client/replica/replica.hpp"
#include "core/base/id.hpp"

namespace holdfast::client {

namespace limits {
/// The screen says "99+" beyond 99.
inline constexpr std::uint64_t unread_max = 100;
}  // namespace limits

/// What a channel holds that the person has not read.
struct UnreadCount {
    std::uint64_t count = 0;  ///< at most limits::unread_max
    std::optional<SortKey> first;
};

/// Remembers the counts of channels, because the menu asks for all of them at every change.
class UnreadCounts {
public:
    [[nodiscard]] const UnreadCount* find(Id channel) const {
        const auto found = counts_.find(channel);
        return found == counts_.end() ? nullptr : &found->second;
    }
    const UnreadCount& remember(Id channel, UnreadCount count) {
        return counts_.insert_or_assign(channel, count).first->second;
    }
    void forget(Id channel) { counts_.erase(channel); }
    void clear() { counts_.clear(); }

private:
    std::map<Id, UnreadCount> counts_;
};

/// Whether a message counts as unread for `user`: by somebody else, and not deleted. Reads the body
/// without parsing where it has the form that this project writes.
[[nodiscard]] bool is_unread_message(std::string_view body, Id user);

}  // namespace holdfast::client
