#include "server/admin/org_state.hpp"

#include <algorithm>
#include <utility>

#include "core/base/ascii.hpp"
#include "server/services/policy.hpp"

namespace holdfast::admin {
namespace {

template <class T>
Result<T> readable(Result<T> value, Id id) {
    if (!value) {
        return fail(ErrorCode::storage_corrupt,
                    "row " + to_string(id) + ": " + value.error().detail);
    }
    return value;
}

/// Calls `take` for every row of a bucket.
template <class Take>
Result<> each_row(storage::Storage& storage, BucketId bucket, Take take) {
    RowKind kind{};
    Id id;
    for (bool more = true; more;) {
        HF_TRY(const storage::RowPage page, storage.rows_after_key(bucket, kind, id, {}));
        for (const Row& row : page.rows) {
            HF_CHECK(take(row));
            kind = row.kind;
            id = row.id;
        }
        more = page.more && !page.rows.empty();
    }
    return {};
}

Result<> read_bots(const Row& row, OrgState& state) {
    HF_TRY(body::Bots read, readable(body::parse_bots(row.body), row.id));
    for (body::Bot& bot : read.bots) {
        const std::string code = bot.code;
        state.bots[code] = {.owner = row.id, .body = std::move(bot)};
    }
    return {};
}

Result<> read_directory(storage::Storage& storage, OrgState& state) {
    return each_row(storage, state.directory, [&](const Row& row) -> Result<> {
        if (row.kind == RowKind::organization && row.id == state.id) {
            HF_TRY(state.organization, readable(body::parse_organization(row.body), row.id));
        } else if (row.kind == RowKind::role) {
            HF_TRY(state.roles[row.id], readable(body::parse_role(row.body), row.id));
        } else if (row.kind == RowKind::user) {
            HF_TRY(state.users[row.id], readable(body::parse_user(row.body), row.id));
        } else if (row.kind == RowKind::bots) {
            return read_bots(row, state);
        }
        return {};
    });
}

Result<> read_group(storage::Storage& storage, const Bucket& bucket, OrgState& state) {
    const Id id = bucket.owner;
    HF_TRY(const auto row, storage.find_row({bucket.id, RowKind::group, id}));
    if (row && !row->body.empty()) {
        HF_TRY(body::Group group, readable(body::parse_group(row->body), id));
        state.groups[id] = {.bucket = bucket.id, .body = std::move(group)};
    }
    HF_TRY(const auto bots, storage.find_row({bucket.id, RowKind::bots, id}));
    return bots && !bots->body.empty() ? read_bots(*bots, state) : Result<>();
}

Result<> read_tasks(storage::Storage& storage, const Bucket& bucket, OrgState& state) {
    const Id id = bucket.owner;
    HF_TRY(const auto group, storage.find_bucket(BucketKind::group, id));
    HF_TRY(const auto row,
           group ? storage.find_row({group->bucket.id, RowKind::task_group, id})
                 : Result<std::optional<Row>>());
    if (!row || row->body.empty()) {
        return {};
    }
    OrgState::Tasks& tasks = state.tasks[id];
    tasks.bucket = bucket.id;
    HF_TRY(tasks.body, readable(body::parse_task_group(row->body), id));
    HF_TRY(tasks.settings, readable(workflow::parse_task_group(tasks.body.definition), id));
    for (const auto& [code, workflow] : tasks.body.workflows) {
        HF_TRY(const auto known, storage.find_row({group->bucket.id, RowKind::workflow, workflow}));
        if (known) {
            HF_TRY(const body::Workflow body,
                   readable(body::parse_workflow(known->body), workflow));
            HF_TRY(tasks.workflows[workflow],
                   readable(workflow::parse_workflow(body.definition), workflow));
        }
    }
    return {};
}

Result<> read_channel(storage::Storage& storage,
                      const storage::BucketRecord& record,
                      OrgState& state) {
    OrgState::Channel& channel = state.channels[record.bucket.owner];
    channel.bucket = record.bucket.id;
    channel.open = record.open;
    return each_row(storage, record.bucket.id, [&](const Row& row) -> Result<> {
        if (row.kind == RowKind::channel) {
            HF_TRY(channel.body, readable(body::parse_channel(row.body), row.id));
        } else if (row.kind == RowKind::member) {
            HF_TRY(channel.members[row.id], readable(body::parse_member(row.body), row.id));
        } else if (row.kind == RowKind::bots) {
            return read_bots(row, state);
        }
        return {};
    });
}

Result<> read_forms(storage::Storage& storage, const Bucket& bucket, OrgState& state) {
    state.forms_bucket = bucket.id;
    std::map<Id, std::string> definitions;
    HF_CHECK(each_row(storage, bucket.id, [&](const Row& row) -> Result<> {
        if (row.kind == RowKind::form) {
            HF_TRY(state.forms[row.id].body, readable(body::parse_form(row.body), row.id));
        } else if (row.kind == RowKind::form_version) {
            HF_TRY(body::FormVersion version, readable(body::parse_form_version(row.body), row.id));
            definitions[row.id] = std::move(version.definition);
        }
        return {};
    }));
    for (auto& [id, form] : state.forms) {
        form.definition = definitions[form.body.current];
    }
    return {};
}

Result<> read_collection(storage::Storage& storage, const Bucket& bucket, OrgState& state) {
    OrgState::Collection& collection = state.collections[bucket.owner];
    collection.bucket = bucket.id;
    return each_row(storage, bucket.id, [&](const Row& row) -> Result<> {
        if (row.kind == RowKind::collection) {
            HF_TRY(collection.body, readable(body::parse_collection(row.body), row.id));
        } else if (row.kind == RowKind::element) {
            HF_TRY(collection.elements[row.id], readable(body::parse_element(row.body), row.id));
        }
        return {};
    });
}

}  // namespace

std::optional<Id> find_form_of(const OrgState& state, std::string_view code) {
    for (const auto& [id, form] : state.forms) {
        if (form.body.code == code) {
            return id;
        }
    }
    return std::nullopt;
}

std::optional<Id> find_collection_of(const OrgState& state, std::string_view code) {
    for (const auto& [id, collection] : state.collections) {
        if (collection.body.code == code) {
            return id;
        }
    }
    return std::nullopt;
}

std::optional<WorkflowPlace> find_workflow_of(const OrgState& state, std::string_view code) {
    for (const auto& [group, tasks] : state.tasks) {
        const auto found = tasks.body.workflows.find(std::string(code));
        if (found != tasks.body.workflows.end()) {
            return WorkflowPlace{group, found->second};
        }
    }
    return std::nullopt;
}

bool is_version(const OrgState::Form& known, forms::Definition definition) {
    definition.version = known.body.version;
    return forms::encode(definition) == known.definition;
}

ElementAddress address_of_element(std::string_view text, const std::vector<std::string>& parents) {
    const std::size_t cut = text.find('/');
    if (cut != std::string_view::npos &&
        std::ranges::find(parents, text.substr(0, cut)) != parents.end()) {
        return {std::string(text.substr(0, cut)), std::string(text.substr(cut + 1))};
    }
    return {parents.size() == 1 ? parents.front() : std::string(), std::string(text)};
}

std::string address_of(Id id, const std::string& code) {
    return code.empty() ? "id-" + to_string(id) : code;
}

OrgNames names_of(const OrgState& state) {
    OrgNames names;
    for (const auto& [id, role] : state.roles) {
        names.roles.try_emplace(role.name, id);
    }
    for (const auto& [id, user] : state.users) {
        names.users.try_emplace(ascii::lowered(user.email), id);
    }
    for (const auto& [id, group] : state.groups) {
        names.groups.try_emplace(address_of(id, group.body.code), id);
    }
    for (const auto& [id, channel] : state.channels) {
        names.channels.try_emplace(address_of(id, channel.body.code), id);
    }
    return names;
}

std::optional<Id> find_name(const OrgNames::Ids& ids, std::string_view name) {
    const auto found = ids.find(name);
    return found == ids.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<OrgState>> load_organization(storage::Storage& storage,
                                                  std::string_view code) {
    HF_TRY(const auto organizations, storage.organizations());
    const auto found = std::ranges::find(organizations, code, &storage::OrganizationRecord::code);
    if (found == organizations.end()) {
        return std::nullopt;
    }
    OrgState state{.id = found->id, .directory = found->directory, .code = found->code};
    HF_CHECK(read_directory(storage, state));
    HF_TRY(state.entitlement, services::read_entitlement(storage, state.id));
    HF_TRY(const auto buckets, storage.buckets_of(state.id));
    for (const storage::BucketRecord& record : buckets) {
        if (record.bucket.kind == BucketKind::group) {
            HF_CHECK(read_group(storage, record.bucket, state));
        } else if (record.bucket.kind == BucketKind::channel) {
            HF_CHECK(read_channel(storage, record, state));
        } else if (record.bucket.kind == BucketKind::timeline) {
            state.channels[record.bucket.owner].timeline = record.bucket.id;
        } else if (record.bucket.kind == BucketKind::archive) {
            state.channels[record.bucket.owner].archive = record.bucket.id;
        } else if (record.bucket.kind == BucketKind::forms) {
            HF_CHECK(read_forms(storage, record.bucket, state));
        } else if (record.bucket.kind == BucketKind::collection) {
            HF_CHECK(read_collection(storage, record.bucket, state));
        } else if (record.bucket.kind == BucketKind::tasks) {
            HF_CHECK(read_tasks(storage, record.bucket, state));
        }
    }
    HF_TRY(auto routines, storage.routines_of(state.id));
    for (storage::RoutineRecord& routine : routines) {
        state.routines[routine.code] = std::move(routine);
    }
    return state;
}

}  // namespace holdfast::admin
