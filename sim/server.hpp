#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/engine/engine.hpp"
#include "server/auth/auth_service.hpp"
#include "server/services/environment.hpp"
#include "server/services/hub.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"
#include "sim/clock.hpp"
#include "sim/disk.hpp"
#include "sim/organization.hpp"
#include "sim/random.hpp"

namespace holdfast::sim {

/// The real services on a simulated disk: a process that can be killed and started again.
class Server final : public Environment {
public:
    Server(Clock& clock, Random random);

    /// Makes the organization. Before the first start.
    [[nodiscard]] Result<> found(std::size_t users, std::size_t channels);
    /// Starts the process; false while the disk kills it again at once.
    bool start();
    [[nodiscard]] bool running() const { return hub_ != nullptr; }
    /// The process is gone, and with `power` what the disk had not synced.
    void stop(bool power);

    struct HttpReply {
        int status = 0;
        std::string body;
    };
    /// What server/net does with a request; passwords are taken as right.
    [[nodiscard]] HttpReply http(const client::HttpRequest& request);

    [[nodiscard]] services::Hub& hub() { return *hub_; }
    [[nodiscard]] storage::SqliteStorage& storage() { return *storage_; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] const Organization& organization() const { return organization_; }

    [[nodiscard]] Instant now() const override { return clock_.now(); }
    [[nodiscard]] WallTime wall() const override {
        return WallTime{1'760'000'000'000 + clock_.now().ms};
    }
    void random(void* bytes, std::size_t count) override;

private:
    [[nodiscard]] Result<std::string> answer(const client::HttpRequest& request);

    Clock& clock_;
    Random random_;
    Disk disk_;
    Organization organization_;
    std::unique_ptr<storage::SqliteStorage> storage_;
    std::unique_ptr<auth::AuthService> auth_;
    std::unique_ptr<services::Hub> hub_;
};

}  // namespace holdfast::sim
