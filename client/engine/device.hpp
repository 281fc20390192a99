#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/engine/counters.hpp"
#include "client/engine/engine.hpp"
#include "client/engine/forms/filling_desk.hpp"
#include "client/engine/view/device_world.hpp"
#include "client/engine/view/older_messages.hpp"
#include "client/engine/view/overlay.hpp"
#include "client/engine/view/repair_log.hpp"
#include "client/engine/view/topics.hpp"
#include "client/engine/view/unread.hpp"
#include "client/outbox/outbox.hpp"
#include "client/replica/replica.hpp"
#include "core/offline/status.hpp"
#include "core/rules/form_cache.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::client {

/// What the parts of the engine share: the two databases, what waits, the status, and what is to be
/// said to the outside. Owned by the engine; the parts borrow it.
class Device {
public:
    [[nodiscard]] static Result<std::unique_ptr<Device>> open(EngineOptions options);

    // ------------------------------------------------------------------ now, set with every input
    Instant now{};
    WallTime wall{};
    /// The server's clock less this device's; 0 until the server has said it.
    Millis server_ahead{};
    [[nodiscard]] WallTime server_now() const { return wall + server_ahead; }

    // ------------------------------------------------------------------ the platform
    const EngineOptions options;
    offline::DeviceClass device_class = offline::DeviceClass::mobile;
    std::string device_name;
    std::int64_t utc_offset_minutes = 0;  ///< of the clock on the wall here
    bool online = true;  ///< the platform's word: tells causes apart, proves nothing
    bool storage_persistent = true;
    bool storage_full = false;                 ///< the status was told so
    std::optional<std::int64_t> storage_free;  ///< bytes, as the browser estimates
    bool unmetered = false;                    ///< the platform's word: nobody pays by the byte
    bool replica_broken = false;  ///< a read or a write has found it damaged: it is made anew
    bool renewal_wished = false;  ///< the access token has expired: one renewal serves all
    bool started = false;

    // ------------------------------------------------------------------ data
    Outbox outbox;
    Overlay overlay;
    UnreadCounts unread;
    OlderMessages older;
    FormCache forms;
    FillingDesk fillings;
    Counters counters;
    RepairLog repairs;
    offline::StatusMachine status;
    std::map<Id, wire::Contact> contacts;
    bool contacts_known = false;

    [[nodiscard]] Replica& replica() { return *replica_; }
    [[nodiscard]] DeviceWorld& world() { return *world_; }
    [[nodiscard]] const std::optional<Account>& account() const { return outbox.account(); }

    /// Whether the replica may stay after the app closes (OM14, OM15, OM36).
    [[nodiscard]] bool may_keep() const;
    /// Whether the device or its person may not use the organization any more (OM36).
    [[nodiscard]] bool is_barred() const;
    /// Moves the replica to where it belongs now: into its file with everything, or into memory,
    /// empty, and data that may not be kept is deleted. True: the synchronization has to begin
    /// anew with what is there.
    /// One that found no room for its file is kept in memory, and tried again every
    /// limits::storage_retry_every.
    [[nodiscard]] Result<bool> place_replica();
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    /// Whether what is here belongs into the file, which found no room, and would go with the
    /// process.
    [[nodiscard]] bool lacks_room() const { return in_memory_ && may_keep(); }
    /// Tells the status, if that is news.
    void tell_storage(bool full);
    /// Goes on in memory with what is there, and deletes the file, for which there is always room:
    /// the disk does not take that something in it may not be shown any more (OM5). Later the
    /// replica is placed again.
    void leave_disk();
    /// Makes the replica anew: it was damaged, or belongs to somebody who has signed out.
    [[nodiscard]] Result<> renew_replica();

    // ------------------------------------------------------------------ changes, for live queries
    TopicSet changes;
    enum class Urgency { bulk, live, now };  ///< how soon they are to be shown: limits.hpp
    Urgency urgency = Urgency::bulk;
    void hurry(Urgency at_least) { urgency = std::max(urgency, at_least); }
    void tell(const offline::Input& input);
    void save_status();
    /// What the settings and the diagnostics show; a full disk loses no more than that.
    void save_figures();
    void learn_server_time(WallTime server_time);
    /// The device as those see it who fill in forms.
    [[nodiscard]] FillingDesk::Place filling_place();
    /// Lays what the outbox holds over the replica.
    void lay_overlay();
    /// When an action was done, as near to the server's clock as is known.
    /// Whether the server has answered and nothing says that it is gone.
    [[nodiscard]] bool is_connected() const {
        return std::holds_alternative<offline::contact::Connected>(status.contact());
    }
    [[nodiscard]] WallTime done_at(const Intent& intent) const;
    void outbox_changed();
    void files_changed();
    /// What the browser says of the room that is left. Where it is short, what is only kept while
    /// there is room goes.
    void learn_storage(std::int64_t free);

    // ------------------------------------------------------------------ to the outside
    std::deque<Output> outputs;
    void reply_ok(std::int64_t call, std::string_view json = "{}", std::string bytes = {});
    void reply_error(std::int64_t call, const Error& error);
    void reply_error(std::int64_t call, std::string_view code, std::string_view params);
    /// Sends a request and says its number.
    std::uint32_t request(HttpRequest request);

private:
    explicit Device(EngineOptions with, Outbox opened);
    [[nodiscard]] Result<> open_replica(bool in_memory, bool recreate);
    void use_replica(Replica opened, bool in_memory);
    [[nodiscard]] Replica::Options replica_options(bool in_memory, bool recreate) const;

    std::unique_ptr<Replica> replica_;
    std::unique_ptr<DeviceWorld> world_;
    bool in_memory_ = false;
    Instant place_again_at_{};
    std::uint32_t next_request_ = 1;
};

}  // namespace holdfast::client
