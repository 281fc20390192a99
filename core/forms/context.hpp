#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/forms/civil.hpp"

namespace holdfast::forms {

/// One thing of a collection: an asset, a place, a kind of failure.
struct Element {
    Id id{};
    std::string collection{};  ///< code
    std::string code{};        ///< what conditions compare
    std::string name{};        ///< what people read
    bool active = true;        ///< one that is not is no choice any more
};

struct Person {
    Id id{};
    std::string name{};  ///< what people read
    std::string job{};
    bool active = true;
};

enum class Relation : std::uint8_t { any, subordinate, boss, peer };

/// What is known of a picture, a file or a signature before its bytes have arrived.
struct FileFacts {
    std::string type{};  ///< content type, as sniffed
    std::int64_t bytes = 0;
};

/// What to look for in a collection.
struct Search {
    std::string_view collection{};
    std::optional<std::vector<Id>> parents{};  ///< children of one of these only
    std::string_view typed{};                  ///< empty: from the beginning
    std::size_t found_max = 50;                ///< at most limits::search_found_max
};

/// What the engine may read: the server's tables or a device's replica. Absence is normal; an error
/// is a failed read. What another organization owns is absent.
class Lookup {
public:
    virtual ~Lookup() = default;

    /// Whether all elements of the collection are here. The server always has them.
    [[nodiscard]] virtual Result<bool> has_collection(std::string_view code) const = 0;
    [[nodiscard]] virtual Result<std::optional<Element>> element(Id id) const = 0;
    [[nodiscard]] virtual Result<bool> is_child(Id child, Id parent) const = 0;
    /// In the order in which they are shown.
    [[nodiscard]] virtual Result<std::vector<Element>> search(const Search& search) const = 0;

    /// A person whom the user may see.
    [[nodiscard]] virtual Result<std::optional<Person>> person(Id id) const = 0;
    /// Whether `other` is a subordinate, boss or peer of the user.
    [[nodiscard]] virtual Result<bool> is_related(Id user, Relation relation, Id other) const = 0;

    /// Elements of a collection that the channel carries, or the user: filters offer their
    /// children. None where there is no such channel, or user.
    [[nodiscard]] virtual Result<std::vector<Id>> elements_of_channel(
        Id channel, std::string_view collection) const = 0;
    [[nodiscard]] virtual Result<std::vector<Id>> elements_of_user(
        Id user, std::string_view collection) const = 0;

    [[nodiscard]] virtual Result<std::optional<FileFacts>> file(Id id) const = 0;
};

/// Who fills in the form, where and when. A value that is passed to each call and never kept.
struct Context {
    const Lookup& lookup;
    Id user{};
    Id channel{};  ///< where the form is filled in; none of one that begins a task
    /// The moment that verdicts are about: now on a device; when the person sent it, by the
    /// device's clock, on the server.
    WallTime now{};
    Zone zone{};                ///< where the person is
    std::vector<Zone> zones{};  ///< those that the form names
    bool online = true;         ///< false: in Offline Mode, or no contact

    [[nodiscard]] const Zone* find_zone(std::string_view name) const {
        for (const Zone& one : zones) {
            if (one.name == name) {
                return &one;
            }
        }
        return nullptr;
    }
};

}  // namespace holdfast::forms
