#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "client/engine/uploads/upload_queue.hpp"
#include "client/engine/view/item_cache.hpp"
#include "client/engine/view/older_messages.hpp"
#include "client/engine/view/overlay.hpp"
#include "client/engine/view/pictures.hpp"
#include "client/engine/view/repair_log.hpp"
#include "client/engine/view/topics.hpp"
#include "client/engine/view/unread.hpp"
#include "client/outbox/outbox.hpp"
#include "client/replica/replica.hpp"
#include "core/model/body.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/body_workflow.hpp"
#include "core/model/world.hpp"
#include "core/offline/status.hpp"
#include "core/wire/frame.hpp"
#include "core/workflow/task.hpp"

namespace holdfast::client {

class FillingDesk;
class TaskLists;

/// Figures "since the device was last online" (OM13).
struct Figures {
    std::uint64_t sent = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t received = 0;
    std::uint64_t expected = 0;
    std::uint64_t bytes_received = 0;
    bool complete = false;
};

/// What a snapshot is made from: borrowed parts of the engine, and its state at one moment.
struct Sources {
    Replica& replica;
    const Outbox& outbox;
    World& world;  ///< replica with the overlay
    const Overlay& overlay;
    UnreadCounts& unread;
    OlderMessages& older;
    ItemCache& items;
    TaskLists& task_lists;
    FillingDesk& fillings;
    const std::map<Id, wire::Contact>& contacts;
    std::function<bool(Id)> in_flight;  ///< whether an action was sent on this connection
    const UploadQueue& uploads;
    Fetching fetching{};

    std::optional<Account> account;  ///< tokens left out
    offline::Status status;
    offline::Persisted persisted;
    bool contacts_known = false;  ///< connected, and the server has said who is online
    offline::DeviceClass device_class = offline::DeviceClass::mobile;
    bool storage_persistent = false;
    std::optional<std::int64_t> storage_free{};
    Figures figures;
    const RepairLog& repairs;
    WallTime now{};  ///< device's clock
    std::int64_t utc_offset_minutes = 0;
    WallTime server_now{};  ///< the server's, as near as is known
};

/// What queries read. Notes everything that they have looked at, so that a snapshot is made again
/// exactly when that has changed.
///
/// Lifetime  one snapshot. Errors  those of Replica.
class View final : public World {
public:
    View(const Sources& sources, TopicSet& dependencies)
        : sources_(sources), dependencies_(dependencies) {}

    // ------------------------------------------------------------------ the world, as the rules
    // see it

    [[nodiscard]] Result<std::optional<Row>> find(RowKey key) const override;
    [[nodiscard]] Result<std::optional<Bucket>> bucket(BucketKind kind, Id owner) const override;
    [[nodiscard]] Result<BucketId> directory() const override;
    [[nodiscard]] Result<BucketId> mint_bucket() override;
    [[nodiscard]] bool is_final() const override { return false; }
    [[nodiscard]] const Intent* waiting_upon(Id lane) const override;
    /// Whether what a waiting action does is a routine's to do.
    [[nodiscard]] bool runs_routine(Id intent) const;
    [[nodiscard]] FormCache* form_cache() const override { return sources_.world.form_cache(); }
    [[nodiscard]] FactCache* fact_cache() const override { return sources_.world.fact_cache(); }

    // ------------------------------------------------------------------ people, groups, channels

    [[nodiscard]] Id user() const;
    [[nodiscard]] Result<std::optional<body::User>> find_user(Id id) const;
    [[nodiscard]] Result<std::optional<body::Group>> find_group(Id id) const;
    /// The channel, if the person may read it.
    [[nodiscard]] Result<std::optional<body::Channel>> find_channel(Id id) const;

    /// While it is the same, so are all names. Nothing while the directory is not all here, or
    /// something waits that changes it.
    [[nodiscard]] std::optional<Sum> directory_sum() const;

    struct NamedUser {
        Id id;
        body::User user;
    };
    struct NamedGroup {
        Id id;
        body::Group group;
    };
    struct NamedChannel {
        Id id;
        body::Channel channel;
    };
    [[nodiscard]] Result<std::vector<NamedUser>> users() const;
    [[nodiscard]] Result<std::vector<NamedGroup>> groups() const;
    [[nodiscard]] Result<std::vector<NamedChannel>> channels(Id group) const;
    /// Members of the channel of a bucket, by id.
    [[nodiscard]] Result<std::vector<Id>> members(BucketId channel_bucket) const;
    /// Whose presence is known; nothing while it is not.
    [[nodiscard]] std::optional<wire::Contact> contact(Id user) const;

    struct NamedForm {
        Id id;
        body::Form form;
    };
    /// All of the organization that this app can read, by id.
    [[nodiscard]] Result<std::vector<NamedForm>> forms() const;
    [[nodiscard]] const std::map<std::int64_t, Outbox::Draft>& drafts() const;

    // ------------------------------------------------------------------ tasks

    struct NamedTaskView {
        Id id;
        bool is_shared = false;
        body::TaskView view;
    };
    /// Saved views of a group, the person's own before the shared ones; each by id.
    [[nodiscard]] Result<std::vector<NamedTaskView>> saved_views(Id group) const;

    /// Files that messages and answers of a channel have brought, those that wait first, newest
    /// first.
    [[nodiscard]] Result<std::vector<Id>> files(Id channel, std::size_t count) const;
    /// Rows of a task's history that the server has written, newest first.
    [[nodiscard]] Result<std::vector<workflow::History>> history(Id task, std::size_t count) const;

    // ------------------------------------------------------------------ messages

    /// Channels of a group whose timeline is here, without a look at them.
    [[nodiscard]] std::vector<Id> channels_with_messages(Id group) const;
    /// Null where the channel's timeline is not here; valid during the snapshot.
    [[nodiscard]] const sync::BucketCursor* timeline(Id channel) const;
    /// What is older than the history window (decision 0042). Null where nothing is, and on phones:
    /// they are not served it.
    [[nodiscard]] const sync::BucketCursor* archive(Id channel) const;
    /// Of the messages in the timeline.
    [[nodiscard]] Result<UnreadCount> unread(Id channel) const;
    /// What the server was asked for of messages that this phone does not keep; null where that is
    /// nothing. Drops what does not join the phone's own any more: to be asked for first.
    [[nodiscard]] Result<const OlderMessages::Held*> older(Id channel) const;
    // Messages of the base alone, of the timeline, the archive and what was asked for in one order:
    // `find` lays what waits over one.
    [[nodiscard]] Result<std::optional<Row>> stored_message(Id channel, Id id) const;
    /// What waits for a row that was read already, or null; valid during the snapshot.
    [[nodiscard]] const RowChange* waiting_change(RowKey key) const;
    [[nodiscard]] Result<std::vector<Row>> newest_messages(Id channel, std::size_t count) const;
    [[nodiscard]] Result<std::vector<Row>> before(Id channel, SortKey place, std::size_t n) const;
    [[nodiscard]] Result<std::vector<Row>> after(Id channel, SortKey place, std::size_t n) const;
    /// Every message of a channel, newest first, until `visit` returns false.
    [[nodiscard]] Result<> visit_messages(Id channel,
                                          const std::function<bool(const RowRef&)>& visit) const;

    // ------------------------------------------------------------------ state

    /// What somebody else has looked at, and is shown here.
    void depend_on(const TopicSet& topics) const { dependencies_.add(topics); }
    void depend_on_rows(BucketId bucket, RowKind kind) const { note_rows(bucket, kind); }

    [[nodiscard]] const offline::Status& status() const;
    [[nodiscard]] const std::optional<Account>& account() const;
    [[nodiscard]] const Outbox& outbox() const;
    /// What was attached on this device.
    [[nodiscard]] const std::map<Id, Outbox::File>& files() const;
    [[nodiscard]] const UploadQueue& uploads() const;
    [[nodiscard]] bool in_flight(Id intent) const { return sources_.in_flight(intent); }
    [[nodiscard]] const Figures& figures() const;
    [[nodiscard]] const RepairLog& repairs() const;
    [[nodiscard]] std::vector<const sync::BucketCursor*> buckets(BucketKind kind) const;
    [[nodiscard]] Result<std::uint64_t> storage_bytes() const;
    /// What does not change while a snapshot lives, or changes with the status.
    [[nodiscard]] const Sources& sources() const { return sources_; }

private:
    [[nodiscard]] const sync::BucketCursor* of_messages(BucketKind kind, Id channel) const;
    void note_rows(BucketId bucket, RowKind kind) const;
    void note_buckets(BucketKind kind) const;

    const Sources& sources_;
    TopicSet& dependencies_;
};

/// Where the messages begin that this device keeps of a channel.  Errors  those of Replica.
[[nodiscard]] Result<std::optional<SortKey>> oldest_kept(Replica& replica,
                                                         const sync::BucketCursor& timeline);

/// "Ana Rojas".
[[nodiscard]] std::string full_name(const body::User& user);

}  // namespace holdfast::client
