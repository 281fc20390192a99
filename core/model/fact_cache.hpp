#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/model/body.hpp"
#include "core/model/body_bots.hpp"
#include "core/model/row.hpp"

namespace holdfast {

namespace limits {
inline constexpr std::size_t facts_cached_max = 4096;  // rows; beyond: all are read again
}  // namespace limits

/// What the rules ask for at each intent, as values: users, roles, groups, channels, members,
/// grants and bots. Reading their JSON costs more than judging a message.
///
/// Invariant  a value is used again only for the bytes that it was read from, so nothing has to be
///            told when a row changes.
/// Owned by whoever owns the world; one thread.
class FactCache {
public:
    /// Whether values of this type are kept.
    template <class T>
    static constexpr bool keeps =
        std::is_same_v<T, body::User> || std::is_same_v<T, body::Role> ||
        std::is_same_v<T, body::Group> || std::is_same_v<T, body::Channel> ||
        std::is_same_v<T, body::Member> || std::is_same_v<T, body::Grant> ||
        std::is_same_v<T, body::Bots>;

    /// Null where the row was not read before, or had other bytes; valid until the next put().
    template <class T>
    [[nodiscard]] const T* find(RowKey key, std::string_view body) const {
        const auto found = entries_.find(key);
        return found == entries_.end() || found->second.body != body
                   ? nullptr
                   : std::get_if<T>(&found->second.value);
    }

    template <class T>
    void put(RowKey key, std::string_view body, const T& value) {
        if (entries_.size() >= limits::facts_cached_max) {
            entries_.clear();
        }
        entries_.insert_or_assign(key, Entry{std::string(body), value});
    }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        std::string body;
        std::variant<body::User,
                     body::Role,
                     body::Group,
                     body::Channel,
                     body::Member,
                     body::Grant,
                     body::Bots>
            value;
    };
    std::map<RowKey, Entry> entries_;
};

}  // namespace holdfast
