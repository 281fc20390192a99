#pragma once

#include "client/engine/forms/element_indexes.hpp"
#include "client/outbox/outbox.hpp"
#include "core/forms/context.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/world_lookup.hpp"

namespace holdfast::client {

/// Who fills in a form on this device, and when.
struct FillingPerson {
    Id user;
    WallTime now;                     ///< device's clock: the server judges by it too
    std::int64_t offset_minutes = 0;  ///< from UTC, of this place
    bool online = false;
};

/// Which filling it is.
struct FillingSpot {
    Id channel{};            ///< none of a form that begins a task
    std::int64_t draft = 0;  ///< 0: none yet
};

/// Where a device looks things up; borrowed.
struct FillingSources {
    const World& world;
    Replica& replica;
    ElementIndexes& indexes;
    const Outbox& outbox;
};

/// What a form's rules look up on a device: a collection is there once all of it is; a file is one
/// that was attached to this draft and has not been sent.
class DeviceLookup final : public WorldLookup {
public:
    DeviceLookup(const FillingSources& from,
                 const std::map<std::string, Id>& collections,
                 std::int64_t draft)
        : WorldLookup(from.world, collections),
          replica_(from.replica),
          indexes_(from.indexes),
          outbox_(from.outbox),
          collections_(collections),
          draft_(draft) {}

    [[nodiscard]] Result<bool> has_collection(std::string_view code) const override;
    [[nodiscard]] Result<std::vector<forms::Element>> search(
        const forms::Search& search) const override;
    /// People that a component offers to the user, as elements: their code is their job. Of the
    /// search, the collection and parents are not looked at.
    [[nodiscard]] Result<std::vector<forms::Element>> search_people(
        Id user, const forms::FromUsers& among, const forms::Search& search) const;
    [[nodiscard]] Result<std::optional<forms::FileFacts>> file(Id id) const override;

private:
    Replica& replica_;
    ElementIndexes& indexes_;
    const Outbox& outbox_;
    const std::map<std::string, Id>& collections_;
    std::int64_t draft_;
};

/// Everything that the rules of a form ask for at one moment. Borrows its arguments; stays where it
/// is, because the context refers to the lookup.
class FillingMoment {
public:
    FillingMoment(const FillingSources& from,
                  const KnownForm& form,
                  const FillingPerson& person,
                  const FillingSpot& spot)
        : lookup_(from, form.collections, spot.draft),
          context_{.lookup = lookup_,
                   .user = person.user,
                   .channel = spot.channel,
                   .now = person.now,
                   .zone = {.offset_minutes = static_cast<int>(person.offset_minutes)},
                   .online = person.online} {}
    FillingMoment(const FillingMoment&) = delete;
    FillingMoment& operator=(const FillingMoment&) = delete;

    [[nodiscard]] const forms::Context& context() const { return context_; }
    [[nodiscard]] const DeviceLookup& lookup() const { return lookup_; }

private:
    DeviceLookup lookup_;
    forms::Context context_;
};

}  // namespace holdfast::client
