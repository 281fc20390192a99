#include "sim/organization.hpp"

#include "core/model/body.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/body_workflow.hpp"
#include "core/model/entitlement.hpp"
#include "core/model/world.hpp"
#include "core/rules/timers.hpp"
#include "server/services/grants.hpp"
#include "sim/clock.hpp"

namespace holdfast::sim {
namespace {

Result<BucketId> make_bucket(storage::Storage& storage,
                             const Organization& organization,
                             Bucket bucket,
                             bool open) {
    return storage.create_bucket({.bucket = bucket, .organization = organization.id, .open = open});
}

Result<> write(storage::Storage& storage, BucketId bucket, RowKind kind, Id id, std::string body) {
    const RowChange change{.key = {bucket, kind, id}, .sort = 0, .body = std::move(body)};
    HF_TRY([[maybe_unused]] const auto positions, storage.write_rows({&change, 1}));
    return {};
}

Result<> make_users(storage::Storage& storage,
                    Organization& organization,
                    BucketId directory,
                    std::size_t count) {
    HF_TRY(const Id role, storage.mint_id());
    const body::Role everything{.name = "Worker",
                                .permissions = {"message-write", "channel-create"}};
    HF_CHECK(write(storage, directory, RowKind::role, role, body::encode(everything)));
    for (std::size_t i = 0; i < count; ++i) {
        HF_TRY(const Id user, storage.mint_id());
        organization.users.push_back(user);
        body::User row{.name = "User",
                       .last_name = std::to_string(i),
                       .email = Organization::email(i),
                       .roles = {role}};
        HF_CHECK(write(storage, directory, RowKind::user, user, body::encode(row)));
        HF_TRY(
            [[maybe_unused]] const BucketId own,
            make_bucket(storage, organization, {.kind = BucketKind::user, .owner = user}, false));
        HF_CHECK(storage.put_account({.user = user,
                                      .organization = organization.id,
                                      .email = row.email,
                                      .password_hash = "-"}));
    }
    return {};
}

Result<> write_history(storage::Storage& storage,
                       const Organization& organization,
                       BucketId timeline,
                       OrganizationSize size) {
    // A window lies in the middle of it.
    const std::int64_t step_ms = size.history_days == 0 ? 60'000 : 3LL * 60 * 60 * 1000;
    const std::size_t count = size.history;
    std::vector<RowChange> rows;
    for (std::size_t i = 0; i < count; ++i) {
        HF_TRY(const Id message, storage.mint_id());
        const body::Message row{.author = organization.users[i % organization.users.size()],
                                .text = "old message " + std::to_string(i)};
        rows.push_back({.key = {timeline, RowKind::message, message},
                        .sort = epoch_of_worlds.ms - static_cast<std::int64_t>(count - i) * step_ms,
                        .body = body::encode(row)});
    }
    HF_TRY([[maybe_unused]] const auto positions, storage.write_rows(rows));
    return {};
}

Result<> make_channel(storage::Storage& storage,
                      Organization& organization,
                      Id group,
                      bool is_private,
                      OrganizationSize size) {
    HF_TRY(const Id channel, storage.mint_id());
    organization.channels.push_back(channel);
    if (is_private) {
        organization.closed_channel = channel;
    }
    const Bucket meta{.kind = BucketKind::channel, .owner = channel, .parent = group};
    HF_TRY(const BucketId bucket, make_bucket(storage, organization, meta, !is_private));
    HF_TRY(const BucketId timeline,
           make_bucket(storage,
                       organization,
                       {.kind = BucketKind::timeline, .owner = channel, .parent = group},
                       !is_private));
    organization.timelines.emplace(timeline, channel);
    HF_CHECK(write_history(storage, organization, timeline, size));
    const body::Channel row{.name = "Channel", .group = group, .is_private = is_private};
    HF_CHECK(write(storage, bucket, RowKind::channel, channel, body::encode(row)));
    for (std::size_t i = 0; is_private && i < organization.users.size(); i += 2) {
        const Id member = organization.users[i];
        HF_CHECK(write(
            storage, bucket, RowKind::member, member, body::encode(body::Member{.admin = i == 0})));
        HF_TRY(const auto own, storage.find_bucket(BucketKind::user, member));
        HF_CHECK(write(storage,
                       own->bucket.id,
                       RowKind::grant,
                       channel,
                       body::encode(body::Grant{.channel = true})));
    }
    return {};
}

constexpr const char* workflow_json =
    R"({"code":"job","name":"Job","group":"jobs","collection":"states","initial":"open",)"
    R"("start_form":{"form":"job","task":{"name":"what"},"routines":["greet"]},"states":[)"
    R"({"code":"open","name":"Open","kind":"new","next":[{"target":"doing"}]},)"
    R"({"code":"doing","name":"Doing","next":[{"target":"open"},)"
    R"({"target":"closed","routines":["close"]}]},)"
    R"({"code":"closed","name":"Closed","kind":"closed"}],)"
    R"("slas":[{"code":"late","start":{"states":["open"]},"end":{"states":["closed"]},)"
    R"("minutes":1,"routines":["late"]}]})";
/// What each says is said once for each run.
constexpr const char* greet_json =
    R"({"code":"greet","start":"each","stages":[)"
    R"({"key":"each","kind":"for_each","inputs":{"items":"[1,2]","as":"n"},)"
    R"("next":{"STEP":"say","DONE":"wait"}},)"
    R"({"key":"say","kind":"post_message",)"
    R"("inputs":{"text":"\"greeting \\(.n) of \\(.meta.task)\""},"next":{"SUCCESS":"each"}},)"
    R"({"key":"wait","kind":"wait","inputs":{"milliseconds":"700"},"next":{"SUCCESS":"end"}},)"
    R"({"key":"end","kind":"post_message",)"
    R"("inputs":{"text":"\"greeting 3 of \\(.meta.task)\""}}]})";
/// The task may have moved meanwhile: then it is left where it is.
constexpr const char* close_json =
    R"({"code":"close","start":"move","stages":[)"
    R"({"key":"move","kind":"change_state","inputs":{"state":"\"closed\""},)"
    R"("next":{"ERROR":"leave"}},)"
    R"({"key":"leave","kind":"post_message","inputs":{"text":"\"left alone\""}}]})";
/// Once for each task that is not closed within its minute.
constexpr const char* late_json =
    R"({"code":"late","start":"say","stages":[)"
    R"({"key":"say","kind":"post_message","inputs":{"text":"\"late \\(.meta.task)\""}}]})";
constexpr const char* form_json =
    R"({"code":"job","title":{"en":"Job"},"components":[{"id":"what","kind":"written"}]})";

Result<> make_routines(storage::Storage& storage, const Organization& organization) {
    for (const auto& [code, definition] : {std::pair{"greet", greet_json},
                                           std::pair{"close", close_json},
                                           std::pair{"late", late_json}}) {
        HF_TRY(const Id id, storage.mint_id());
        HF_CHECK(storage.put_routine(
            {.id = id, .organization = organization.id, .code = code, .definition = definition}));
    }
    return {};
}

/// Says in the first channel what moment it is: every five seconds of the world's first half minute
/// (epoch_of_worlds), and then no more, so that it comes to rest.
Result<> make_schedule(storage::Storage& storage, const Organization& organization) {
    const std::string definition =
        R"({"code":"tick","schedule":{"cron":"0-30/5 10 9 9 10 *","as":")" +
        Organization::email(0) +
        R"("},"start":"say","stages":[{"key":"say","kind":"post_message",)" +
        R"("inputs":{"channel":"\")" + to_string(organization.channels.front()) +
        R"(\"","text":"\"tick \\(.meta.now)\""}}]})";
    HF_TRY(const Id id, storage.mint_id());
    HF_TRY(const Id timer, storage.mint_id());
    HF_CHECK(storage.put_routine(
        {.id = id, .organization = organization.id, .code = "tick", .definition = definition}));
    return storage.queue_run({.id = timer,
                              .organization = organization.id,
                              .routine = "tick",
                              .definition = id,
                              .user = organization.users.front(),
                              .context = schedule_timer(true)});
}

Result<> make_tasks(storage::Storage& storage, Organization& organization) {
    HF_TRY(const Id group, storage.mint_id());
    HF_TRY(const Id workflow, storage.mint_id());
    HF_TRY(const Id form, storage.mint_id());
    HF_TRY(const Id version, storage.mint_id());
    organization.task_group = group;
    organization.start_form = version;
    HF_TRY(const BucketId own,
           make_bucket(storage, organization, {.kind = BucketKind::group, .owner = group}, false));
    HF_TRY(organization.tasks,
           make_bucket(storage, organization, {.kind = BucketKind::tasks, .owner = group}, false));
    HF_TRY(
        const BucketId forms,
        make_bucket(
            storage, organization, {.kind = BucketKind::forms, .owner = organization.id}, false));
    const body::Group row{.name = "Jobs", .kind = body::GroupKind::workflow, .code = "jobs"};
    HF_CHECK(write(storage, own, RowKind::group, group, body::encode(row)));
    const body::TaskGroup known{.definition = R"({"code":"jobs","name":"Jobs"})",
                                .forms = {{"job", form}},
                                .workflows = {{"job", workflow}}};
    HF_CHECK(write(storage, own, RowKind::task_group, group, body::encode(known)));
    HF_CHECK(write(storage,
                   own,
                   RowKind::workflow,
                   workflow,
                   body::encode(body::Workflow{.definition = workflow_json})));
    HF_CHECK(write(storage,
                   forms,
                   RowKind::form,
                   form,
                   body::encode(body::Form{.code = "job", .version = 1, .current = version})));
    return write(storage,
                 forms,
                 RowKind::form_version,
                 version,
                 body::encode(body::FormVersion{.form = form, .definition = form_json}));
}

Result<Organization> make(storage::Storage& storage, OrganizationSize size) {
    Organization organization;
    HF_TRY(organization.id, storage.mint_id());
    HF_TRY(const BucketId directory,
           make_bucket(storage,
                       organization,
                       {.kind = BucketKind::directory, .owner = organization.id},
                       false));
    HF_CHECK(
        storage.put_organization({.id = organization.id, .code = "sim", .directory = directory}));
    body::Organization row{.name = "Simulated"};
    row.offline.granted = true;
    HF_CHECK(write(storage, directory, RowKind::organization, organization.id, body::encode(row)));
    if (size.history_days != 0) {
        const body::Entitlement terms{.state = body::EntitlementState::granted,
                                      .history_days = size.history_days};
        HF_CHECK(
            write(storage, directory, RowKind::entitlement, organization.id, body::encode(terms)));
    }
    HF_CHECK(make_users(storage, organization, directory, size.users));
    for (std::size_t g = 0; g < 2; ++g) {
        HF_TRY(const Id group, storage.mint_id());
        organization.groups.push_back(group);
        HF_TRY(
            const BucketId bucket,
            make_bucket(storage, organization, {.kind = BucketKind::group, .owner = group}, false));
        const body::Group row_of_group{.name = "Group", .create_channels = {"channel-create"}};
        HF_CHECK(write(storage, bucket, RowKind::group, group, body::encode(row_of_group)));
        for (std::size_t c = g; c < size.channels; c += 2) {
            HF_CHECK(make_channel(storage, organization, group, c + 1 == size.channels, size));
        }
    }
    HF_CHECK(make_tasks(storage, organization));
    HF_CHECK(make_routines(storage, organization));
    HF_CHECK(make_schedule(storage, organization));
    HF_TRY([[maybe_unused]] const std::size_t grants,
           services::refresh_all_grants(storage, organization.id));
    return organization;
}

}  // namespace

Result<Organization> make_organization(storage::Storage& storage, OrganizationSize size) {
    HF_CHECK(storage.begin());
    auto organization = make(storage, size);
    if (!organization) {
        storage.rollback();
        return organization;
    }
    HF_CHECK(storage.commit());
    return organization;
}

}  // namespace holdfast::sim
