#include "client/engine/view/view.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/model/facts.hpp"

namespace holdfast::client {
namespace {

/// Behind every message of its moment.
constexpr Id last_id{std::uint64_t{1} << 62U};

/// Reads a body; one that a newer app wrote, and this one cannot read, counts as absent.
template <class T>
std::optional<T> read(const std::optional<Row>& row, Result<T> (*parse)(std::string_view)) {
    if (!row || row->body.empty()) {
        return std::nullopt;
    }
    auto value = parse(row->body);
    return value ? std::optional<T>(*std::move(value)) : std::nullopt;
}

}  // namespace

std::string full_name(const body::User& user) {
    if (user.last_name.empty()) {
        return user.name;
    }
    return user.name.empty() ? user.last_name : user.name + " " + user.last_name;
}

// ---------------------------------------------------------------------------- the world

void View::note_rows(BucketId bucket, RowKind kind) const {
    dependencies_.add({Topic::About::rows, bucket, static_cast<std::uint8_t>(kind)});
}

void View::note_buckets(BucketKind kind) const {
    dependencies_.add({Topic::About::buckets, {}, static_cast<std::uint8_t>(kind)});
}

Result<std::optional<Row>> View::find(RowKey key) const {
    note_rows(key.bucket, key.kind);
    return sources_.world.find(key);
}

Result<std::optional<Bucket>> View::bucket(BucketKind kind, Id owner) const {
    HF_TRY(auto found, sources_.world.bucket(kind, owner));
    if (found) {
        dependencies_.add({Topic::About::buckets, found->id, static_cast<std::uint8_t>(kind)});
    } else {
        note_buckets(kind);
    }
    if (kind == BucketKind::archive) {
        dependencies_.add(Topic::About::older);
    }
    return found;
}

Result<BucketId> View::directory() const {
    auto found = sources_.world.directory();
    if (!found) {
        note_buckets(BucketKind::directory);
    }
    return found;
}

const Intent* View::waiting_upon(Id lane) const {
    dependencies_.add(Topic::About::outbox);
    return sources_.overlay.waiting_upon(lane);
}

bool View::runs_routine(Id intent) const {
    dependencies_.add(Topic::About::outbox);
    return sources_.overlay.runs_routine(intent);
}

Result<BucketId> View::mint_bucket() {
    return sources_.world.mint_bucket();
}

// ---------------------------------------------------------------------------- people, groups,
// channels

Id View::user() const {
    dependencies_.add(Topic::About::session);
    return sources_.account ? sources_.account->user : Id{};
}

Result<std::optional<body::User>> View::find_user(Id id) const {
    const auto bucket = directory();
    if (!bucket) {
        return std::nullopt;
    }
    const RowKey key{*bucket, RowKind::user, id};
    HF_TRY(const auto row, find(key));
    if (!row || row->body.empty()) {
        return std::nullopt;
    }
    auto user = facts::value_of(*this, key, row->body, body::parse_user);
    return user ? std::optional(*std::move(user)) : std::nullopt;
}

std::optional<Sum> View::directory_sum() const {
    const auto bucket = directory();
    if (!bucket) {
        return std::nullopt;
    }
    note_rows(*bucket, RowKind::user);
    const sync::BucketCursor* cursor = sources_.replica.bucket(*bucket);
    if (cursor == nullptr || !cursor->complete || sources_.overlay.touches(*bucket)) {
        return std::nullopt;
    }
    return cursor->sum;
}

Result<std::optional<body::Group>> View::find_group(Id id) const {
    HF_TRY(const auto held, bucket(BucketKind::group, id));
    if (!held) {
        return std::nullopt;
    }
    HF_TRY(const auto row, find({held->id, RowKind::group, id}));
    return read(row, body::parse_group);
}

Result<std::optional<body::Channel>> View::find_channel(Id id) const {
    HF_TRY(const auto held, bucket(BucketKind::channel, id));
    if (!held) {
        return std::nullopt;
    }
    HF_TRY(const auto row, find({held->id, RowKind::channel, id}));
    auto channel = read(row, body::parse_channel);
    if (channel && !channel->active) {
        return std::nullopt;
    }
    return channel;
}

Result<std::vector<View::NamedUser>> View::users() const {
    std::vector<NamedUser> users;
    const auto bucket = directory();
    if (!bucket) {
        return users;
    }
    note_rows(*bucket, RowKind::user);
    HF_TRY(const auto rows, sources_.replica.rows(*bucket, RowKind::user));
    for (const Row& row : rows) {
        HF_TRY(const auto current, sources_.world.find({*bucket, RowKind::user, row.id}));
        if (auto user = read(current, body::parse_user)) {
            users.push_back({row.id, *std::move(user)});
        }
    }
    return users;
}

Result<std::vector<View::NamedGroup>> View::groups() const {
    note_buckets(BucketKind::group);
    std::vector<NamedGroup> groups;
    for (const sync::BucketCursor* cursor : sources_.replica.buckets(BucketKind::group)) {
        HF_TRY(auto group, find_group(cursor->head.owner));
        if (group && group->active) {
            groups.push_back({cursor->head.owner, *std::move(group)});
        }
    }
    return groups;
}

Result<std::vector<View::NamedChannel>> View::channels(Id group) const {
    note_buckets(BucketKind::channel);
    std::vector<NamedChannel> channels;
    for (const sync::BucketCursor* cursor : sources_.replica.children(BucketKind::channel, group)) {
        HF_TRY(auto channel, find_channel(cursor->head.owner));
        if (channel) {
            channels.push_back({cursor->head.owner, *std::move(channel)});
        }
    }
    return channels;
}

Result<std::vector<Id>> View::members(BucketId channel_bucket) const {
    note_rows(channel_bucket, RowKind::member);
    HF_TRY(const auto rows, sources_.replica.rows(channel_bucket, RowKind::member));
    std::vector<Id> ids;
    ids.reserve(rows.size());
    for (const Row& row : rows) {
        ids.push_back(row.id);
    }
    return ids;
}

Result<std::vector<View::NamedForm>> View::forms() const {
    std::vector<NamedForm> forms;
    const Id organization = sources_.account ? sources_.account->organization : Id{};
    HF_TRY(const auto held, bucket(BucketKind::forms, organization));
    if (!held) {
        return forms;
    }
    note_rows(held->id, RowKind::form);
    HF_TRY(const auto rows, sources_.replica.rows(held->id, RowKind::form));
    for (const Row& row : rows) {
        if (auto form = read(std::optional<Row>(row), body::parse_form)) {
            forms.push_back({row.id, *std::move(form)});
        }
    }
    return forms;
}

Result<std::vector<View::NamedTaskView>> View::saved_views(Id group) const {
    std::vector<NamedTaskView> views;
    for (const bool is_shared : {false, true}) {
        HF_TRY(const auto held,
               is_shared ? bucket(BucketKind::group, group) : bucket(BucketKind::user, user()));
        if (!held) {
            continue;
        }
        note_rows(held->id, RowKind::task_view);
        std::set<Id> ids;
        HF_TRY(const auto rows, sources_.replica.rows(held->id, RowKind::task_view));
        for (const Row& row : rows) {
            ids.insert(row.id);
        }
        for (const Id id : sources_.overlay.rows_of(held->id, RowKind::task_view)) {
            ids.insert(id);
        }
        for (const Id id : ids) {
            HF_TRY(const auto row, find({held->id, RowKind::task_view, id}));
            auto view = read(row, body::parse_task_view);
            if (view && view->group == group) {
                views.push_back({id, is_shared, *std::move(view)});
            }
        }
    }
    return views;
}

Result<std::vector<Id>> View::files(Id channel, std::size_t count) const {
    std::vector<Id> files;
    HF_TRY(const auto held, bucket(BucketKind::timeline, channel));
    if (!held) {
        return files;
    }
    note_rows(held->id, RowKind::file);
    files = sources_.overlay.rows_of(held->id, RowKind::file);
    std::ranges::reverse(files);
    HF_TRY(const auto rows, sources_.replica.newest(held->id, RowKind::file, count));
    for (const Row& row : rows) {
        if (std::ranges::find(files, row.id) == files.end()) {
            files.push_back(row.id);
        }
    }
    files.resize(std::min(files.size(), count));
    return files;
}

Result<std::vector<workflow::History>> View::history(Id task, std::size_t count) const {
    std::vector<workflow::History> history;
    HF_TRY(const auto held, bucket(BucketKind::timeline, task));
    if (!held) {
        return history;
    }
    note_rows(held->id, RowKind::history);
    HF_TRY(const auto rows, sources_.replica.newest(held->id, RowKind::history, count));
    for (const Row& row : rows) {
        if (auto read = workflow::parse_history(row.body)) {
            history.push_back(*std::move(read));
        }
    }
    return history;
}

const std::map<std::int64_t, Outbox::Draft>& View::drafts() const {
    dependencies_.add(Topic::About::drafts);
    return sources_.outbox.drafts();
}

std::optional<wire::Contact> View::contact(Id user) const {
    dependencies_.add(Topic::About::presence);
    if (!sources_.contacts_known) {
        return std::nullopt;
    }
    const auto found = sources_.contacts.find(user);
    return found == sources_.contacts.end() ? wire::Contact::offline : found->second;
}

// ---------------------------------------------------------------------------- messages

Result<UnreadCount> View::unread(Id channel) const {
    const sync::BucketCursor* cursor = timeline(channel);
    if (cursor == nullptr) {
        return UnreadCount{};
    }
    const Id self = user();
    HF_TRY(const auto own, bucket(BucketKind::user, self));
    if (own) {
        note_rows(own->id, RowKind::read_mark);
    }
    HF_TRY(const auto held, bucket(BucketKind::channel, channel));
    if (held) {
        note_rows(held->id, RowKind::channel);
    }
    if (const UnreadCount* known = sources_.unread.find(channel)) {
        return *known;
    }
    HF_TRY(const auto shown, find_channel(channel));
    if (!shown) {
        return UnreadCount{};  // a channel that no menu leads to
    }
    SortKey read_to{shown->read_until, shown->read_until > 0 ? last_id : Id{}};
    if (own) {
        HF_TRY(const auto row, find({own->id, RowKind::read_mark, channel}));
        if (const auto mark = read(row, body::parse_read_mark)) {
            read_to = std::max(read_to, SortKey{mark->sort, mark->message});
        }
    }
    UnreadCount unread;
    HF_CHECK(sources_.replica.visit_after(
        cursor->head.id, RowKind::message, read_to, [&](const RowRef& row) {
            if (is_unread_message(row.body, self)) {
                unread.count += 1;
                if (!unread.first) {
                    unread.first = SortKey{row.sort, row.id};
                }
            }
            return unread.count < limits::unread_max;
        }));
    return sources_.unread.remember(channel, unread);
}

// ---------------------------------------------------------------------------- state

const offline::Status& View::status() const {
    dependencies_.add(Topic::About::status);
    return sources_.status;
}

const std::optional<Account>& View::account() const {
    dependencies_.add(Topic::About::session);
    return sources_.account;
}

const Outbox& View::outbox() const {
    dependencies_.add(Topic::About::outbox);
    return sources_.outbox;
}

const std::map<Id, Outbox::File>& View::files() const {
    dependencies_.add(Topic::About::files);
    return sources_.outbox.files();
}

const UploadQueue& View::uploads() const {
    dependencies_.add(Topic::About::files);
    return sources_.uploads;
}

const Figures& View::figures() const {
    dependencies_.add(Topic::About::counters);
    return sources_.figures;
}

const RepairLog& View::repairs() const {
    dependencies_.add(Topic::About::counters);
    return sources_.repairs;
}

std::vector<const sync::BucketCursor*> View::buckets(BucketKind kind) const {
    note_buckets(kind);
    return sources_.replica.buckets(kind);
}

Result<std::uint64_t> View::storage_bytes() const {
    dependencies_.add(Topic::About::counters);
    return sources_.replica.bytes();
}

}  // namespace holdfast::client
