#include "server/admin/founder.hpp"

#include <algorithm>
#include <utility>

#include "server/services/grants.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t rows_gathered_max = 4000;

}  // namespace

Result<> Founder::put(BucketId bucket, RowKind kind, Id id, std::string body, std::int64_t sort) {
    gathered_.push_back({.key = {bucket, kind, id}, .sort = sort, .body = std::move(body)});
    return gathered_.size() < rows_gathered_max ? Result<>{} : flush();
}

Result<> Founder::flush() {
    HF_TRY([[maybe_unused]] const auto positions, storage_.write_rows(gathered_));
    gathered_.clear();
    return {};
}

Result<BucketId> Founder::bucket(const Bucket& bucket, bool open) {
    return storage_.create_bucket({.bucket = bucket, .organization = organization_, .open = open});
}

Result<Id> Founder::organization(std::string_view code, const body::Organization& body) {
    HF_TRY(organization_, storage_.mint_id());
    HF_TRY(directory_, bucket({.kind = BucketKind::directory, .owner = organization_}, false));
    HF_CHECK(storage_.put_organization(
        {.id = organization_, .code = std::string(code), .directory = directory_}));
    HF_CHECK(put(directory_, RowKind::organization, organization_, body::encode(body)));
    return organization_;
}

Result<> Founder::entitlement(const body::Entitlement& body) {
    return put(directory_, RowKind::entitlement, organization_, body::encode(body));
}

Result<Id> Founder::role(const body::Role& body) {
    HF_TRY(const Id role, storage_.mint_id());
    HF_CHECK(put(directory_, RowKind::role, role, body::encode(body)));
    return role;
}

Result<Id> Founder::user(const body::User& body, const std::string& password_hash) {
    HF_TRY(const Id user, storage_.mint_id());
    HF_TRY([[maybe_unused]] const BucketId own,
           bucket({.kind = BucketKind::user, .owner = user}, false));
    HF_CHECK(put(directory_, RowKind::user, user, body::encode(body)));
    HF_CHECK(storage_.put_account({.user = user,
                                   .organization = organization_,
                                   .email = body.email,
                                   .password_hash = password_hash}));
    return user;
}

Result<Id> Founder::group(const body::Group& body) {
    HF_TRY(const Id id, storage_.mint_id());
    HF_CHECK(group(id, body));
    return id;
}

Result<> Founder::group(Id id, const body::Group& body) {
    HF_TRY(const BucketId own, bucket({.kind = BucketKind::group, .owner = id}, false));
    return put(own, RowKind::group, id, body::encode(body));
}

Result<Founder::Place> Founder::channel(const NewChannel& channel) {
    HF_TRY(const Id id, storage_.mint_id());
    const bool open = !channel.body.is_private;
    HF_TRY(const BucketId own,
           bucket({.kind = BucketKind::channel, .owner = id, .parent = channel.body.group}, open));
    HF_TRY(const BucketId timeline,
           bucket({.kind = BucketKind::timeline, .owner = id, .parent = channel.body.group}, open));
    HF_CHECK(put(own, RowKind::channel, id, body::encode(channel.body)));
    for (const Id member : channel.members) {
        HF_CHECK(put(own,
                     RowKind::member,
                     member,
                     body::encode(body::Member{.admin = member == channel.members.front()})));
        if (channel.body.is_private) {
            HF_TRY(const auto user, storage_.find_bucket(BucketKind::user, member));
            HF_CHECK(put(
                user->bucket.id, RowKind::grant, id, body::encode(body::Grant{.channel = true})));
        }
    }
    return Place{id, timeline, own};
}

Result<Id> Founder::message(BucketId timeline, const body::Message& body, std::int64_t at) {
    HF_TRY(const Id message, storage_.mint_id());
    HF_CHECK(put(timeline, RowKind::message, message, body::encode(body), at));
    return message;
}

Result<> Founder::read_mark(Id user, Id channel, const body::ReadMark& body) {
    HF_TRY(const auto own, storage_.find_bucket(BucketKind::user, user));
    return put(own->bucket.id, RowKind::read_mark, channel, body::encode(body));
}

Result<BucketId> Founder::forms() {
    HF_TRY(const auto held, storage_.find_bucket(BucketKind::forms, organization_));
    return held ? Result<BucketId>(held->bucket.id)
                : bucket({.kind = BucketKind::forms, .owner = organization_}, false);
}

Result<BucketId> Founder::tasks(Id group) {
    return bucket({.kind = BucketKind::tasks, .owner = group}, false);
}

Result<BucketId> Founder::collection(Id id, const body::Collection& body) {
    HF_TRY(const BucketId own, bucket({.kind = BucketKind::collection, .owner = id}, false));
    HF_CHECK(put(own, RowKind::collection, id, body::encode(body)));
    return own;
}

Result<Id> Founder::form_version(Id form,
                                 const forms::Definition& definition,
                                 const std::map<std::string, Id>& collections) {
    HF_TRY(const BucketId bucket, forms());
    HF_TRY(const Id version, storage_.mint_id());
    body::FormVersion body{.form = form, .definition = forms::encode(definition)};
    for (const std::string& code : forms::collections_of(definition)) {
        body.collections[code] = collections.at(code);
    }
    HF_CHECK(put(bucket, RowKind::form_version, version, body::encode(body)));
    return version;
}

Result<Id> Founder::form(const forms::Definition& definition,
                         const std::map<std::string, Id>& collections) {
    HF_TRY(const Id form, storage_.mint_id());
    HF_TRY(const Id version, form_version(form, definition, collections));
    HF_TRY(const BucketId bucket, forms());
    HF_CHECK(
        put(bucket,
            RowKind::form,
            form,
            body::encode(body::Form{
                .code = definition.form.code, .version = definition.version, .current = version})));
    return form;
}

Result<std::size_t> Founder::finish() {
    HF_CHECK(flush());
    return services::refresh_all_grants(storage_, organization_);
}

Result<> found_once(storage::Storage& storage,
                    std::string_view code,
                    const std::function<Result<>()>& write) {
    HF_TRY(const auto organizations, storage.organizations());
    if (std::ranges::find(organizations, code, &storage::OrganizationRecord::code) !=
        organizations.end()) {
        return {};
    }
    return storage::transact(storage, write);
}

}  // namespace holdfast::admin
