#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/engine/engine.hpp"
#include "server/auth/auth_service.hpp"
#include "server/services/environment.hpp"
#include "server/services/history.hpp"
#include "server/services/hub.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"
#include "sim/clock.hpp"
#include "sim/disk.hpp"
#include "sim/lying_storage.hpp"
#include "sim/organization.hpp"
#include "sim/profile.hpp"
#include "sim/random.hpp"
#include "sim/segments.hpp"

namespace holdfast::sim {

/// The real services on a simulated disk: a process that can be killed and started again.
class Server final : public Environment {
public:
    /// @param profile  outlives it.
    Server(Clock& clock, const Profile& profile, Random random);

    /// Makes the organization. Before the first start.
    [[nodiscard]] Result<> found(OrganizationSize size);
    /// Starts the process; false while the disk kills it again at once.
    bool start();
    [[nodiscard]] bool running() const { return hub_ != nullptr; }
    /// The process is gone, and with `power` what the disk had not synced.
    void stop(bool power);

    void jump_clock(Millis by) { wall_offset_.count += by.count; }
    /// A person ends the sessions of a user's devices from elsewhere, but for one of them.
    void end_sessions(Id user);
    /// The operator withdraws Offline Mode from the organization, or grants it: another process
    /// writes beside the server.
    [[nodiscard]] Result<> set_entitled(bool entitled);
    [[nodiscard]] bool is_entitled();
    /// The disk as it is, taken while the server is down or between two of its transactions.
    void back_up() { backup_ = disk_.backup(); }
    [[nodiscard]] bool has_backup() const { return !backup_.empty(); }
    /// Back to it, and without the mark beside the database if that is lost too. Only while the
    /// process is down.
    void restore_backup(bool lose_mark);
    /// What server/net does every few seconds: says in the mark how much the database has changed.
    void keep_mark();
    /// What was done and changed nothing: a restored server misses nothing of it.
    [[nodiscard]] const std::set<Id>& without_effect() const { return without_effect_; }
    /// Whether the last start took the database for a restored backup.
    [[nodiscard]] bool renewed() const { return renewed_; }

    struct HttpReply {
        int status = 0;
        std::string body;
    };
    /// What server/net does with a request; passwords are taken as right.
    [[nodiscard]] HttpReply http(const client::HttpRequest& request);

    /// What the process beside the server does with the expressions of a stage.
    [[nodiscard]] Result<workflow::Inputs> evaluate(const services::Evaluation& wanted);

    [[nodiscard]] services::Hub& hub() { return *hub_; }
    /// Null in worlds without them.
    [[nodiscard]] Segments* segments() { return segments_.get(); }
    [[nodiscard]] storage::SqliteStorage& storage() { return *storage_; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] const Organization& organization() const { return organization_; }

    [[nodiscard]] Instant now() const override { return clock_.now(); }
    [[nodiscard]] WallTime wall() const override {
        return WallTime{epoch_of_worlds.ms + clock_.now().ms + wall_offset_.count};
    }
    void random(void* bytes, std::size_t count) override;

private:
    [[nodiscard]] Result<std::string> answer(const client::HttpRequest& request);

    Clock& clock_;
    const Profile& profile_;
    Random random_;
    Disk disk_;
    Disk::Files backup_;
    std::set<Id> without_effect_;
    std::optional<services::HistoryMark> mark_;  ///< on another disk, which never fails
    Instant mark_due_{};
    bool renewed_ = false;
    Millis wall_offset_{};
    Organization organization_;
    std::unique_ptr<storage::SqliteStorage> storage_;
    std::unique_ptr<LyingStorage> seen_;  ///< the storage as the services see it
    std::unique_ptr<auth::AuthService> auth_;
    std::unique_ptr<services::Hub> hub_;
    std::unique_ptr<Segments> segments_;
};

}  // namespace holdfast::sim
