#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/forms/context.hpp"
#include "core/model/body.hpp"
#include "core/model/file_claim.hpp"
#include "core/model/world.hpp"

namespace holdfast {

/// One of two people, as relations between them ask.
struct Colleague {
    Id id{};
    const body::User& user;
};
/// Whether `other` is a subordinate of the person, one of the bosses, or a peer: somebody else who
/// has a boss in common. The directory says who the bosses of each are; the rest follows.
[[nodiscard]] bool is_related(const Colleague& person,
                              forms::Relation relation,
                              const Colleague& other);

/// What a form's rules look up, read from a world: the collections that the form names, and the
/// people of the organization.
///
/// A file is known when the intent that is judged claims it: nobody answers with what somebody else
/// has attached. search() finds nothing here: whoever shows choices derives and searches an index
/// of its own. Lifetime  one judgement: elements are kept as they were read. Borrows its arguments.
class WorldLookup : public forms::Lookup {
public:
    WorldLookup(const World& world,
                const std::map<std::string, Id>& collections,
                std::span<const FileClaim> files = {})
        : world_(world), collections_(collections), files_(files) {}

    /// What people call the collection; its code where it is not here.
    [[nodiscard]] Result<std::string> name_of_collection(const std::string& code) const;

    [[nodiscard]] Result<bool> has_collection(std::string_view code) const override;
    [[nodiscard]] Result<std::optional<forms::Element>> element(Id id) const override;
    [[nodiscard]] Result<bool> is_child(Id child, Id parent) const override;
    [[nodiscard]] Result<std::vector<forms::Element>> search(
        const forms::Search& search) const override;
    [[nodiscard]] Result<std::optional<forms::Person>> person(Id id) const override;
    /// False where one of them is not there.
    [[nodiscard]] Result<bool> is_related(Id user,
                                          forms::Relation relation,
                                          Id other) const override;
    [[nodiscard]] Result<std::vector<Id>> elements_of_channel(
        Id channel, std::string_view collection) const override;
    [[nodiscard]] Result<std::vector<Id>> elements_of_user(
        Id user, std::string_view collection) const override;
    [[nodiscard]] Result<std::optional<forms::FileFacts>> file(Id id) const override;

private:
    struct Found {
        forms::Element element{};
        std::vector<Id> parents{};
    };
    [[nodiscard]] Result<const std::optional<Found>*> look_up(Id id) const;

    const World& world_;
    const std::map<std::string, Id>& collections_;
    std::span<const FileClaim> files_;
    mutable std::map<Id, std::optional<Found>> found_;
};

}  // namespace holdfast
