#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/model/args.hpp"
#include "core/model/world.hpp"

/// One function for each kind of intent. For core/rules only: the way in is reduce().
namespace holdfast::rules {

[[nodiscard]] Result<Effects> post_message(World& world,
                                           const Occasion& occasion,
                                           const Intent& intent);
[[nodiscard]] Result<Effects> react(World& world, const Occasion& occasion, const Intent& intent);
[[nodiscard]] Result<Effects> delete_message(World& world,
                                             const Occasion& occasion,
                                             const Intent& intent);
[[nodiscard]] Result<Effects> mark_read(World& world,
                                        const Occasion& occasion,
                                        const Intent& intent);
[[nodiscard]] Result<Effects> create_channel(World& world,
                                             const Occasion& occasion,
                                             const Intent& intent);
/// The same for a routine, which nobody has to allow.
[[nodiscard]] Result<Effects> make_channel(World& world,
                                           const Occasion& occasion,
                                           Id id,
                                           const args::ChannelCreate& wanted);
[[nodiscard]] Result<Effects> rename_channel(World& world,
                                             const Occasion& occasion,
                                             const Intent& intent);
[[nodiscard]] Result<Effects> add_member(World& world,
                                         const Occasion& occasion,
                                         const Intent& intent);
[[nodiscard]] Result<Effects> remove_member(World& world,
                                            const Occasion& occasion,
                                            const Intent& intent);
[[nodiscard]] Result<Effects> update_profile(World& world,
                                             const Occasion& occasion,
                                             const Intent& intent);

[[nodiscard]] inline bool includes(const std::vector<Id>& ids, Id wanted) {
    return std::ranges::find(ids, wanted) != ids.end();
}

/// A message that the platform writes in somebody's name. `text` is the English sentence for
/// readers that do not know the key.
struct SystemMessage {
    BucketId timeline;
    Id id;
    std::string key;
    std::map<std::string, std::string> params;
    std::string text;
};
[[nodiscard]] RowChange write(const Occasion& occasion, const SystemMessage& message);

/// Moves the author's own read mark to a message: nothing if it stands there or later already, or
/// if the world does not hold the author's bucket.
[[nodiscard]] Result<> advance_read_mark(
    const World& world, Id user, Id channel, std::pair<std::int64_t, Id> message, Effects& effects);

/// Errors  intent_id_conflict where the timeline holds a message of this id already.
[[nodiscard]] Result<> ensure_new_message(const World& world, BucketId timeline, Id id);

}  // namespace holdfast::rules
