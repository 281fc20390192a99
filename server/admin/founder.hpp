#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/split_mix.hpp"
#include "core/forms/definition.hpp"
#include "core/model/body.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/entitlement.hpp"
#include "core/model/row.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

/// Chance that repeats.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : mix_(seed) {}
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(mix_.next() % bound); }
    bool chance(unsigned percent) { return below(100) < percent; }
    template <class Container>
    const auto& pick(const Container& from) {
        return from[below(std::size(from))];
    }

private:
    SplitMix mix_;
};

/// Stands for a password in accounts that have none: no password has this hash.
inline constexpr const char* no_password = "!";

/// Writes an organization, piece by piece, inside a transaction of the caller. Rows are gathered
/// and written some thousands at a time.
class Founder {
public:
    /// For a new organization: organization() comes first.
    explicit Founder(storage::Storage& storage) : storage_(storage) {}
    /// For more in one that is there.
    Founder(storage::Storage& storage, Id organization, BucketId directory)
        : storage_(storage), organization_(organization), directory_(directory) {}

    [[nodiscard]] Result<Id> organization(std::string_view code, const body::Organization& body);
    /// What it has of Offline Mode (OM14); without this it has none.
    [[nodiscard]] Result<> entitlement(const body::Entitlement& body);
    [[nodiscard]] Result<Id> role(const body::Role& body);
    /// A user with an account and a bucket of its own.
    [[nodiscard]] Result<Id> user(const body::User& body, const std::string& password_hash);
    [[nodiscard]] Result<Id> group(const body::Group& body);
    /// The same with an id that is minted already.
    [[nodiscard]] Result<> group(Id id, const body::Group& body);

    struct NewChannel {
        body::Channel body;
        std::vector<Id> members;  ///< the first is its administrator
    };
    struct Place {
        Id channel;
        BucketId timeline;
        BucketId bucket{};  ///< of the channel's row and its members
    };
    [[nodiscard]] Result<Place> channel(const NewChannel& channel);
    /// Returns the message's id; `at` in Unix milliseconds.
    [[nodiscard]] Result<Id> message(BucketId timeline, const body::Message& body, std::int64_t at);
    [[nodiscard]] Result<> read_mark(Id user, Id channel, const body::ReadMark& body);
    /// The bucket of the organization's forms; made where there is none.
    [[nodiscard]] Result<BucketId> forms();
    /// The bucket of a group's tasks, made anew.
    [[nodiscard]] Result<BucketId> tasks(Id group);
    /// A collection with its bucket, which is returned.
    [[nodiscard]] Result<BucketId> collection(Id id, const body::Collection& body);
    /// A version of a form, with the ids of its collections by code. Returns the version's id.
    [[nodiscard]] Result<Id> form_version(Id form,
                                          const forms::Definition& definition,
                                          const std::map<std::string, Id>& collections);
    /// A new form with its first version.
    [[nodiscard]] Result<Id> form(const forms::Definition& definition,
                                  const std::map<std::string, Id>& collections);
    /// Writes or, with an empty body, deletes any row.
    [[nodiscard]] Result<> put(
        BucketId bucket, RowKind kind, Id id, std::string body, std::int64_t sort = 0);
    /// Writes what is gathered.
    [[nodiscard]] Result<> flush();
    /// Writes what is gathered, then the grants that follow from roles. Returns the number of
    /// these.
    [[nodiscard]] Result<std::size_t> finish();

    [[nodiscard]] Id id() const { return organization_; }
    [[nodiscard]] BucketId directory() const { return directory_; }

private:
    [[nodiscard]] Result<BucketId> bucket(const Bucket& bucket, bool open);

    storage::Storage& storage_;
    Id organization_;
    BucketId directory_;
    std::vector<RowChange> gathered_;
};

/// Runs `write` in one transaction, unless the organization `code` is there.
[[nodiscard]] Result<> found_once(storage::Storage& storage,
                                  std::string_view code,
                                  const std::function<Result<>()>& write);

}  // namespace holdfast::admin
